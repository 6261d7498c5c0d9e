#include "browse/offset_reset.hpp"

#include <gtest/gtest.h>

namespace riacho::browse {
namespace {

constexpr ResetGround ground{.committed = Offset{50}, .start = {10}, .end = {100}, .at_time = {70}};

std::int64_t reset(ResetTo to, std::int64_t value = 0, ResetGround from = ground) {
    auto target = reset_target({to, value}, from);
    return target.to ? target.to->value : -1;
}

TEST(OffsetReset, GoesWhereTheRuleSays) {
    EXPECT_EQ(reset(ResetTo::earliest), 10);
    EXPECT_EQ(reset(ResetTo::latest), 100);
    EXPECT_EQ(reset(ResetTo::time, 1'709'209'801'500), 70);
    EXPECT_EQ(reset(ResetTo::offset, 33), 33);
    EXPECT_EQ(reset(ResetTo::shift, 7), 57);
    EXPECT_EQ(reset(ResetTo::shift, -7), 43);
    EXPECT_EQ(reset(ResetTo::current), 50);
}

TEST(OffsetReset, StaysInsideThePartition) {
    EXPECT_EQ(reset(ResetTo::offset, 5), 10);
    EXPECT_EQ(reset(ResetTo::offset, 500), 100);
    EXPECT_EQ(reset(ResetTo::offset, -1), 10);
    EXPECT_EQ(reset(ResetTo::shift, 1000), 100);
    EXPECT_EQ(reset(ResetTo::shift, -1000), 10);
    EXPECT_EQ(reset(ResetTo::shift, INT64_MAX), 100);
    EXPECT_EQ(reset(ResetTo::shift, INT64_MIN), 10);
    ResetGround behind = ground;
    behind.committed = Offset{3}; // deleted meanwhile
    EXPECT_EQ(reset(ResetTo::current, 0, behind), 10);
    ResetGround empty{.committed = {}, .start = {10}, .end = {10}, .at_time = {10}};
    for (auto to : {ResetTo::earliest, ResetTo::latest, ResetTo::time, ResetTo::offset, ResetTo::current})
        EXPECT_EQ(reset(to, 99, empty), 10);
}

TEST(OffsetReset, KnowsWhatToDoWhereNothingIsCommitted) {
    ResetGround without = ground;
    without.committed.reset();
    EXPECT_EQ(reset(ResetTo::current, 0, without), 100);
    auto target = reset_target({ResetTo::shift, 5}, without);
    EXPECT_FALSE(target.to);
    EXPECT_EQ(target.problem, NoReset::nothing_committed);
}

} // namespace
} // namespace riacho::browse
