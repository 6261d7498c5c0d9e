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

TEST(Tail, a_chunk_counts_until_its_last_batch_leaves_whoever_reads_it) {
    MemoryBudget            budget("tails", 1 << 20);
    Tail                    tail(budget);
    std::int64_t            pushed = 0;
    std::vector<ReadResult> readers;
    while (budget.held_bytes() < 3 * Tail::chunk_bytes_min) { // until a second chunk comes
        Bytes batch = tail_batch(pushed);
        ASSERT_TRUE(tail.ensure_room(batch));
        tail.push(batch);
        tail.mark_durable(Offset{pushed++}, FrameNumber{1});
        readers.push_back(tail.read(Offset{pushed - 1}, Offset{pushed}, 1));
    }
    tail.pop(static_cast<std::size_t>(pushed) - 2); // one of the first chunk, and that of the second, stay
    EXPECT_EQ(budget.held_bytes(), 3 * Tail::chunk_bytes_min);
    tail.pop(1);
    EXPECT_EQ(budget.held_bytes(), 2 * Tail::chunk_bytes_min);
    tail.pop(1);
    EXPECT_EQ(budget.held_bytes(), 0u);
    for (const ReadResult& reader : readers) EXPECT_FALSE(reader.batches.empty());
}

TEST(Tail, reads_nothing_where_the_first_batch_has_no_room_and_says_how_large_it_is) {
    MemoryBudget budget("tails", 1 << 20);
    Tail         tail(budget);
    Bytes        batch = tail_batch(0);
    ASSERT_TRUE(tail.ensure_room(batch));
    tail.push(batch);
    tail.mark_durable(Offset{0}, FrameNumber{1});
    auto none = tail.read(Offset{0}, Offset{1}, {1000, batch.size() - 1});
    EXPECT_TRUE(none.batches.empty());
    EXPECT_EQ(none.needed, batch.size());
    EXPECT_EQ(tail.read(Offset{0}, Offset{1}, {1, batch.size()}).batches.size(), batch.size());
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
