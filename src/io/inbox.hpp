#pragma once

#include "io/shard.hpp"

#include <coroutine>
#include <mutex>
#include <utility>
#include <vector>

namespace riacho::io {

/// Things handed from any thread to one coroutine, in the order in which they were put in: what one thread
/// puts in comes out in its order. The consumer takes all that is there at once, so a busy consumer is woken
/// once for many. Not limited in size: whoever puts in holds room for it elsewhere.
template <class T> class Inbox {
public:
    explicit Inbox(Shard& consumer) : consumer_(consumer) {}
    Inbox(const Inbox&) = delete;
    Inbox& operator=(const Inbox&) = delete;

    /// May be called from any thread. Wakes the consumer when it waits.
    void push(T item) {
        std::coroutine_handle<> waiter;
        {
            std::scoped_lock turn(mutex_);
            items_.push_back(std::move(item));
            waiter = std::exchange(waiter_, nullptr);
        }
        if (waiter) consumer_.post(waiter);
    }
    /// Wakes the consumer although there is nothing: it looks at something else. May be called from any
    /// thread.
    void wake() {
        std::coroutine_handle<> waiter;
        {
            std::scoped_lock turn(mutex_);
            waiter = std::exchange(waiter_, nullptr);
            woken_ = !waiter;
        }
        if (waiter) consumer_.post(waiter);
    }

    /// Everything that is there, perhaps nothing. On the consumer's shard.
    std::vector<T> take_all() {
        std::scoped_lock turn(mutex_);
        return std::exchange(items_, {});
    }
    /// Resumes when something is there, or after `wake`. On the consumer's shard, by one coroutine.
    auto wait() {
        struct Awaiter {
            Inbox& inbox;
            bool   await_ready() const { return false; }
            bool   await_suspend(std::coroutine_handle<> waiter) {
                std::scoped_lock turn(inbox.mutex_);
                if (!inbox.items_.empty() || std::exchange(inbox.woken_, false)) return false;
                inbox.waiter_ = waiter;
                return true;
            }
            void await_resume() const {}
        };
        return Awaiter{*this};
    }

private:
    Shard&                  consumer_;
    std::mutex              mutex_;
    std::vector<T>          items_;
    std::coroutine_handle<> waiter_;
    bool                    woken_ = false;
};

} // namespace riacho::io
