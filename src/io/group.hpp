#pragma once

#include "io/shard.hpp"

#include <exception>
#include <utility>
#include <vector>

namespace riacho::io {

/// Owns running work of one shard. Whoever starts work in a group joins it before the group dies; nothing
/// runs detached. Make it the last member of its owner, so that it dies first.
class Group {
public:
    explicit Group(Shard& shard) : shard_(shard) {}
    Group(const Group&) = delete;
    Group& operator=(const Group&) = delete;
    /// Work that is still suspended is dropped where it stands, as a power cut does; a service joins first.
    ~Group() {
        while (first_) first_->handle().destroy();
    }

    /// Starts `work` on the group's shard, through its queue; may be called from any thread before the
    /// group's shard runs, afterwards on the shard. An exception that leaves it ends the program: a root
    /// handles its own errors.
    void spawn(Task<> work) { run(*this, std::move(work)); }
    /// The same, but runs the work up to its first suspension before it returns. Called on the shard.
    void spawn_now(Task<> work) { run_now(*this, std::move(work)); }

    bool is_idle() const { return !first_; }

    /// Resumes when everything spawned so far has ended. Called on the group's shard, by one waiter.
    auto join() {
        struct Awaiter {
            Group& group;
            bool   await_ready() const { return !group.first_; }
            void   await_suspend(std::coroutine_handle<> waiter) { group.joiner_ = waiter; }
            void   await_resume() const {}
        };
        return Awaiter{*this};
    }

private:
    struct Root {
        struct promise_type {
            Group&         group;
            promise_type*  next;
            promise_type** link;

            promise_type(Group& owner, Task<>&) : group(owner), next(owner.first_), link(&owner.first_) {
                if (next) next->link = &next;
                owner.first_ = this;
            }
            ~promise_type() {
                *link = next;
                if (next) next->link = link;
                if (!group.first_ && group.joiner_) group.shard_.post(std::exchange(group.joiner_, nullptr));
            }
            std::coroutine_handle<> handle() {
                return std::coroutine_handle<promise_type>::from_promise(*this);
            }
            Root               get_return_object() noexcept { return {}; }
            std::suspend_never initial_suspend() noexcept { return {}; }
            std::suspend_never final_suspend() noexcept { return {}; }
            void               return_void() noexcept {}
            void               unhandled_exception() noexcept { std::terminate(); }
        };
    };

    // Work may end on another shard; the group's own list is touched on its shard only, so it comes home.
    static Root run(Group& group, Task<> work) {
        co_await group.shard_.enter();
        co_await std::move(work);
        co_await group.shard_.enter_if_away();
    }
    static Root run_now(Group& group, Task<> work) {
        co_await std::move(work);
        co_await group.shard_.enter_if_away();
    }

    Shard&                  shard_;
    Root::promise_type*     first_ = nullptr;
    std::coroutine_handle<> joiner_;
};

} // namespace riacho::io
