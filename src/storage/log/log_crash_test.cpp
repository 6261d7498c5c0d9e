#include "storage/log/testing.hpp"
#include "storage/schedules_testing.hpp"

#include <cerrno>
#include <gtest/gtest.h>
#include <map>

namespace riacho::storage {
namespace {

/// What was acknowledged, and what it was.
struct Promises {
    std::map<std::int64_t, Bytes> batches; // by base offset
    Offset                        log_start{0};
};

/// Rolls, checkpoints, external batches, epochs, producers, retention: a bit of everything, one after
/// another.
Task<> busy_life(LogWorld& world, Promises& promises, std::uint64_t seed) {
    SeededRandom random(seed);
    std::int32_t sequence = 0;
    if (!promises.batches.empty()) sequence = -1; // a later life: without a producer
    for (int i = 0; i < 40; ++i) {
        TestBatch batch{.records = static_cast<int>(random.between(1, 5)),
                        .value_bytes = random.between(1, 700),
                        .timestamp = 1'000 + i};
        if (sequence >= 0 && i % 3 == 0) {
            batch.producer = 77;
            batch.sequence = sequence;
            sequence += batch.records;
        }
        Bytes bytes = test_batch(batch);
        auto  appended = co_await world.append_noted(bytes, LeaderEpoch{1 + i / 15});
        check(appended.has_value(), "nothing refuses a batch here");
        promises.batches[appended->base_offset.value] = bytes;
        if (i % 7 == 3) co_await world.checkpoint_and_recycle();
        if (i % 5 == 4) co_await world.log->write_out();
        if (i == 25) {
            auto moved = co_await world.log->move_log_start({appended->base_offset.value - 3});
            if (moved) promises.log_start = *moved;
        }
    }
}

void set_small(LogWorld& world) {
    world.options.segment_bytes = 6'000;
    world.options.index_interval_bytes = 500;
    world.options.wal_external_bytes = 1'500;
    world.wal.delay = std::chrono::microseconds(50);
}

/// Everything acknowledged is read again, whole, and what comes besides are whole batches behind it.
void expect_kept(LogWorld& world, const Promises& promises) {
    ASSERT_GE(world.log->log_start(), promises.log_start);
    std::map<std::int64_t, Bytes> found;
    for (Offset at = world.log->log_start(); at < world.log->high_watermark();) {
        ReadResult         result = world.read(at.value);
        kafka::BatchCursor cursor(result.batches.view());
        while (auto batch = cursor.next()) {
            ASSERT_TRUE(batch->crc_matches());
            found[batch->base_offset().value] = result.batches.slice(batch->view());
        }
        ASSERT_GT(result.next, at);
        at = result.next;
    }
    for (const auto& [base, bytes] : promises.batches) {
        auto batch = kafka::BatchView::first(bytes.view());
        if (base + batch->last_offset_delta() < world.log->log_start().value) continue;
        ASSERT_TRUE(found.contains(base)) << "offset " << base;
        EXPECT_EQ(kafka::BatchView::first(found[base].view())->crc(), batch->crc()) << "offset " << base;
    }
}

TEST(LogCrash, LosesNothingAcknowledgedWhereverThePowerFails) {
    constexpr std::uint64_t operations_max = 2'000;
    std::uint64_t           lives = 0;
    for (std::uint64_t stop = 1; stop < operations_max; ++stop) {
        LogWorld world(stop);
        set_small(world);
        Promises promises;
        world.open();
        world.world.disk().stop_after(stop);
        bool has_ended = world.world.run_or_crash(busy_life(world, promises, 5));
        world.restart();
        ++lives;
        // Recovery is cut too, wherever it is, and must work when it is repeated.
        world.world.disk().stop_after(1 + stop % 5);
        std::optional<Outcome<std::unique_ptr<Log>, LogDamage>> opened;
        auto open = [](LogWorld& in, auto& into) -> Task<> {
            into.emplace(co_await open_log(in.place(), in.recovered_point(), in.wal.durable));
        };
        world.world.run_or_crash(open(world, opened));
        opened.reset();
        world.restart(stop % 2 == 0 ? io::LifeEnd::kill : io::LifeEnd::power_cut);
        world.open();
        ASSERT_NO_FATAL_FAILURE(expect_kept(world, promises)) << "stopped after " << stop;
        // The next life goes on, and its end loses nothing either.
        world.world.disk().stop_after(30 + stop % 60);
        world.world.run_or_crash(busy_life(world, promises, 6));
        world.restart();
        world.open();
        ASSERT_NO_FATAL_FAILURE(expect_kept(world, promises)) << "stopped after " << stop << ", second life";
        if (has_ended) break;
    }
    expect_schedules(lives, 200);
}

TEST(LogCrash, RemembersProducersAcrossAPowerCut) {
    LogWorld world;
    set_small(world);
    world.open();
    for (int i = 0; i < 30; ++i) {
        std::size_t size = i % 4 == 0 ? 2'000 : 100; // some of them external
        ASSERT_TRUE(world.append(test_batch({.value_bytes = size, .producer = 3, .sequence = i})));
        if (i == 12) world.checkpoint();
    }
    world.restart();
    world.open();
    for (int i = 25; i < 30; ++i) {
        std::size_t size = i % 4 == 0 ? 2'000 : 100;
        auto        again = world.append(test_batch({.value_bytes = size, .producer = 3, .sequence = i}));
        ASSERT_TRUE(again);
        EXPECT_EQ(again->kind, Appended::Kind::duplicate);
        EXPECT_EQ(again->base_offset.value, i);
    }
    EXPECT_EQ(world.append(test_batch({.producer = 3, .sequence = 31})).error().code,
              AppendError::out_of_order_sequence);
    EXPECT_EQ(world.append(test_batch({.producer = 3, .sequence = 30}))->base_offset.value, 30);
}

TEST(LogCrash, KeepsWhatAFullDiskDoesNotTakeInMemory) {
    LogWorld world;
    world.open();
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(world.append(test_batch({.value_bytes = 5'000})));
    world.world.disk().set_capacity(world.world.disk().used_bytes() + 20'000);
    auto checkpoint = world.checkpoint();
    EXPECT_EQ(checkpoint.needs_from, FrameNumber{1});
    EXPECT_EQ(checkpoint.point, RecoveryPoint{});
    EXPECT_FALSE(world.log->is_offline());
    ASSERT_TRUE(world.append(test_batch()));
    EXPECT_EQ(world.all_bases().size(), 11u);
    world.world.disk().set_capacity(1 << 30);
    checkpoint = world.checkpoint();
    EXPECT_EQ(checkpoint.point.offset.value, 11);
    EXPECT_FALSE(checkpoint.needs_from);
    EXPECT_EQ(world.all_bases().size(), 11u);
    EXPECT_EQ(world.tails.held_bytes(), 0u);
}

TEST(LogCrash, GivesTheNumberOfAnExternalBatchBackWhenTheDiskIsFull) {
    LogWorld world;
    set_small(world);
    world.open();
    ASSERT_TRUE(world.append(test_batch({.producer = 1, .sequence = 0})));
    world.checkpoint();
    world.world.disk().set_capacity(world.world.disk().used_bytes() + 1'000);
    auto refused = world.append(test_batch({.value_bytes = 3'000, .producer = 1, .sequence = 1}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, AppendError::no_room);
    EXPECT_EQ(world.wal.reserved(), 0u);
    EXPECT_EQ(world.log->end().value, 1);
    EXPECT_EQ(world.content(world.file(0, ".log"))->size(), world.last->point.position);
    world.world.disk().set_capacity(1 << 30);
    EXPECT_EQ(world.append(test_batch({.producer = 1, .sequence = 1}))->base_offset.value, 1);
    EXPECT_EQ(
        world.append(test_batch({.value_bytes = 3'000, .producer = 1, .sequence = 2}))->base_offset.value, 2);
    EXPECT_EQ(world.all_bases().size(), 3u);
}

TEST(LogCrash, GoesOfflineWhenItsSegmentFails) {
    for (auto operation : {io::DiskOperation::write, io::DiskOperation::sync}) {
        LogWorld world;
        world.open();
        ASSERT_TRUE(world.append(test_batch()));
        auto good = world.checkpoint();
        ASSERT_TRUE(world.append(test_batch()));
        world.world.disk().fail_next(operation, ".log", EIO);
        auto failed = world.checkpoint();
        EXPECT_TRUE(world.log->is_offline());
        EXPECT_EQ(failed.point, good.point);
        EXPECT_EQ(failed.needs_from, FrameNumber{2}) << "what is behind the last good point stays in the wal";
        EXPECT_EQ(world.append(test_batch()).error().code, AppendError::offline);
        auto read = world.world.run(world.log->read(Offset{0}, Offset{1}, 100));
        EXPECT_EQ(read.error().code, ReadError::offline);
    }
}

TEST(LogCrash, WaitsForDescriptorsAndStaysOnline) {
    for (int error : {EMFILE, ENFILE}) {
        LogWorld world;
        world.options.segment_bytes = 500;
        world.open();
        ASSERT_TRUE(world.append(test_batch()));
        auto good = world.checkpoint();
        world.world.disk().fail_next(io::DiskOperation::open, ".log", error, 6);
        for (int i = 0; i < 10; ++i) ASSERT_TRUE(world.append(test_batch()));
        auto early = world.checkpoint();
        EXPECT_FALSE(world.log->is_offline());
        EXPECT_LT(early.point.offset, Offset{11});
        EXPECT_TRUE(early.needs_from) << "what is not written out stays in the wal";
        EXPECT_GE(early.point.offset, good.point.offset);
        for (int tries = 0; tries < 5; ++tries) world.checkpoint();
        EXPECT_EQ(world.checkpoint().point.offset, Offset{11});
        EXPECT_EQ(world.all_bases().size(), 11u);
    }
}

TEST(LogCrash, RefusesALargeBatchWithoutADescriptorAndTakesItLater) {
    LogWorld world;
    world.options.wal_external_bytes = 5'000;
    world.open();
    world.external_ends[Offset{0}] = Offset{1};
    world.world.disk().fail_next(io::DiskOperation::open, ".log", EMFILE, 2);
    auto refused = world.append(test_batch({.value_bytes = 9'000}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, AppendError::no_room);
    EXPECT_FALSE(world.log->is_offline());
    auto taken = world.append(test_batch({.value_bytes = 9'000}));
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->base_offset, Offset{0});
}

TEST(LogCrash, FailsOneReadWhenTheDiskDoes) {
    LogWorld world;
    world.open();
    ASSERT_TRUE(world.append(test_batch()));
    world.checkpoint();
    world.world.disk().fail_next(io::DiskOperation::read, ".log", EIO);
    auto read = world.world.run(world.log->read(Offset{0}, Offset{1}, 100));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ReadError::io);
    EXPECT_FALSE(world.log->is_offline());
    EXPECT_EQ(world.read(0).next.value, 1);
}

/// A topic of three batches whose second one was damaged on the disk.
template <class Number> void read_past_damage(std::size_t at_in_batch, Number wrong) {
    LogWorld world;
    world.open();
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(world.append(test_batch()));
    world.checkpoint();
    std::string path;
    for (const std::string& file : world.world.disk().files())
        if (file.ends_with(".log")) path = file;
    auto        content = *world.world.disk().content(path);
    std::size_t second = kafka::BatchView::first(content)->size();
    store_big(content.data() + second + at_in_batch, wrong);
    world.world.disk().put_file(path, content);
    for (Offset at{0}; at < Offset{3};) {
        auto read = world.world.run(world.log->read(at, Offset{3}, 100'000));
        if (!read) {
            EXPECT_EQ(read.error().code, ReadError::io);
            EXPECT_GT(at, Offset{0}) << "the first batch can be read";
            return;
        }
        ASSERT_GT(read->next, at);
        at = read->next;
    }
}

TEST(LogCrash, NeverGoesBackWhereAnOffsetInASegmentIsDamaged) {
    read_past_damage(kafka::batch_layout::base_offset, std::int64_t{-7});
    for (std::int32_t delta : {-1, -2, -100, INT32_MIN})
        read_past_damage(kafka::batch_layout::last_offset_delta, delta);
}

TEST(LogCrash, ServesWhatLiesInASegmentOfItsOwnOffsetsOnly) {
    LogWorld world;
    world.options.segment_bytes = 400;
    world.open();
    for (int i = 0; i < 12; ++i) ASSERT_TRUE(world.append(test_batch()));
    world.checkpoint();
    std::vector<std::string> segments;
    for (const std::string& file : world.world.disk().files())
        if (file.ends_with(".log")) segments.push_back(file);
    ASSERT_GE(segments.size(), 3u);
    world.restart();
    world.world.disk().put_file(segments[0], *world.world.disk().content(segments[2]));
    world.open();
    auto read = world.world.run(world.log->read(Offset{0}, Offset{12}, 100'000));
    ASSERT_TRUE(read);
    ASSERT_FALSE(read->batches.empty());
    Offset second{std::stoll(segments[1].substr(segments[1].rfind('/') + 1, 20))};
    EXPECT_EQ(kafka::BatchView::first(read->batches.view())->base_offset(), second) << "nothing is skipped";
}

} // namespace
} // namespace riacho::storage
