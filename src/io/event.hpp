#pragma once

#include "io/shard.hpp"

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
/// co_await, such as the file operations of one partition. Used on its shard only.
class Mutex {
public:
    class Turn {
    public:
        explicit Turn(Mutex* mutex = nullptr) : mutex_(mutex) {}
        Turn(Turn&& other) noexcept : mutex_(std::exchange(other.mutex_, nullptr)) {}
        Turn& operator=(Turn&&) = delete;
        ~Turn() {
            if (mutex_) mutex_->unlock();
        }

    private:
        Mutex* mutex_;
    };

    explicit Mutex(Shard& shard) : shard_(shard) {}

    bool       is_locked() const { return serving_ != next_; }
    Task<Turn> lock() {
        std::uint64_t mine = next_++;
        while (mine != serving_) {
            moved_.reset();
            co_await moved_.wait();
        }
        co_return Turn(this);
    }

private:
    void unlock() {
        ++serving_;
        moved_.set();
    }

    Shard&        shard_;
    Event         moved_{shard_};
    std::uint64_t next_ = 0;
    std::uint64_t serving_ = 0;
};

} // namespace riacho::io
