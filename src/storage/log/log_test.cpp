#include "io/gather.hpp"
#include "storage/log/testing.hpp"
#include "storage/store.hpp"

#include <gtest/gtest.h>

namespace riacho::storage {
namespace {

TYPED_TEST_SUITE(LogOverEveryDisk, EveryWorld);

TYPED_TEST(LogOverEveryDisk, GivesOffsetsInTheOrderOfTheCalls) {
    auto&                                             world = this->world;
    Log&                                              log = world.open();
    std::vector<Task<Outcome<Appended, AppendError>>> appends;
    for (int i = 0; i < 20; ++i)
        appends.push_back(log.append(test_batch({.records = 1 + i % 3}), LeaderEpoch{0}, world.deadline()));
    auto         results = world.world.run(io::gather(world.world.shard(), std::move(appends)));
    std::int64_t next = 0;
    for (int i = 0; i < 20; ++i) {
        ASSERT_TRUE(results[static_cast<std::size_t>(i)].has_value());
        EXPECT_EQ(results[static_cast<std::size_t>(i)]->base_offset.value, next);
        next += 1 + i % 3;
    }
    EXPECT_EQ(log.high_watermark().value, next);
    EXPECT_EQ(world.all_bases().size(), 20u);
}

TEST(Log, PublishesNothingBeforeTheFrameIsDurable) {
    LogWorld world;
    world.wal.mode = FakeWal::Mode::manual;
    Log&      log = world.open();
    io::Group group(world.world.shard());
    bool      answered = false;
    auto      append = [](Log& to, Time deadline, bool& done) -> Task<> {
        auto appended = co_await to.append(test_batch(), LeaderEpoch{0}, deadline);
        done = appended.has_value();
    };
    group.spawn(append(log, world.deadline(), answered));
    world.world.run_for(std::chrono::seconds(1));
    EXPECT_EQ(log.end().value, 1);
    EXPECT_EQ(log.high_watermark().value, 0);
    EXPECT_FALSE(answered);
    EXPECT_TRUE(world.read(0).batches.empty());
    world.wal.sync();
    world.world.run_for(std::chrono::seconds(1));
    EXPECT_TRUE(answered);
    EXPECT_EQ(log.high_watermark().value, 1);
    EXPECT_FALSE(world.read(0).batches.empty());
}

TEST(Log, CostsNoFilesUntilSomethingIsWrittenOut) {
    LogWorld world;
    world.open();
    auto checkpoint = world.checkpoint();
    EXPECT_EQ(checkpoint.point, RecoveryPoint{});
    EXPECT_FALSE(checkpoint.needs_from);
    ASSERT_TRUE(world.append(test_batch()));
    EXPECT_TRUE(world.world.disk().files().empty());
    world.checkpoint();
    EXPECT_FALSE(world.world.disk().files().empty());
}

TYPED_TEST(LogOverEveryDisk, IsTheSameAfterAPowerCutBehindACheckpoint) {
    auto& world = this->world;
    world.open();
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(world.append(test_batch({.records = 2}), LeaderEpoch{i / 20}));
    auto checkpoint = world.checkpoint();
    EXPECT_EQ(checkpoint.point.offset.value, 100);
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(world.append(test_batch({.records = 2}), LeaderEpoch{3}));
    auto before = world.all_bases();
    world.restart();
    world.open();
    EXPECT_EQ(world.log->high_watermark().value, 120);
    EXPECT_EQ(world.all_bases(), before);
    EXPECT_EQ(world.log->last_epoch(), LeaderEpoch{3});
    EXPECT_EQ(world.log->epoch_end(LeaderEpoch{0}).end.value, 40);
    EXPECT_EQ(world.log->epoch_end(LeaderEpoch{2}).end.value, 100);
    EXPECT_EQ(world.log->epoch_end(LeaderEpoch{3}).end.value, 120);
}

TYPED_TEST(LogOverEveryDisk, ReadsWholeBatchesAndAtLeastOne) {
    auto& world = this->world;
    world.open();
    for (int i = 0; i < 4; ++i) ASSERT_TRUE(world.append(test_batch({.records = 10})));
    auto one_size = test_batch({.records = 10}).size();
    for (bool is_written_out : {false, true}) {
        if (is_written_out) world.checkpoint();
        EXPECT_EQ(world.read(15, 1).batches.size(), one_size) << "inside of a batch: the whole batch";
        EXPECT_EQ(world.read(15, 1).next.value, 20);
        EXPECT_EQ(world.read(15, 2 * one_size + 5).batches.size(), 2 * one_size);
        auto most = world.read(0, 1 << 20).next.value; // a tail lies in chunks, that grow
        EXPECT_GE(most, 30);
        EXPECT_EQ(world.read(most, 1 << 20).next.value, 40);
        EXPECT_TRUE(world.read(0, 0).batches.empty());
        auto none = world.world.run(world.log->read(Offset{15}, Offset{40}, {1 << 20, one_size - 1}));
        EXPECT_TRUE(none->batches.empty());
        EXPECT_EQ(none->needed, one_size);
        EXPECT_TRUE(world.read(40).batches.empty());
        auto limited = world.world.run(world.log->read(Offset{0}, Offset{20}, 1 << 20));
        EXPECT_EQ(limited->next.value, 20);
    }
    auto beyond = world.world.run(world.log->read(Offset{41}, Offset{41}, 1));
    ASSERT_FALSE(beyond.has_value());
    EXPECT_EQ(beyond.error().code, ReadError::offset_out_of_range);
}

TYPED_TEST(LogOverEveryDisk, FindsEveryOffsetThroughTheIndex) {
    auto& world = this->world;
    world.options.index_interval_bytes = 1000;
    world.open();
    for (int i = 0; i < 200; ++i)
        ASSERT_TRUE(world.append(test_batch({.records = 3, .timestamp = 1'000 + i})));
    world.checkpoint();
    EXPECT_GT(world.content(world.file(0, ".index"))->size(), 20u * 8);
    EXPECT_EQ(world.content(world.file(0, ".timeindex"))->size() % 12, 0u);
    for (int life = 0; life < 2; ++life) {
        for (std::int64_t at = 599; at >= 0; at -= 7) {
            auto read = world.read(at, 1);
            auto batch = kafka::BatchView::first(read.batches.view());
            ASSERT_TRUE(batch);
            EXPECT_EQ(batch->base_offset().value, at / 3 * 3);
        }
        world.restart();
        world.open();
    }
}

TYPED_TEST(LogOverEveryDisk, RollsBySizeAndReadsAcrossSegments) {
    auto& world = this->world;
    world.options.segment_bytes = 2'000;
    world.open();
    for (int i = 0; i < 60; ++i) ASSERT_TRUE(world.append(test_batch({.producer = 5, .sequence = i})));
    auto checkpoint = world.checkpoint();
    EXPECT_GT(checkpoint.point.segment_base.value, 40);
    EXPECT_EQ(world.all_bases().size(), 60u);
    auto snapshot = world.file(checkpoint.point.segment_base.value, ".snapshot");
    EXPECT_TRUE(world.content(snapshot).has_value());
    world.restart();
    world.open();
    EXPECT_EQ(world.all_bases().size(), 60u);
}

TYPED_TEST(LogOverEveryDisk, RefusesABatchLargerThanASegment) {
    auto& world = this->world;
    world.options.segment_bytes = 2'000;
    world.open();
    auto refused = world.append(test_batch({.value_bytes = 3'000}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, AppendError::batch_larger_than_segment);
    EXPECT_EQ(world.append(test_batch())->base_offset.value, 0);
}

TEST(Log, GivesItsMemoryBack) {
    LogWorld world;
    world.open();
    for (int i = 0; i < 100; ++i)
        ASSERT_TRUE(world.append(test_batch({.value_bytes = i % 10 == 0 ? 50'000uz : 500uz})));
    EXPECT_GT(world.tails.held_bytes(), 0u);
    auto held = world.read(1);
    world.checkpoint();
    EXPECT_EQ(world.tails.held_bytes(), 0u) << "what a reader still has is the reader's";
    EXPECT_FALSE(held.batches.empty());
    world.read(0);
    EXPECT_EQ(world.world.memory().held_bytes(), 0u);
}

TEST(Log, WritesOutFirstWhenMemoryIsShort) {
    LogWorld     world;
    MemoryBudget small("small", 100'000);
    auto         place = world.place();
    Log::Place   tight{.shard = place.shard,
                       .world = place.world,
                       .wal = place.wal,
                       .tails = small,
                       .folder = place.folder,
                       .partition = place.partition,
                       .options = place.options};
    world.log = *world.world.run(open_log(std::move(tight), {}, {}));
    for (int i = 0; i < 40; ++i) ASSERT_TRUE(world.append(test_batch({.value_bytes = 9'000})));
    EXPECT_LE(small.held_bytes(), 100'000u);
    EXPECT_EQ(world.all_bases().size(), 40u);
    world.log.reset();
}

TEST(Log, TakesChangesOfTheMetadataWhenTheTailsHaveNoMemoryLeft) {
    LogWorld     world;
    MemoryBudget small("small", 100'000);
    Charge       others = small.charge(100'000);
    world.partition = cluster_metadata;
    auto       place = world.place();
    Log::Place tight{.shard = place.shard,
                     .world = place.world,
                     .wal = place.wal,
                     .tails = small,
                     .folder = place.folder,
                     .partition = place.partition,
                     .options = place.options};
    world.log = *world.world.run(open_log(std::move(tight), {}, {}));
    for (std::size_t bytes : {500u, 9'000u, 60'000u}) // into a chunk, into one of its own, and as it came
        EXPECT_TRUE(world.append(test_batch({.value_bytes = bytes})));
    EXPECT_EQ(world.all_bases().size(), 3u);
    world.log.reset();
}

TYPED_TEST(LogOverEveryDisk, WritesOutInTheBackgroundWhenTheTailIsLong) {
    auto& world = this->world;
    world.open();
    for (int i = 0; i < 30; ++i) ASSERT_TRUE(world.append(test_batch({.value_bytes = 60'000})));
    auto settle = [](io::Shard& shard) -> Task<> {
        co_await shard.sleep_for(std::chrono::milliseconds(300));
    };
    world.world.run(settle(world.world.shard()));
    EXPECT_LT(world.log->unwritten_bytes(), std::uint64_t{1} << 20);
    EXPECT_EQ(world.all_bases().size(), 30u);
}

TEST(Log, RefusesWhenTheRingIsFullAndGivesTheSameNumberLater) {
    LogWorld world;
    world.open();
    world.wal.set_room(0);
    auto refused = world.append(test_batch({.producer = 1, .sequence = 0}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, AppendError::no_room);
    EXPECT_EQ(world.tails.held_bytes(), 0u);
    world.wal.set_room(1 << 20);
    EXPECT_EQ(world.append(test_batch({.producer = 1, .sequence = 0}))->base_offset.value, 0);
}

TEST(Log, AcknowledgesNothingAfterTheWalFailed) {
    LogWorld world;
    world.open();
    ASSERT_TRUE(world.append(test_batch()));
    world.wal.fail_now();
    auto refused = world.append(test_batch());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, AppendError::storage_failed);
    EXPECT_EQ(world.read(0).next.value, 1) << "what was published is still read";
}

} // namespace
} // namespace riacho::storage
