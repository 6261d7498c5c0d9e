#include "codec/endian.hpp"
#include "io/gather.hpp"
#include "kafka/batch/patch.hpp"
#include "storage/log/testing.hpp"

#include <gtest/gtest.h>

namespace riacho::storage {
namespace {

template <class W> class LogLife : public LogOverEveryDisk<W> {};
TYPED_TEST_SUITE(LogLife, EveryWorld);

using Results = std::vector<Outcome<Appended, AppendError>>;

TYPED_TEST(LogLife, KeepsTheOrderOfLargeAndSmallBatches) {
    auto& world = this->world;
    world.options.wal_external_bytes = 5'000;
    world.options.segment_bytes = 40'000;
    Log& log = world.open();

    std::vector<Task<Outcome<Appended, AppendError>>> appends;
    for (int i = 0; i < 30; ++i) {
        world.external_ends[Offset{2 * i}] = Offset{2 * i + 2};
        std::size_t size = i % 4 == 1 ? 9'000 : 200;
        Bytes       batch = test_batch({.records = 2, .value_bytes = size, .producer = 8, .sequence = 2 * i});
        appends.push_back(log.append(std::move(batch), LeaderEpoch{0}, world.deadline()));
    }
    Results results = world.world.run(io::gather(world.world.shard(), std::move(appends)));
    for (std::size_t i = 0; i < results.size(); ++i) {
        ASSERT_TRUE(results[i]);
        EXPECT_EQ(results[i]->base_offset.value, static_cast<std::int64_t>(2 * i));
    }
    auto before = world.all_bases();
    EXPECT_EQ(before.size(), 30u);
    world.restart();
    world.open();
    EXPECT_EQ(world.all_bases(), before);
}

TYPED_TEST(LogLife, RemovesExpiredSegmentsOnceACheckpointIsBehindThem) {
    auto& world = this->world;
    world.options.segment_bytes = 1'000;
    world.options.retention_ms = std::chrono::hours(1);
    Log&         log = world.open();
    std::int64_t now = world.io_world_.clock.wall().ms;
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(world.append(test_batch({.timestamp = now - 10'000'000})));
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(world.append(test_batch({.timestamp = now})));
    world.world.run(log.write_out());
    world.world.run(log.enforce_retention());
    EXPECT_GT(log.log_start().value, 10);
    EXPECT_LE(log.log_start().value, 20);
    EXPECT_TRUE(world.content(world.file(0, ".log"))) << "no checkpoint has its point behind it yet";
    auto size = log.size_bytes();
    world.checkpoint();
    EXPECT_FALSE(world.content(world.file(0, ".log")));
    EXPECT_FALSE(world.content(world.file(0, ".index")));
    EXPECT_LT(log.size_bytes(), size);
    auto start = log.log_start();
    auto before = world.all_bases();
    world.restart();
    world.open();
    EXPECT_EQ(world.log->log_start(), start);
    EXPECT_EQ(world.all_bases(), before);
}

TYPED_TEST(LogLife, RollsWhenEverythingIsExpired) {
    auto& world = this->world;
    world.options.retention_ms = std::chrono::hours(1);
    Log& log = world.open();
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(world.append(test_batch({.timestamp = 5'000})));
    world.world.run(log.enforce_retention());
    EXPECT_EQ(log.log_start().value, 20);
    EXPECT_EQ(log.high_watermark().value, 20);
    EXPECT_EQ(world.checkpoint().point.segment_base.value, 20);
    EXPECT_FALSE(world.content(world.file(0, ".log")));
    EXPECT_EQ(log.size_bytes(), 0u);
    world.restart();
    world.open();
    EXPECT_EQ(world.append(test_batch())->base_offset.value, 20);
    world.checkpoint();
    EXPECT_EQ(world.all_bases(), std::vector<std::int64_t>{20});
    EXPECT_TRUE(world.content(world.file(20, ".log")));
}

TYPED_TEST(LogLife, KeepsAtLeastTheBytesOfRetention) {
    auto& world = this->world;
    world.options.segment_bytes = 1'000;
    world.options.retention_ms.reset();
    world.options.retention_bytes = 3'000;
    Log& log = world.open();
    for (int i = 0; i < 40; ++i) ASSERT_TRUE(world.append(test_batch()));
    world.world.run(log.write_out());
    world.world.run(log.enforce_retention());
    world.checkpoint();
    EXPECT_GE(log.size_bytes(), 3'000u);
    EXPECT_LT(log.size_bytes(), 4'000u);
}

TYPED_TEST(LogLife, StartsInTheMiddleOfABatch) {
    auto& world = this->world;
    world.open();
    for (int i = 0; i < 4; ++i) ASSERT_TRUE(world.append(test_batch({.records = 10}), LeaderEpoch{i}));
    for (int is_written_out = 0; is_written_out < 2; ++is_written_out) {
        std::int64_t to = 15 + is_written_out;
        auto         moved = world.world.run(world.log->move_log_start(Offset{to}));
        ASSERT_TRUE(moved);
        EXPECT_EQ(moved->value, to);
        EXPECT_EQ(world.world.run(world.log->move_log_start(Offset{3}))->value, to) << "it never moves back";
        auto below = world.world.run(world.log->read(Offset{14}, Offset{40}, 1));
        EXPECT_EQ(below.error().code, ReadError::offset_out_of_range);
        EXPECT_EQ(world.all_bases(), (std::vector<std::int64_t>{10, 20, 30}));
        EXPECT_EQ(world.log->epoch_end(LeaderEpoch{1}).end.value, 20);
        EXPECT_EQ(world.log->epoch_end(LeaderEpoch{0}).end.value, to) << "the first one left begins there";
        if (is_written_out == 0) world.checkpoint();
    }
    world.restart();
    world.open();
    EXPECT_EQ(world.log->log_start().value, 16);
}

TYPED_TEST(LogLife, FindsTimestampsInsideOfBatches) {
    auto& world = this->world;
    world.options.index_interval_bytes = 300;
    world.options.segment_bytes = 3'000;
    world.open();
    auto         kinds = {Compression::none, Compression::gzip, Compression::snappy, Compression::lz4,
                          Compression::zstd};
    std::int64_t at = 1'000;
    for (int i = 0; i < 30; ++i) {
        auto kind = *(kinds.begin() + i % 5);
        ASSERT_TRUE(world.append(test_batch(
            {.records = 10, .value_bytes = 50, .timestamp = at, .timestamp_step = 10, .compression = kind})));
        at += 100;
        if (i == 19) world.checkpoint();
    }
    for (std::int64_t record = 0; record < 300; record += 17) {
        for (std::int64_t earlier : {0, 9}) {
            auto found = world.world.run(world.log->find_timestamp({1'000 + 10 * record - earlier}));
            ASSERT_TRUE(found);
            EXPECT_EQ(found->offset.value, record);
            EXPECT_EQ(found->timestamp.ms, 1'000 + 10 * record);
        }
    }
    EXPECT_FALSE(world.world.run(world.log->find_timestamp({1'000 + 3'000})));
    EXPECT_EQ(world.world.run(world.log->find_timestamp({0}))->offset.value, 0);

    auto moved = world.world.run(world.log->move_log_start(Offset{105}));
    ASSERT_TRUE(moved);
    EXPECT_EQ(world.world.run(world.log->find_timestamp({0}))->offset.value, 105);
}

TYPED_TEST(LogLife, FindsTheFirstRecordWithTheLargestTimestamp) {
    auto& world = this->world;
    world.options.segment_bytes = 1'000;
    world.open();
    EXPECT_FALSE(world.world.run(world.log->find_max_timestamp()));
    for (std::int64_t time : {50, 900, 20, 900, 100, 30, 70})
        ASSERT_TRUE(world.append(test_batch({.records = 3, .timestamp = time, .timestamp_step = -1})));
    for (int is_written_out = 0; is_written_out < 2; ++is_written_out) {
        auto largest = world.world.run(world.log->find_max_timestamp());
        ASSERT_TRUE(largest);
        EXPECT_EQ(largest->offset.value, 3);
        EXPECT_EQ(largest->timestamp.ms, 900);
        world.checkpoint();
    }
    ASSERT_TRUE(world.world.run(world.log->move_log_start(Offset{4})));
    EXPECT_EQ(world.world.run(world.log->find_max_timestamp())->offset.value, 9);
    ASSERT_TRUE(world.world.run(world.log->move_log_start(Offset{10})));
    auto largest = world.world.run(world.log->find_max_timestamp());
    EXPECT_EQ(largest->offset.value, 10);
    EXPECT_EQ(largest->timestamp.ms, 899);
}

// Were each larger one looked for from the batch's beginning, this would take hours.
TYPED_TEST(LogLife, LooksOnceThroughABatchThatLiesAboutItsLargestTimestamp) {
    auto& world = this->world;
    world.open();
    for (Compression kind : {Compression::none, Compression::zstd}) {
        Bytes batch = test_batch({.records = 300'000,
                                  .value_bytes = 1,
                                  .timestamp = 1'000,
                                  .timestamp_step = 1,
                                  .compression = kind});
        store_big(batch.writable().data() + kafka::batch_layout::max_timestamp, std::int64_t{1} << 40);
        kafka::set_crc(batch.writable());
        ASSERT_TRUE(world.append(std::move(batch)));
    }
    for (int is_written_out = 0; is_written_out < 2; ++is_written_out) {
        auto largest = world.world.run(world.log->find_max_timestamp());
        ASSERT_TRUE(largest);
        EXPECT_EQ(largest->offset.value, 299'999);
        EXPECT_EQ(largest->timestamp.ms, 300'999);
        EXPECT_FALSE(world.world.run(world.log->find_timestamp({301'000})));
        world.checkpoint();
    }
}

TYPED_TEST(LogLife, LeavesFilesThatEndExactlyAfterACleanStop) {
    auto& world = this->world;
    world.options.segment_bytes = 2'000;
    world.open();
    for (int i = 0; i < 30; ++i) ASSERT_TRUE(world.append(test_batch({.producer = 1, .sequence = i})));
    auto last = world.world.run(world.log->close_cleanly());
    EXPECT_EQ(last.end.value, 30);
    auto base = last.point.segment_base.value;
    EXPECT_EQ(world.content(world.file(base, ".log"))->size(), last.point.position);
    EXPECT_TRUE(world.content(world.file(base, ".index")));
    EXPECT_EQ(world.content(world.file(base, ".timeindex"))->size() % 12, 0u);
    EXPECT_EQ(world.content(world.file(30, ".snapshot"))->size(), 10u + 46u);
    EXPECT_EQ(as_text(world.content(world.folder() + "/leader-epoch-checkpoint")->view()), "0\n1\n0 0\n");
    EXPECT_EQ(world.append(test_batch()).error().code, AppendError::stopped);
}

TEST(LogDuplicates, AreAnsweredWhenTheirOriginalIsDurable) {
    LogWorld world;
    world.wal.mode = FakeWal::Mode::manual;
    Log&      log = world.open();
    io::Group group(world.world.shard());
    using Answer = std::optional<Outcome<Appended, AppendError>>;
    auto append = [](Log& to, std::int32_t sequence, Time deadline, Answer& answer) -> Task<> {
        answer.emplace(
            co_await to.append(test_batch({.producer = 1, .sequence = sequence}), LeaderEpoch{0}, deadline));
    };
    Answer original, second, duplicate;
    group.spawn(append(log, 0, world.deadline(), original));
    group.spawn(append(log, 1, world.deadline(), second));
    group.spawn(append(log, 0, world.deadline(), duplicate));
    world.world.run_for(std::chrono::seconds(1));
    EXPECT_FALSE(original || duplicate);
    EXPECT_EQ(world.wal.forming(), 2u) << "a duplicate has no entry";
    world.wal.sync();
    world.world.run_for(std::chrono::seconds(1));
    ASSERT_TRUE(original && second && duplicate);
    EXPECT_EQ((*original)->base_offset.value, 0);
    EXPECT_EQ((*duplicate)->base_offset.value, 0);
    EXPECT_EQ((*duplicate)->kind, Appended::Kind::duplicate);
    EXPECT_EQ(log.high_watermark().value, 2);
}

TEST(LogDuplicates, FailWithTheirOriginal) {
    LogWorld world;
    world.wal.mode = FakeWal::Mode::manual;
    Log&      log = world.open();
    io::Group group(world.world.shard());
    int       failures = 0;
    auto      append = [](Log& to, Time deadline, int& failed) -> Task<> {
        auto answer =
            co_await to.append(test_batch({.producer = 1, .sequence = 0}), LeaderEpoch{0}, deadline);
        if (!answer && answer.error().code == AppendError::storage_failed) ++failed;
    };
    group.spawn(append(log, world.deadline(), failures));
    group.spawn(append(log, world.deadline(), failures));
    world.world.run_for(std::chrono::seconds(1));
    world.wal.fail_now();
    world.world.run_for(std::chrono::seconds(1));
    EXPECT_EQ(failures, 2);
    EXPECT_EQ(log.high_watermark().value, 0);
}

TEST(LogRetention, RollsByAgeOfTheMessages) {
    LogWorld world;
    world.options.segment_ms = std::chrono::seconds(10);
    world.options.retention_ms.reset();
    world.open();
    std::int64_t now = world.io_world_.clock.wall().ms;
    for (int i = 0; i < 4; ++i) ASSERT_TRUE(world.append(test_batch({.timestamp = now + i * 6'000})));
    world.checkpoint();
    EXPECT_TRUE(world.content(world.file(2, ".log")));
    world.world.simulation().advance_wall(std::chrono::minutes(1));
    world.world.run(world.log->enforce_retention());
    EXPECT_EQ(world.checkpoint().point.segment_base.value, 4) << "an idle segment is ended too";
}

} // namespace
} // namespace riacho::storage
