#include "io/thread_shard.hpp"

#include "io/timer_queue.hpp"

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <ctime>
#include <exception>
#include <future>
#include <mutex>
#include <pthread.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <vector>

namespace riacho::io {
namespace {

namespace asio = boost::asio;

/// A loop that has work looks at its sockets now and then: what one of them brought makes two or three turns.
constexpr unsigned turns_between_looks = 4;

/// A root outside any group: its frame destroys itself at its end.
struct Unowned {
    struct promise_type {
        Unowned            get_return_object() noexcept { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void               return_void() noexcept {}
        void               unhandled_exception() noexcept { std::terminate(); }
    };
};

Unowned run_and_tell(Shard& shard, Task<> task, std::promise<void>& ended) {
    std::exception_ptr error;
    co_await shard.enter();
    try {
        Task<> running = std::move(task); // its frame is gone before the one who waits is told
        co_await std::move(running);
    } catch (...) { error = std::current_exception(); }
    co_await shard.enter_if_away();
    if (error)
        ended.set_exception(error);
    else
        ended.set_value();
}

/// As the kernel has it (sched_setattr(2)); glibc 2.36 has neither the struct nor the call.
struct SchedulerWish {
    std::uint32_t size = sizeof(SchedulerWish);
    std::uint32_t policy = SCHED_OTHER;
    std::uint64_t flags = 0;
    std::int32_t  nice = 0;
    std::uint32_t priority = 0;
    std::uint64_t slice_ns = 0;
    std::uint64_t deadline_ns = 0;
    std::uint64_t period_ns = 0;
};

/// A thread that is woken waits until who runs there has used up its slice, which is milliseconds, unless its
/// own slice is shorter (Linux 6.12). So what is prompt asks for the shortest one and takes its turn at once,
/// and what is patient for the longest: there everybody else does, our clients too. Neither gets more or less
/// of the processor. A wish: where it is refused, all goes on as before.
void tell_scheduler(Urgency urgency) {
    constexpr std::uint64_t shortest_slice_ns = 100'000;
    constexpr std::uint64_t longest_slice_ns = 100'000'000;
    SchedulerWish           wish;
    wish.policy = urgency == Urgency::prompt ? SCHED_OTHER : SCHED_BATCH;
    wish.nice = ::getpriority(PRIO_PROCESS, 0); // as it is
    wish.slice_ns = urgency == Urgency::prompt ? shortest_slice_ns : longest_slice_ns;
    ::syscall(SYS_sched_setattr, 0, &wish, 0);
}

int open_eventfd() {
    int fd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (fd < 0) throw std::system_error(errno, std::generic_category(), "a thread cannot be woken");
    return fd;
}

} // namespace

class ThreadShard::Loop {
public:
    Loop(const Clock& clock, std::string name, Urgency urgency)
        : clock_(clock), name_(std::move(name)), urgency_(urgency) {
        thread_ = std::thread([this] { run(); });
    }

    const Clock&      clock() const { return clock_; }
    asio::io_context& context() { return context_; }
    bool is_here() const { return thread_id_.load(std::memory_order_relaxed) == std::this_thread::get_id(); }

    void post(std::coroutine_handle<> work) {
        if (is_here()) return local_.push_back(work);
        {
            std::lock_guard lock(mutex_);
            posted_.push_back(work);
            if (std::exchange(woken_, true)) return;
        }
        wake();
    }
    void add(Timer& timer) { timers_.add(timer); }
    void remove(Timer& timer) { timers_.remove(timer); }

    Time processor_time() {
        clockid_t clock = 0;
        timespec  used = {};
        if (!thread_.joinable() || ::pthread_getcpuclockid(thread_.native_handle(), &clock) != 0 ||
            ::clock_gettime(clock, &used) != 0)
            return Time{};
        return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
    }

