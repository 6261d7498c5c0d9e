#include "io/event.hpp"
#include "io/group.hpp"
#include "io/real_clock.hpp"
#include "io/signals.hpp"
#include "io/thread_shard.hpp"

#include <atomic>
#include <csignal>
#include <gtest/gtest.h>
#include <sched.h>
#include <stdexcept>
#include <thread>
#include <vector>

namespace riacho::io {
namespace {

using namespace std::chrono_literals;

struct ThreadShards : testing::Test {
    RealClock   clock;
    ThreadShard a{clock, "a"};
    ThreadShard b{clock, "b"};
};

Task<> go_back_and_forth(Shard& here, Shard& there, int rounds, std::uint64_t& counter) {
    for (int i = 0; i < rounds; ++i) {
        co_await there.enter();
        there.check_here();
        co_await here.enter();
        here.check_here();
        ++counter; // only ever on `here`
    }
}

TEST(ThreadShard, interrupts_nobody_when_it_is_patient) {
    struct Ask {
        static Task<> policy(int& into) {
            into = ::sched_getscheduler(0);
            co_return;
        }
    };
    RealClock   clock;
    ThreadShard prompt(clock, "prompt");
    ThreadShard patient(clock, "patient", Urgency::patient);
    int         policy = -1;
    prompt.run(Ask::policy(policy));
    EXPECT_EQ(policy, SCHED_OTHER);
    patient.run(Ask::policy(policy));
    EXPECT_EQ(policy, SCHED_BATCH);
}

TEST(ThreadShard, tells_how_long_it_had_a_processor) {
    struct Work {
        static Task<> until_used(Shard& shard, Time used) {
            while (shard.processor_time() < used) {}
            co_return;
        }
    };
    RealClock   clock;
    ThreadShard idle(clock, "idle");
    ThreadShard busy(clock, "busy");
    busy.run(Work::until_used(busy, 20ms));
    EXPECT_GE(busy.processor_time(), 20ms); // asked from another thread
    EXPECT_LT(idle.processor_time(), 20ms);
    busy.stop();
    EXPECT_EQ(busy.processor_time(), 0ms);
}

TEST_F(ThreadShards, cross_over_and_back_many_at_a_time) {
    struct Run {
        static Task<> all(Shard& here, Shard& there, std::uint64_t& counter) {
            Group group(here);
            for (int i = 0; i < 50; ++i) group.spawn(go_back_and_forth(here, there, 200, counter));
            co_await group.join();
        }
    };
    std::uint64_t counter = 0;
    a.run(Run::all(a, b, counter));
    EXPECT_EQ(counter, 50u * 200);
}

Task<> note_order(Shard& shard, std::vector<int>& order, int value) {
    co_await shard.enter();
    order.push_back(value);
}

Task<> wait_for_count(Shard& shard, std::atomic<int>& count, int wanted) {
    while (count.load() < wanted) co_await shard.sleep_for(100us);
}

TEST_F(ThreadShards, run_what_several_threads_post_each_threads_work_in_its_order) {
    constexpr int threads = 4;
    constexpr int posts = 500;
    struct Root {
        struct promise_type {
            Root               get_return_object() noexcept { return {}; }
            std::suspend_never initial_suspend() noexcept { return {}; }
            std::suspend_never final_suspend() noexcept { return {}; }
            void               return_void() noexcept {}
            void               unhandled_exception() noexcept { std::terminate(); }
        };
        static Root post(Shard& shard, std::vector<int>& order, std::atomic<int>& count, int value) {
            co_await shard.enter();
            order.push_back(value);
            ++count;
        }
    };
    std::vector<int>         order;
    std::atomic<int>         count = 0;
    std::vector<std::thread> posters;
    for (int thread = 0; thread < threads; ++thread)
        posters.emplace_back([&, thread] {
            for (int i = 0; i < posts; ++i) Root::post(a, order, count, thread * posts + i);
        });
    for (std::thread& poster : posters) poster.join();
    a.run(wait_for_count(a, count, threads * posts));
    std::vector<int> next(threads);
    for (int value : order) EXPECT_EQ(value % posts, next[static_cast<std::size_t>(value / posts)]++);
    EXPECT_EQ(order.size(), std::size_t{threads * posts});
}

TEST_F(ThreadShards, wake_by_timers_in_their_order_and_not_before_their_time) {
    struct Run {
        static Task<> sleep(Shard& shard, std::vector<int>& order, int value) {
            Time due = shard.now() + std::chrono::milliseconds(value);
            co_await shard.sleep_until(due);
            EXPECT_GE(shard.now(), due);
            order.push_back(value);
        }
        static Task<> all(Shard& shard, std::vector<int>& order) {
            Group group(shard);
            for (int value : {50, 0, 30, 1}) group.spawn_now(sleep(shard, order, value));
            co_await group.join();
        }
    };
    std::vector<int> order;
    a.run(Run::all(a, order));
    EXPECT_EQ(order, (std::vector{0, 1, 30, 50}));
}

TEST_F(ThreadShards, race_timers_against_events_thousands_of_times) {
    struct Run {
        static Task<> set_soon(Shard& shard, Event& event, int i) {
            co_await shard.sleep_for(std::chrono::microseconds(i % 7));
            event.set();
        }
        static Task<> all(Shard& shard, int& woken) {
            for (int i = 0; i < 2000; ++i) {
                Event event(shard);
                Group group(shard);
                group.spawn(set_soon(shard, event, i));
                co_await event.wait_until(shard.now() + std::chrono::microseconds(i % 5));
                ++woken;
                co_await group.join();
            }
        }
    };
    int of_a = 0;
    int of_b = 0;
    b.run(Run::all(b, of_b));
    a.run(Run::all(a, of_a));
    EXPECT_EQ(of_a + of_b, 4000);
}

Task<> fail_on(Shard& shard) {
    co_await shard.enter();
    throw std::runtime_error("as planned");
}

TEST_F(ThreadShards, hand_what_a_task_throws_to_the_thread_that_waits_for_it) {
    EXPECT_THROW(a.run(fail_on(b)), std::runtime_error);
}

TEST_F(ThreadShards, run_what_is_posted_before_they_stop_and_drop_what_still_waits) {
    struct Run {
        static Task<> wait(Event& event) { co_await event.wait(); }
        static Task<> start(Group& group, Event& never, Shard& shard, std::vector<int>& order) {
            group.spawn_now(wait(never));
            group.spawn(note_order(shard, order, 1));
            group.spawn(note_order(shard, order, 2));
            co_return;
        }
    };
    std::vector<int> order;
    Event            never(a);
    {
        Group group(a);
        a.run(Run::start(group, never, a, order));
        a.stop();
        a.stop();
        EXPECT_FALSE(group.is_idle());
    }
    EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST_F(ThreadShards, know_whether_they_are_the_thread_that_runs) {
    struct Run {
        static Task<> all(Shard& here, Shard& there) {
            EXPECT_TRUE(here.is_here());
            EXPECT_FALSE(there.is_here());
            co_await there.enter_if_away();
            EXPECT_TRUE(there.is_here());
        }
    };
    EXPECT_FALSE(a.is_here());
    a.run(Run::all(a, b));
}

Task<> expect_signals(SignalWaiter& signals) {
    std::raise(SIGUSR1);
    EXPECT_EQ(co_await signals.next(), SIGUSR1);
    std::raise(SIGUSR2);
    EXPECT_EQ(co_await signals.next(), SIGUSR2);
    signals.stop();
    EXPECT_EQ(co_await signals.next(), 0);
}

TEST_F(ThreadShards, turn_signals_into_something_to_wait_for) {
    SignalWaiter signals(a, {SIGUSR1, SIGUSR2});
    a.run(expect_signals(signals));
}

TEST(RealClock, has_a_steady_time_from_its_start_and_a_wall_time_of_this_century) {
    RealClock clock;
    Time      before = clock.now();
    EXPECT_GE(before, Time{});
    EXPECT_GE(clock.now(), before);
    EXPECT_GT(clock.wall().ms, 1'577'836'800'000);
}

TEST(RealRandom, does_not_repeat_itself) {
    RealRandom random;
    EXPECT_NE(random.bits(), random.bits());
    EXPECT_LE(random.between(3, 5), 5u);
}

} // namespace
} // namespace riacho::io
