#include "broker/server/fetch_memory.hpp"
#include "io/simulated_world.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace riacho::broker {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t limit = 8 << 20, large_limit = 7 << 20;

class FetchMemoryOfAShard : public ::testing::Test {
protected:
    using Held = std::optional<FetchMemory::Held>;
    struct Asked {
        bool is_over = false;
        Held held;
    };

    ~FetchMemoryOfAShard() override { world_.power_off(); }

    static Task<> wait(FetchMemoryOfAShard& test, std::size_t bytes, Asked& into) {
        MemoryQueue::Terms terms{test.is_cancelled_, test.world_.shard().now() + 10s};
        into.held = co_await test.memory_.wait_for(test.queue_, bytes, terms);
        into.is_over = true;
    }
    Asked& ask(std::size_t bytes) {
        asked_.push_back(std::make_unique<Asked>());
        work_.spawn(wait(*this, bytes, *asked_.back()));
        world_.run_for(10ms);
        return *asked_.back();
    }

    bool                                is_cancelled_ = false;
    io::SimulatedWorld                  world_;
    FetchMemory                         memory_{limit, nullptr};
    std::vector<std::unique_ptr<Asked>> asked_;
    MemoryQueue                         queue_{world_.shard()};
    io::Group                           work_{world_.shard()};
};

TEST_F(FetchMemoryOfAShard, keeps_an_eighth_for_small_answers) {
    Charge all = memory_.take(100 << 20);
    EXPECT_EQ(all.bytes(), large_limit);
    std::vector<Charge> small;
    while (memory_.whole().held_bytes() < limit) small.push_back(memory_.take(100 << 20));
    EXPECT_EQ(small.size(), (limit - large_limit) / FetchMemory::small_bytes);
    EXPECT_EQ(memory_.take(100).bytes(), 0u);
}

TEST_F(FetchMemoryOfAShard, gives_who_comes_while_others_wait_for_much_a_small_answer) {
    Charge most = memory_.take(large_limit - 1000);
    Asked& waits = ask(900'000);
    EXPECT_FALSE(waits.is_over);
    most.shrink_to(large_limit - 500'000);
    EXPECT_EQ(memory_.take(1 << 20).bytes(), FetchMemory::small_bytes);
    most = {};
    world_.run_for(10ms);
    ASSERT_TRUE(waits.held);
    EXPECT_EQ(waits.held->bytes.bytes(), 900'000u);
    EXPECT_GT(memory_.take(1 << 20).bytes(), FetchMemory::small_bytes);
}

TEST_F(FetchMemoryOfAShard, lets_one_answer_at_a_time_go_past_the_limit) {
    Charge most = memory_.take(large_limit);
    Asked &first = ask(50 << 20), &second = ask(60 << 20);
    ASSERT_TRUE(first.held);
    EXPECT_FALSE(second.is_over);
    EXPECT_EQ(memory_.whole().held_bytes(), large_limit + (50u << 20));
    EXPECT_TRUE(memory_.whole().is_waited_for());
    first.held.reset();
    world_.run_for(10ms);
    ASSERT_TRUE(second.held);
    EXPECT_FALSE(memory_.whole().is_waited_for());
}

TEST_F(FetchMemoryOfAShard, ends_a_wait_when_its_time_is_over_or_the_broker_stops) {
    Charge most = memory_.take(large_limit);
    Asked& late = ask(1 << 20);
    world_.run_for(11s);
    EXPECT_TRUE(late.is_over);
    EXPECT_FALSE(late.held);
    Asked &stopped = ask(1 << 20), &oversize = ask(50 << 20), &behind_it = ask(50 << 20);
    EXPECT_TRUE(oversize.held);
    queue_.end_waits();
    world_.run_for(10ms);
    EXPECT_TRUE(stopped.is_over && behind_it.is_over);
    EXPECT_FALSE(stopped.held || behind_it.held);
    oversize.held.reset();
    EXPECT_TRUE(ask(1000).held); // what is there is still given
}

} // namespace
} // namespace riacho::broker
