#include "io/event.hpp"
#include "io/gather.hpp"
#include "io/simulated_world.hpp"
#include "io/simulation.hpp"

#include <gtest/gtest.h>
#include <string>

namespace riacho::io {
namespace {

using namespace std::chrono_literals;

Task<> append_after(Shard& shard, std::vector<int>& order, int value, Time pause = {}) {
    co_await shard.enter();
    if (pause > Time{}) co_await shard.sleep_for(pause);
    order.push_back(value);
}

std::vector<int> order_of_three_shards(std::uint64_t seed) {
    Simulation       simulation(seed);
    std::vector<int> order;
    Shard&           a = simulation.make_shard();
    Shard&           b = simulation.make_shard();
    Shard&           c = simulation.make_shard();
    Group            group(a);
    for (int i = 0; i < 5; ++i) {
        group.spawn(append_after(a, order, i));
        group.spawn(append_after(b, order, 10 + i));
        group.spawn(append_after(c, order, 20 + i));
    }
    simulation.run_for(1ms);
    return order;
}

TEST(Simulation, the_seed_alone_decides_the_order_between_shards) {
    EXPECT_EQ(order_of_three_shards(7), order_of_three_shards(7));
    std::set<std::vector<int>> orders;
    for (std::uint64_t seed = 0; seed < 20; ++seed) orders.insert(order_of_three_shards(seed));
    EXPECT_GT(orders.size(), 10u);
}

TEST(Simulation, work_of_one_shard_runs_in_the_order_in_which_it_was_posted) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        std::vector<int> of_a;
        for (int value : order_of_three_shards(seed)) {
            if (value < 10) of_a.push_back(value);
        }
        EXPECT_EQ(of_a, (std::vector{0, 1, 2, 3, 4})) << "seed " << seed;
    }
}

TEST(Simulation, time_stands_still_while_work_can_run_and_then_moves_to_the_next_timer) {
    Simulation       simulation(1);
    Shard&           shard = simulation.make_shard();
    std::vector<int> order;
    Group            group(shard);
    group.spawn(append_after(shard, order, 2, 2h));
    group.spawn(append_after(shard, order, 1, 1h));
    simulation.run_until(90min);
    EXPECT_EQ(order, std::vector{1});
    EXPECT_EQ(simulation.now(), Time(90min));
    EXPECT_TRUE(simulation.run_until([&] { return order.size() == 2; }, 3h));
    EXPECT_EQ(simulation.now(), Time(2h));
    EXPECT_FALSE(simulation.run_until([] { return false; }, 3h));
}

TEST(Simulation, the_wall_clock_moves_with_time_and_may_be_set) {
    Simulation simulation(1);
    Timestamp  start = simulation.clock().wall();
    simulation.run_for(1500ms);
    EXPECT_EQ(simulation.clock().wall().ms - start.ms, 1500);
    simulation.advance_wall(-1h);
    EXPECT_LT(simulation.clock().wall(), start);
    EXPECT_EQ(simulation.clock().now(), Time(1500ms));
}

TEST(Simulation, a_shard_knows_whether_it_is_the_one_that_runs) {
    Simulation simulation(1);
    Shard&     a = simulation.make_shard();
    Shard&     b = simulation.make_shard();
    Group      group(a);
    struct Run {
        static Task<> over(Shard& first, Shard& second, bool& right) {
            right = first.is_here() && !second.is_here();
            co_await second.enter();
            right = right && second.is_here() && !first.is_here();
        }
    };
    bool right = false;
    group.spawn(Run::over(a, b, right));
    EXPECT_FALSE(a.is_here());
    simulation.run_for(1ms);
    EXPECT_TRUE(right);
    EXPECT_TRUE(group.is_idle()) << "work that ends on another shard comes home";
}

TEST(Simulation, a_power_off_drops_work_without_running_it_and_the_next_life_begins_clean) {
    Simulation       simulation(1);
    Shard&           shard = simulation.make_shard();
    std::vector<int> order;
    {
        Group group(shard);
        group.spawn(append_after(shard, order, 1));
        group.spawn(append_after(shard, order, 2, 1s));
        simulation.power_off();
    }
    simulation.power_on();
    Group group(shard);
    group.spawn(append_after(shard, order, 3));
    simulation.run_for(2s);
    EXPECT_EQ(order, std::vector{3});
}

TEST(Simulation, a_wait_with_a_deadline_ends_by_the_event_or_by_the_deadline_never_by_both) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        SimulatedWorld world(seed);
        struct Run {
            static Task<> set(Shard& shard, Event& event) {
                co_await shard.sleep_for(1ms);
                event.set();
            }
            static Task<> both(Shard& shard, int& woken) {
                Event event(shard);
                Group group(shard);
                group.spawn(set(shard, event));
                co_await event.wait_until(shard.now() + 1ms); // the same instant
                ++woken;
                co_await group.join();
                co_await shard.sleep_for(5ms);
            }
        };
        int woken = 0;
        world.run(Run::both(world.shard(), woken));
        EXPECT_EQ(woken, 1);
    }
}

TEST(Simulation, a_mutex_serves_in_the_order_of_asking) {
    SimulatedWorld world(3);
    struct Run {
        static Task<> use(Shard& shard, Mutex& mutex, std::vector<int>& order, int value) {
            auto turn = co_await mutex.lock();
            co_await shard.sleep_for(1ms);
            order.push_back(value);
        }
        static Task<> all(Shard& shard, std::vector<int>& order) {
            Mutex mutex(shard);
            Group group(shard);
            for (int i = 0; i < 4; ++i) group.spawn_now(use(shard, mutex, order, i));
            co_await group.join();
        }
    };
    std::vector<int> order;
    world.run(Run::all(world.shard(), order));
    EXPECT_EQ(order, (std::vector{0, 1, 2, 3}));
}

TEST(Simulation, a_gather_gives_results_in_order_and_the_first_error_after_all_have_ended) {
    SimulatedWorld world(3, {.shards = 2});
    struct Run {
        static Task<int> work(Shard& there, int value, int& ended) {
            co_await there.enter();
            co_await there.sleep_for(std::chrono::milliseconds(10 - value));
            ++ended;
            if (value == 7) throw std::runtime_error("seven");
            co_return value;
        }
        static Task<std::vector<int>> all(SimulatedWorld& all_of, int count, int& ended) {
            std::vector<Task<int>> tasks;
            for (int i = 0; i < count; ++i) tasks.push_back(work(all_of.shard(1), i, ended));
            co_return co_await gather(all_of.shard(), std::move(tasks));
        }
    };
    int ended = 0;
    EXPECT_EQ(world.run(Run::all(world, 5, ended)), (std::vector{0, 1, 2, 3, 4}));
    EXPECT_THROW(world.run(Run::all(world, 9, ended)), std::runtime_error);
    EXPECT_EQ(ended, 14);
}

TEST(Simulation, a_task_that_does_not_end_in_time_is_an_error) {
    SimulatedWorld world;
    struct Run {
        static Task<> forever(Shard& shard) {
            Event never(shard);
            co_await never.wait();
        }
    };
    EXPECT_THROW(world.run(Run::forever(world.shard())), std::runtime_error);
}

} // namespace
} // namespace riacho::io