    void stop() {
        check(!is_here(), "a shard is stopped by another thread");
        if (!thread_.joinable()) return;
        {
            std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        wake();
        thread_.join();
    }

private:
    void run() {
        thread_id_.store(std::this_thread::get_id(), std::memory_order_relaxed);
        pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
        tell_scheduler(urgency_);
        listen();
        while (take_posted()) {
            run_batch();
            run_due_timers();
            // The wake-up of `stop` may be taken already: then it must not be waited for.
            if (!local_.empty() || ending_) {
                if (ending_ || ++busy_turns_ % turns_between_looks == 0) context_.poll();
                continue;
            }
            arm_alarm();
            context_.run_one(); // returns at once when somebody posted meanwhile
        }
        thread_id_.store({}, std::memory_order_relaxed);
    }

    /// Moves what other threads posted into the batch; false when the loop is to end.
    bool take_posted() {
        batch_.swap(local_); // what this thread posted itself, in its order
        std::lock_guard lock(mutex_);
        batch_.insert(batch_.end(), posted_.begin(), posted_.end());
        posted_.clear();
        woken_ = false;
        ending_ = stopping_;
        return !stopping_ || !batch_.empty();
    }

    void run_batch() {
        for (std::coroutine_handle<> work : batch_) work.resume();
        batch_.clear();
    }

    /// A timer's work resumes as it is taken: from then on nobody else may wake the same waiter. Timers that
    /// this work sets wait for the next turn.
    void run_due_timers() {
        if (timers_.is_empty()) return;
        Time now = clock_.now();
        while (auto work = timers_.take_due(now)) work.resume();
    }

    /// Wakes the loop at the next timer. An alarm that is early, because its timer was disarmed, does no
    /// harm.
    void arm_alarm() {
        auto next = timers_.next();
        if (!next || (alarm_at_ && *alarm_at_ <= *next)) return;
        alarm_at_ = next;
        std::uint64_t number = ++alarms_;
        alarm_.expires_after(std::max(Time{}, *next - clock_.now()));
        alarm_.async_wait([this, number](const boost::system::error_code&) {
            if (number == alarms_) alarm_at_.reset();
        });
    }

    /// Without a lock of the loop: whoever is woken on this processor may run at once, and would wait for it.
    void wake() { ::eventfd_write(wakeups_.native_handle(), 1); }
    void listen() {
        wakeups_.async_wait(asio::posix::stream_descriptor::wait_read,
                            [this](const boost::system::error_code& error) {
                                if (error) return;
                                eventfd_t count = 0;
                                ::eventfd_read(wakeups_.native_handle(), &count);
                                listen();
                            });
    }

    const Clock&                         clock_;
    std::string                          name_;
    Urgency                              urgency_;
    asio::io_context                     context_{1};
    asio::posix::stream_descriptor       wakeups_{context_, open_eventfd()};
    asio::steady_timer                   alarm_{context_};
    std::optional<Time>                  alarm_at_;
    std::uint64_t                        alarms_ = 0;
    TimerQueue                           timers_;
    std::vector<std::coroutine_handle<>> local_;
    std::vector<std::coroutine_handle<>> batch_;
    bool                                 ending_ = false;
    unsigned                             busy_turns_ = 0;

    std::mutex                           mutex_;
    std::vector<std::coroutine_handle<>> posted_;
    bool                                 woken_ = false; // the loop will look at posted_ again
    bool                                 stopping_ = false;

    std::atomic<std::thread::id> thread_id_;
    std::thread                  thread_;
};

ThreadShard::ThreadShard(const Clock& clock, std::string name, Urgency urgency)
    : loop_(std::make_unique<Loop>(clock, std::move(name), urgency)) {}
ThreadShard::~ThreadShard() { stop(); }

Time ThreadShard::now() const { return loop_->clock().now(); }
Time ThreadShard::processor_time() const { return loop_->processor_time(); }
bool ThreadShard::is_here() const { return loop_->is_here(); }
void ThreadShard::post(std::coroutine_handle<> work) { loop_->post(work); }
void ThreadShard::stop() { loop_->stop(); }
void ThreadShard::add(Timer& timer) { loop_->add(timer); }
void ThreadShard::remove(Timer& timer) { loop_->remove(timer); }

boost::asio::io_context& ThreadShard::context() { return loop_->context(); }

void ThreadShard::run(Task<> task) {
    check(!is_here(), "a shard does not wait for itself");
    std::promise<void> ended;
    std::future<void>  end = ended.get_future();
    run_and_tell(*this, std::move(task), ended);
    end.get();
}

} // namespace riacho::io
