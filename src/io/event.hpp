#pragma once

#include "io/shard.hpp"

#include <deque>
#include <utility>

namespace riacho::io {

/// Something that waiters of one shard wait for, such as "frame 7 is durable" or "data arrived". Stays set
/// until reset. Used on its shard only. Outlives its waiters.
class Event {
public:
    explicit Event(Shard& shard) : shard_(shard) {}
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;

    bool is_set() const { return set_; }
    void set() {
        set_ = true;
        while (Waiter* first = first_) {
            first->unlink();
            first->timer.disarm();
            shard_.post(std::exchange(first->handle, nullptr));
        }
    }
    void reset() { set_ = false; }

    /// Resumes when the event is set.
    auto wait() { return Awaiter(*this, Time::max()); }
    /// Resumes when the event is set or at `deadline`, whichever is first; gives whether it is set.
    auto wait_until(Time deadline) { return Awaiter(*this, deadline); }

private:
    struct Waiter {
        explicit Waiter(Shard& shard) : timer(shard) {}
        Waiter(const Waiter&) = delete;
        Waiter& operator=(const Waiter&) = delete;
        ~Waiter() { unlink(); }
        void unlink() {
            if (!link) return;
            *link = next;
            if (next)
                next->link = link;
            else
                *last = link;
            link = nullptr;
        }

        Shard::Timer            timer;
        std::coroutine_handle<> handle;
        Waiter*                 next = nullptr;
        Waiter**                link = nullptr;
        Waiter***               last = nullptr;
    };
    struct Awaiter : Waiter {
        Event& event;
        Time   deadline;
        Awaiter(Event& e, Time d) : Waiter(e.shard_), event(e), deadline(d) {}
        bool await_ready() const { return event.set_; }
        void await_suspend(std::coroutine_handle<> waiter) {
            this->handle = waiter;
            this->link = event.last_;
            this->last = &event.last_;
            *event.last_ = this;
            event.last_ = &this->next;
            if (deadline != Time::max()) this->timer.arm(deadline, waiter);
        }
        bool await_resume() {
            this->unlink();
            return event.set_;
        }
    };

    Shard&   shard_;
    Waiter*  first_ = nullptr;
    Waiter** last_ = &first_; // waiters wake in the order in which they came
    bool     set_ = false;
};

/// One at a time, in the order of asking: `auto turn = co_await mutex.lock();`. For work that spans a
/// co_await, such as the file operations of one partition. Does not suspend when it is free. Used on its
/// shard only.
class Mutex {
public:
    class Turn {
    public:
        explicit Turn(Mutex& mutex) : mutex_(&mutex) {}
        Turn(Turn&& other) noexcept : mutex_(std::exchange(other.mutex_, nullptr)) {}
        Turn& operator=(Turn&&) = delete;
        ~Turn() {
            if (mutex_) mutex_->unlock();
        }

    private:
        Mutex* mutex_;
    };

    explicit Mutex(Shard& shard) : shard_(shard) {}
    Mutex(const Mutex&) = delete;
    Mutex& operator=(const Mutex&) = delete;

    bool is_locked() const { return locked_; }
    auto lock() { return Awaiter(*this); }

private:
    struct Awaiter {
        explicit Awaiter(Mutex& owner) : mutex(owner) {}
        Awaiter(const Awaiter&) = delete;
        Awaiter& operator=(const Awaiter&) = delete;
        ~Awaiter() { mutex.forget(*this); }

        bool await_ready() { return !std::exchange(mutex.locked_, true); }
        void await_suspend(std::coroutine_handle<> waiter) {
            handle = waiter;
            mutex.waiters_.push_back(this);
        }
        Turn await_resume() { return Turn(mutex); }

        Mutex&                  mutex;
        std::coroutine_handle<> handle;
    };

    /// The turn goes to the next one without being free in between.
    void unlock() {
        if (waiters_.empty()) {
            locked_ = false;
            return;
        }
        Awaiter* next = waiters_.front();
        waiters_.pop_front();
        shard_.post(std::exchange(next->handle, nullptr));
    }
    void forget(const Awaiter& waiter) {
        if (waiter.handle) std::erase(waiters_, &waiter);
    }

    Shard&               shard_;
    std::deque<Awaiter*> waiters_;
    bool                 locked_ = false;
};

} // namespace riacho::io
