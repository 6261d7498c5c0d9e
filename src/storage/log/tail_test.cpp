#include "kafka/batch/batch_builder.hpp"
#include "storage/log/tail.hpp"

#include <gtest/gtest.h>

namespace riacho::storage {
namespace {

Bytes tail_batch(std::int64_t offset) {
    kafka::BatchBuilder builder({.base_offset = Offset{offset}, .leader_epoch = LeaderEpoch{0}});
    builder.add({.timestamp = Timestamp{1}, .value = as_bytes("value")});
    return builder.build();
}

TEST(Tail, room_that_was_made_stays_while_everything_before_it_is_written_out) {
    MemoryBudget budget("tails", 1 << 20);
    Tail         tail(budget);
    Bytes        first = tail_batch(0), second = tail_batch(1);
    ASSERT_TRUE(tail.ensure_room(first));
    tail.push(first);
    ASSERT_TRUE(tail.ensure_room(second));
    tail.mark_durable(Offset{0}, FrameNumber{1});
    tail.pop(1);
    tail.push(second);
    EXPECT_EQ(tail.front().base, Offset{1});
    tail.mark_durable(Offset{1}, FrameNumber{2});
    tail.pop(1);
    EXPECT_EQ(budget.held_bytes(), 0u);
}

TEST(Tail, room_for_a_batch_that_does_not_come_is_given_back) {
    MemoryBudget budget("tails", 1 << 20);
    Tail         tail(budget);
    ASSERT_TRUE(tail.ensure_room(tail_batch(0)));
    tail.drop_room();
    EXPECT_EQ(budget.held_bytes(), 0u);
}

} // namespace
} // namespace riacho::storage
