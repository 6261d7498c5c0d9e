#pragma once

#include "base/check.hpp"
#include "base/clock.hpp"
#include "riacho/task.hpp"

#include <coroutine>
#include <cstdint>

namespace riacho::io {

/// A thread of work: everything that belongs to a shard runs on it, one piece at a time, in the order in
/// which it was posted. The real one is a thread with its loop (ThreadShard), the simulated one a queue of
/// its world (Simulation).
class Shard {
public:
    /// Work that is due later. Lives in its owner; disarms itself when it dies.
    class Timer {
    public:
        explicit Timer(Shard& shard) : shard_(shard) {}
        Timer(const Timer&) = delete;
        Timer& operator=(const Timer&) = delete;
        ~Timer() { disarm(); }

        /// Resumes `work` on the shard once `now() >= when`. Called on the shard; replaces what was armed.
        void arm(Time when, std::coroutine_handle<> work) {
            disarm();
            when_ = when;
            work_ = work;
            armed_ = true;
            shard_.add(*this);
        }
        void disarm() {
            if (armed_) shard_.remove(*this);
            armed_ = false;
        }
        bool is_armed() const { return armed_; }

    private:
        friend class TimerQueue;
        Shard&                  shard_;
        Time                    when_{};
        std::uint64_t           number_ = 0; // timers of one instant run in the order in which they were set
        std::coroutine_handle<> work_;
        bool                    armed_ = false;
    };

    Shard() = default;
    Shard(const Shard&) = delete;
    Shard& operator=(const Shard&) = delete;
    virtual ~Shard() = default;

    virtual Time now() const = 0;
    /// For how long the shard had a processor since its start; zero in a simulated world, and once it is
    /// stopped. Any thread, but for its stop.
    virtual Time processor_time() const = 0;
    /// True on the shard's own thread.
    virtual bool is_here() const = 0;
    void check_here() const { check(is_here(), "what belongs to a shard is touched only on that shard"); }
    /// Resumes `work` on this shard, never from inside this call. May be called from any thread. Work posted
    /// by one thread runs in the order in which it was posted.
    virtual void post(std::coroutine_handle<> work) = 0;

    /// `co_await shard.enter()`: what follows runs on this shard. Always goes through the queue, so it also
    /// yields.
    auto enter() {
        struct Awaiter {
            Shard& shard;
            bool   await_ready() const { return false; }
            void   await_suspend(std::coroutine_handle<> waiter) { shard.post(waiter); }
            void   await_resume() const {}
        };
        return Awaiter{*this};
    }
    /// The same, but goes on at once when it is already here.
    auto enter_if_away() {
        struct Awaiter {
            Shard& shard;
            bool   await_ready() const { return shard.is_here(); }
            void   await_suspend(std::coroutine_handle<> waiter) { shard.post(waiter); }
            void   await_resume() const {}
        };
        return Awaiter{*this};
    }

    /// Called on this shard.
    auto sleep_until(Time when) {
        struct Awaiter {
            Shard& shard;
            Time   when;
            Timer  timer;
            Awaiter(Shard& s, Time w) : shard(s), when(w), timer(s) {}
            bool await_ready() const { return shard.now() >= when; }
            void await_suspend(std::coroutine_handle<> waiter) { timer.arm(when, waiter); }
            void await_resume() const {}
        };
        return Awaiter(*this, when);
    }
    auto sleep_for(Time span) { return sleep_until(now() + span); }

protected:
    virtual void add(Timer& timer) = 0;
    virtual void remove(Timer& timer) = 0;
};

} // namespace riacho::io
