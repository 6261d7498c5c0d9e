#include "kafka/batch/patch.hpp"
#include "storage/log/partition_metadata.hpp"
#include "storage/log/testing.hpp"

#include <gtest/gtest.h>

namespace riacho::storage {
namespace {

ReplayedEntry batch_entry(std::int64_t base, int records, std::uint64_t frame) {
    Bytes bytes = test_batch({.records = records});
    kafka::set_base_offset(bytes.writable(), Offset{base});
    kafka::set_leader_epoch(bytes.writable(), LeaderEpoch{0});
    return {{.kind = EntryKind::batch,
             .partition = test_partition,
             .base_offset = Offset{base},
             .leader_epoch = LeaderEpoch{0},
             .bytes = std::move(bytes)},
            FrameNumber{frame}};
}

ReplayedEntry log_start_entry(std::int64_t start, std::uint64_t frame) {
    return {{.kind = EntryKind::log_start,
             .partition = test_partition,
             .base_offset = Offset{start},
             .bytes = {}},
            FrameNumber{frame}};
}

TEST(LogReplay, SkipsAppliesAndRefusesAsTheRulesSay) {
    struct Case {
        const char*                name;
        std::vector<ReplayedEntry> entries;
        std::int64_t               log_start;
        std::int64_t               end; // -1: a gap
    };
    // The checkpoint's point is at offset 10.
    const std::vector<Case> cases{
        {"nothing", {}, 0, 10},
        {"below the end: skipped", {batch_entry(0, 5, 1), batch_entry(5, 5, 2)}, 0, 10},
        {"at the end: applied", {batch_entry(10, 5, 3)}, 0, 15},
        {"first below, then at the end",
         {batch_entry(5, 5, 2), batch_entry(10, 2, 3), batch_entry(12, 1, 4)},
         0,
         13},
        {"applied once", {batch_entry(10, 5, 3), batch_entry(10, 5, 3)}, 0, 15},
        {"behind the end: a gap", {batch_entry(11, 1, 3)}, 0, -1},
        {"over the end: a gap", {batch_entry(8, 4, 3)}, 0, -1},
        {"a log start", {log_start_entry(7, 2)}, 7, 10},
        {"the largest log start counts", {log_start_entry(7, 2), log_start_entry(3, 3)}, 7, 10},
        {"a log start before its batches", {log_start_entry(12, 2), batch_entry(10, 5, 3)}, 12, 15},
        {"a log start above all moves the end", {batch_entry(10, 5, 3), log_start_entry(40, 4)}, 40, 40},
        {"of an empty rest", {log_start_entry(40, 4)}, 40, 40},
    };
    for (const Case& at : cases) {
        LogWorld world;
        world.open();
        for (int i = 0; i < 2; ++i) ASSERT_TRUE(world.append(test_batch({.records = 5})));
        world.checkpoint();
        world.restart();
        world.wal.durable = at.entries;
        auto opened = world.try_open(world.recovered_point());
        if (at.end < 0) {
            ASSERT_FALSE(opened) << at.name;
            EXPECT_EQ(opened.error().code, LogDamage::replay_gap) << at.name;
            continue;
        }
        ASSERT_TRUE(opened) << at.name;
        world.log = *std::move(opened);
        EXPECT_EQ(world.log->log_start().value, at.log_start) << at.name;
        EXPECT_EQ(world.log->high_watermark().value, at.end) << at.name;

        // It goes on there, and all of it is the same after one more life.
        EXPECT_EQ(world.append(test_batch())->base_offset.value, at.end) << at.name;
        auto before = world.all_bases();
        world.recycles = false;
        world.checkpoint();
        EXPECT_EQ(world.all_bases(), before) << at.name;
        world.restart();
        world.wal.durable.clear();
        world.open();
        EXPECT_EQ(world.all_bases(), before) << at.name;
        EXPECT_EQ(world.log->high_watermark().value, at.end + 1) << at.name;
    }
}

TEST(LogOpen, CallsASegmentThatIsShorterThanItsPointDamaged) {
    LogWorld world;
    world.open();
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(world.append(test_batch()));
    world.checkpoint();
    world.restart();
    Recovered recovered = world.recovered_point();
    recovered.point->position += 1;
    auto opened = world.try_open(recovered);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, LogDamage::segment_shorter_than_point);
    recovered.point->segment_base = Offset{77};
    EXPECT_EQ(world.try_open(recovered).error().code, LogDamage::segment_shorter_than_point);
}

class LogCut : public testing::TestWithParam<int> {};

TEST_P(LogCut, TakesEverythingPastThePoint) {
    LogWorld world;
    world.options.segment_bytes = 1'000;
    world.options.index_interval_bytes = 100;
    world.open();
    auto epoch = [](int i) { return LeaderEpoch{i / GetParam()}; };
    for (int i = 0; i < 12; ++i) ASSERT_TRUE(world.append(test_batch({.timestamp = 1'000 + i}), epoch(i)));
    auto point = world.checkpoint().point;
    auto base = point.segment_base.value;
    auto index_bytes = world.content(world.file(base, ".index"))->size();
    world.recycles = false;
    for (int i = 12; i < 40; ++i) ASSERT_TRUE(world.append(test_batch({.timestamp = 1'000 + i}), epoch(i)));
    auto lost = world.world.run(world.log->checkpoint()); // durable, but its checkpoint file never came
    ASSERT_GT(lost.point.segment_base, point.segment_base);
    world.restart();
    world.wal.durable.clear();
    world.open();
    EXPECT_EQ(world.log->high_watermark().value, 12);
    EXPECT_EQ(world.log->last_epoch(), epoch(11));
    auto epochs = world.content(world.folder() + "/leader-epoch-checkpoint");
    EXPECT_TRUE(as_text(epochs->view()).starts_with(GetParam() == 1 ? "0\n12\n" : "0\n1\n"));

    // Gone from the medium too, or a later cut could bring it back between what is written from now on.
    auto& disk = world.world.disk();
    EXPECT_EQ(disk.durable(world.file(base, ".log"))->size(), point.position);
    EXPECT_EQ(disk.durable(world.file(base, ".index"))->size(), index_bytes);
    for (std::int64_t later = base + 1; later <= 40; ++later)
        EXPECT_FALSE(disk.durable(world.file(later, ".log"))) << later;

    // Other batches than before take these offsets.
    for (int i = 0; i < 30; ++i)
        ASSERT_TRUE(world.append(test_batch({.records = 2, .value_bytes = 37}), LeaderEpoch{50}));
    world.checkpoint();
    world.restart();
    world.open();
    EXPECT_EQ(world.log->high_watermark().value, 72);
    EXPECT_EQ(world.all_bases().size(), 42u);
}

INSTANTIATE_TEST_SUITE_P(, LogCut, testing::Values(1, 1'000), [](const auto& batches) {
    return batches.param == 1 ? "WithAnEpochPerBatch" : "WithOneEpoch";
});

TEST(LogOpen, BuildsDamagedOrMissingIndexesAgain) {
    for (int kind = 0; kind < 4; ++kind) {
        LogWorld world;
        world.options.segment_bytes = 20'000;
        world.options.index_interval_bytes = 500;
        world.open();
        for (int i = 0; i < 150; ++i) ASSERT_TRUE(world.append(test_batch({.timestamp = 1'000 + i})));
        auto point = world.checkpoint();
        auto base = point.point.segment_base.value;
        world.restart();
        auto& disk = world.world.disk();
        if (kind == 0) {
            disk.put_file(world.file(base, ".index"), {});
            disk.put_file(world.file(base, ".timeindex"), {});
        } else if (kind == 1) {
            world.world.run(disk.remove(world.file(base, ".index")));
            world.world.run(disk.remove(world.file(0, ".index")));
            world.world.run(disk.remove(world.file(0, ".timeindex")));
        } else {
            std::vector<std::byte> zeros(64);
            disk.damage(world.file(base, kind == 2 ? ".index" : ".timeindex"), 16, zeros);
        }
        world.open();
        for (std::int64_t at = 0; at < 150; at += 11) {
            auto read = world.read(at, 1);
            EXPECT_EQ(read.next.value, at + 1) << kind;
            auto found = world.world.run(world.log->find_timestamp({1'000 + at}));
            ASSERT_TRUE(found) << kind;
            EXPECT_EQ(found->offset.value, at) << kind;
        }
    }
}

TEST(LogOpen, ServesTheSameWhateverItsOffsetIndexesSay) {
    constexpr std::size_t entry_bytes = 8, position_at = 4, base_offset_at = 2;
    // Into the middle of a batch; to a later batch; an offset that is too small, and one that is too large.
    for (auto [at, added] :
         {std::pair{position_at + 3, 5}, {position_at + 2, 1}, {base_offset_at + 1, -2}, {3ul, 40}}) {
        for (std::size_t entry : {0u, 3u, 6u}) {
            LogWorld world;
            world.options.segment_bytes = 8'000;
            world.options.index_interval_bytes = 500;
            world.open();
            for (int i = 0; i < 150; ++i) ASSERT_TRUE(world.append(test_batch({.timestamp = 1'000 + i})));
            world.checkpoint();
            world.restart();
            for (const std::string& path : world.world.disk().files()) {
                if (!path.ends_with(".index")) continue;
                Bytes index = *world.content(path);
                if (index.size() < (entry + 1) * entry_bytes) continue;
                std::byte wrong[]{static_cast<std::byte>(
                    std::to_integer<int>(index.view()[entry * entry_bytes + at]) + added)};
                world.world.disk().damage(path, entry * entry_bytes + at, wrong);
            }
            world.open();
            for (std::int64_t offset = 0; offset < 150; offset += 7)
                EXPECT_EQ(world.read(offset, 1).next.value, offset + 1) << at << " " << added << " " << entry;
            EXPECT_EQ(world.all_bases().size(), 150u);
        }
    }
}

TEST(LogOpen, KeepsWhatWasAddedAfterACleanStop) {
    LogWorld world;
    world.options.segment_bytes = 2'000;
    world.open();
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(world.append(test_batch({.producer = 2, .sequence = i})));
    auto stopped = world.world.run(world.log->close_cleanly());
    EXPECT_FALSE(stopped.needs_from);
    world.restart();
    world.wal.durable.clear();
    world.last = stopped;

    // Kafka opens the folder, appends, rolls, and is stopped: for us, another log in the same format.
    auto by_kafka = world.recovered_point();
    by_kafka.files = Recovered::Files::left_by_clean_stop;
    world.open(by_kafka);
    for (int i = 10; i < 40; ++i)
        ASSERT_TRUE(world.append(test_batch({.producer = 2, .sequence = i}), LeaderEpoch{4}));
    world.world.run(world.log->close_cleanly());
    world.restart();
    world.wal.durable.clear();

    world.open(by_kafka);
    EXPECT_EQ(world.log->high_watermark().value, 40);
    EXPECT_EQ(world.log->last_epoch(), LeaderEpoch{4});
    EXPECT_EQ(world.all_bases().size(), 40u);
    EXPECT_EQ(world.append(test_batch({.producer = 2, .sequence = 39}))->kind, Appended::Kind::duplicate);

    // A batch that is not whole or not right is where the rest is cut.
    world.world.run(world.log->close_cleanly());
    world.restart();
    world.wal.durable.clear();
    std::byte wrong[]{std::byte{0xff}};
    world.world.disk().damage(world.file(0, ".log"), stopped.point.position + 100, wrong);
    world.open(by_kafka);
    EXPECT_GE(world.log->high_watermark().value, 10);
    EXPECT_LT(world.log->high_watermark().value, 40);
}

TEST(LogOpen, MovesTheFolderOfAnEarlierTopicAway) {
    LogWorld world;
    world.open();
    ASSERT_TRUE(world.append(test_batch()));
    world.checkpoint();
    world.restart();
    world.wal.durable.clear();
    world.last.reset();
    world.partition.topic_id.bytes[3] = std::byte{42};
    world.open();
    EXPECT_EQ(world.log->high_watermark().value, 0);
    ASSERT_TRUE(world.append(test_batch({.records = 3})));
    world.checkpoint();
    auto metadata = world.content(world.folder() + "/partition.metadata");
    EXPECT_EQ(parse_partition_metadata(as_text(metadata->view())), world.partition.topic_id);
    world.restart();
    world.open();
    EXPECT_EQ(world.read(0).next.value, 3);
}

TEST(LogOpen, RemovesTheWholeFolder) {
    LogWorld world;
    world.open();
    ASSERT_TRUE(world.append(test_batch()));
    world.checkpoint();
    world.world.run(world.log->remove());
    EXPECT_TRUE(world.world.disk().files().empty());
    EXPECT_EQ(world.append(test_batch()).error().code, AppendError::stopped);
    world.world.run(world.log->checkpoint());
    EXPECT_TRUE(world.world.disk().files().empty());
}

} // namespace
} // namespace riacho::storage
