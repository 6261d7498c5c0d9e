#include "base/bytes.hpp"
#include "base/memory_budget.hpp"

#include <gtest/gtest.h>

namespace riacho {
namespace {

TEST(MemoryBudget, a_share_refuses_what_does_not_fit_and_takes_it_again_once_it_was_given_back) {
    MemoryBudget budget("requests", 100);
    auto         first = budget.try_charge(80);
    ASSERT_TRUE(first);
    EXPECT_FALSE(budget.try_charge(21));
    first.reset();
    EXPECT_TRUE(budget.try_charge(100));
}

TEST(MemoryBudget, a_child_counts_against_its_parent_and_leaves_no_trace_when_the_parent_refuses) {
    MemoryBudget whole("all", 100);
    MemoryBudget tails("tails", 1000, &whole);
    auto         held = whole.try_charge(60);
    EXPECT_FALSE(tails.try_charge(50));
    EXPECT_EQ(tails.held_bytes(), 0u);
    auto forced = tails.charge(50);
    EXPECT_EQ(whole.held_bytes(), 110u);
}

TEST(MemoryBudget, gives_as_much_as_fits_and_takes_back_what_was_not_needed) {
    MemoryBudget whole("all", 1000);
    MemoryBudget budget("answers", 100, &whole);
    auto         first = budget.charge_up_to(70);
    auto         second = budget.charge_up_to(70);
    EXPECT_EQ(first.bytes(), 70u);
    EXPECT_EQ(second.bytes(), 30u);
    EXPECT_EQ(budget.charge_up_to(1).bytes(), 0u);
    EXPECT_TRUE(budget.is_short());
    first.shrink_to(10);
    EXPECT_EQ(budget.held_bytes(), 40u);
    EXPECT_EQ(whole.held_bytes(), 40u);
    EXPECT_FALSE(budget.is_short());
    auto forced = whole.charge(2000);
    EXPECT_EQ(budget.charge_up_to(1).bytes(), 0u);
    EXPECT_EQ(budget.held_bytes(), 40u);
}

TEST(MemoryBudget, who_waits_for_a_child_waits_for_its_parent_too) {
    MemoryBudget whole("all", 100);
    MemoryBudget answers("answers", 100, &whole);
    {
        MemoryBudget::Wait one(answers), two(whole);
        EXPECT_TRUE(answers.is_waited_for());
        EXPECT_TRUE(whole.is_waited_for());
    }
    EXPECT_FALSE(answers.is_waited_for());
    EXPECT_FALSE(whole.is_waited_for());
}

TEST(Bytes, a_buffer_that_another_budget_counts_gives_its_charge_back_once) {
    MemoryBudget budget("requests", 100);
    auto         whole = Bytes(std::make_shared<Buffer>(64, *budget.try_charge(64)));
    auto         part = whole.slice(10, 4);
    part.release_charge();
    whole.release_charge();
    EXPECT_EQ(budget.held_bytes(), 0u);
}

TEST(Bytes, the_last_slice_of_a_buffer_gives_its_charge_back) {
    MemoryBudget budget("requests", 100);
    auto         whole = Bytes(std::make_shared<Buffer>(64, *budget.try_charge(64)));
    auto         part = whole.slice(10, 4);
    whole = {};
    EXPECT_EQ(budget.held_bytes(), 64u);
    EXPECT_EQ(part.held_bytes(), 64u);
    part = {};
    EXPECT_EQ(budget.held_bytes(), 0u);
}

} // namespace
} // namespace riacho
