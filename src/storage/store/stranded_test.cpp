// Partitions that go offline: set aside, offline over restarts, brought back.
#include "base/log.hpp"
#include "codec/crc32c.hpp"
#include "codec/endian.hpp"
#include "storage/schedules_testing.hpp"
#include "storage/store/file_store.hpp"
#include "storage/store/store_run_testing.hpp"
#include "storage/store/stranded.hpp"

#include <cerrno>
#include <gtest/gtest.h>

namespace riacho::storage {
namespace {

using namespace testing_store;

/// Two topics of one partition; the files of the first one will fail.
struct StrandedRun : SimulatedRun {
    TopicPartition broken{topic_id(1), PartitionIndex{0}};
    TopicPartition sound{topic_id(2), PartitionIndex{0}};

    explicit StrandedRun(std::uint64_t seed = 1) : SimulatedRun(seed) { options.disk_reserve_bytes = 0; }

    bool open(StoreOptions::Stranded stranded = StoreOptions::Stranded::stay) {
        options.stranded = stranded;
        return SimulatedRun::open() == std::nullopt;
    }
    static Task<> making(StrandedRun& run) {
        for (std::uint8_t number : {std::uint8_t{1}, std::uint8_t{2}}) {
            std::string name = fmt::format("topic.{}", number);
            co_await make_topic(*run.store, run.history, name, number);
            run.history.partitions[{topic_id(number), PartitionIndex{0}}].topic = name;
        }
    }
    static Task<> working(StrandedRun& run, TopicPartition partition, int batches) {
        for (int i = 0; i < batches; ++i)
            co_await put_batch(*run.store, run.history, partition,
                               batch_of(run.history, 1 + i % 3, i % 5 == 4 ? 6'000 : 900));
        co_await run.world.shards[0]->enter_if_away();
    }
    /// The first topic's segment fails once; the batches are acknowledged all the same.
    static Task<> breaking(StrandedRun& run) {
        co_await making(run);
        co_await working(run, run.broken, 7);
        co_await run.store->checkpoint();
        co_await working(run, run.broken, 3);
        run.tested.disk().fail_next(io::DiskOperation::write, "topic.1-0/", EIO);
        co_await run.store->checkpoint();
    }
    void work(TopicPartition partition, int batches) { tested.run(working(*this, partition, batches)); }
    static Task<bool> serving(StrandedRun& run, TopicPartition partition) {
        std::string topic = run.history.partitions[partition].topic;
        co_await run.store->shard_of(partition).enter_if_away();
        auto log = co_await run.store->open_log(partition, topic, small_log(topic));
        bool serves = log.has_value() && !(*log)->is_offline();
        co_await run.world.shards[0]->enter_if_away();
        co_return serves;
    }
    bool serves(TopicPartition partition) { return tested.run(serving(*this, partition)); }
    /// Of the partitions that should serve.
    std::vector<std::string> complaints(bool with_broken = true) {
        History of = history;
        if (!with_broken) of.partitions.erase(broken);
        return tested.run(broken_promises(*store, of, tested.disk(), folder));
    }
    bool       has_stranded() { return tested.disk().content(stranded_path({folder}, broken)).has_value(); }
    Checkpoint durable_checkpoint() {
        auto content = tested.disk().durable(folder + "/wal/checkpoint");
        return *decode_checkpoint(*content, "checkpoint");
    }
    PartitionPoint::State durable_state() {
        auto partitions = durable_checkpoint().partitions;
        return std::ranges::find(partitions, broken, &PartitionPoint::partition)->state;
    }
};

constexpr auto                 merge = StoreOptions::Stranded::merge;
const std::vector<std::string> nothing;

TEST(Stranded, is_read_as_it_was_written_and_refused_when_it_is_not) {
    Stranded stranded{{topic_id(7), PartitionIndex{3}}, "orders", {}};
    for (int i = 0; i < 3; ++i) {
        Entry entry;
        entry.partition = stranded.partition;
        entry.kind = i == 2 ? EntryKind::log_start : EntryKind::batch;
        entry.base_offset = {10 * i};
        entry.leader_epoch = LeaderEpoch{4};
        entry.bytes = Bytes::copy_of(std::string(static_cast<std::size_t>(100 * i), 'x'));
        stranded.entries.push_back({entry, {static_cast<std::uint64_t>(i + 5)}});
    }
    Bytes bytes = encode(stranded);
    auto  read = decode_stranded(bytes, "file");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->topic, "orders");
    EXPECT_EQ(read->partition, stranded.partition);
    ASSERT_EQ(read->entries.size(), 3u);
    EXPECT_EQ(read->entries[1].entry.bytes, stranded.entries[1].entry.bytes);
    EXPECT_EQ(read->entries[2].entry.kind, EntryKind::log_start);
    EXPECT_EQ(read->entries[2].frame, FrameNumber{7});
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_FALSE(decode_stranded(bytes.slice(0, size), "x"));
    for (std::size_t at = 0; at < bytes.size(); at += 7) {
        Bytes damaged = Bytes::copy_of(bytes.view());
        damaged.writable()[at] ^= std::byte{0x10};
        EXPECT_FALSE(decode_stranded(damaged, "x")) << at;
    }
    Bytes newer = Bytes::copy_of(bytes.view());
    newer.writable()[8] = std::byte{9};
    EXPECT_EQ(decode_stranded(newer, "file").error().detail,
              "file has format version 9, this program knows 1");
    EXPECT_EQ(stranded_name(stranded_path({"/data"}, stranded.partition).substr(15)), stranded.partition);
}

TEST(Stranded, a_failed_write_takes_the_partition_offline_durably_and_at_once) {
    StrandedRun run;
    ASSERT_TRUE(run.open()) << run.why;
    run.tested.run(StrandedRun::breaking(run));
    EXPECT_FALSE(run.serves(run.broken));
    EXPECT_EQ(run.durable_state(), PartitionPoint::State::offline);
    EXPECT_TRUE(run.has_stranded());
    run.work(run.sound, 60); // the ring wraps: nothing holds it
    EXPECT_FALSE(run.store->wal().has_failed());
    EXPECT_EQ(run.complaints(false), nothing);
    for (auto end : {io::LifeEnd::power_cut, io::LifeEnd::kill}) {
        run.crash(end);
        ASSERT_TRUE(run.open()) << run.why;
        EXPECT_FALSE(run.serves(run.broken)) << "it stays offline";
        EXPECT_EQ(run.complaints(false), nothing);
    }
}

TEST(Stranded, pins_nothing_in_the_ring) {
    StrandedRun run;
    ASSERT_TRUE(run.open()) << run.why;
    run.tested.run(StrandedRun::breaking(run));
    run.tested.run(run.store->checkpoint());
    EXPECT_EQ(run.durable_checkpoint().low_water.value, run.store->wal().last_durable().value + 1);
}

TEST(Stranded, is_merged_by_a_start_that_is_told_to_and_everything_is_there) {
    StrandedRun run;
    ASSERT_TRUE(run.open()) << run.why;
    run.tested.run(StrandedRun::breaking(run));
    run.work(run.sound, 60);
    run.crash();
    ASSERT_TRUE(run.open(merge)) << run.why;
    EXPECT_TRUE(run.serves(run.broken));
    EXPECT_FALSE(run.has_stranded());
    EXPECT_EQ(run.durable_state(), PartitionPoint::State::serving);
    EXPECT_EQ(run.complaints(), nothing);
    run.work(run.broken, 5);
    run.crash();
    ASSERT_TRUE(run.open()) << run.why;
    EXPECT_EQ(run.complaints(), nothing);
}

TEST(Stranded, survives_a_clean_stop_and_is_merged_after_it) {
    StrandedRun run;
    ASSERT_TRUE(run.open()) << run.why;
    run.tested.run(StrandedRun::breaking(run));
    struct Stop {
        static Task<> store(StrandedRun& of) { co_await of.store->stop(of.world.shards[0]->now() + 10s); }
    };
    run.tested.run(Stop::store(run));
    run.store.reset();
    EXPECT_EQ(run.durable_checkpoint().kind, Checkpoint::Kind::clean)
        << "an offline partition is no obstacle";
    ASSERT_TRUE(run.open()) << run.why;
    EXPECT_FALSE(run.serves(run.broken));
    run.tested.run(Stop::store(run));
    run.store.reset();
    ASSERT_TRUE(run.open(merge)) << run.why;
    EXPECT_TRUE(run.serves(run.broken));
    EXPECT_EQ(run.complaints(), nothing);
    run.crash();
    ASSERT_TRUE(run.open()) << run.why;
    EXPECT_EQ(run.complaints(), nothing);
}

TEST(Stranded, damage_that_recovery_finds_is_set_aside_and_merged_once_the_files_are_repaired) {
    StrandedRun run;
    ASSERT_TRUE(run.open()) << run.why;
    run.tested.run(StrandedRun::making(run));
    run.work(run.broken, 12);
    run.tested.run(run.store->checkpoint());
    run.work(run.broken, 4); // one of them external
    run.crash();
    std::vector<std::pair<std::string, std::vector<std::byte>>> files;
    for (const std::string& path : run.tested.disk().files())
        if (path.find("topic.1-0/") != std::string::npos && path.ends_with(".log"))
            files.emplace_back(path, *run.tested.disk().content(path));
    for (const auto& [path, content] : files) run.tested.run(run.world.disk.remove(path));
    for (auto stranded : {StoreOptions::Stranded::stay, merge}) {
        ASSERT_TRUE(run.open(stranded)) << run.why;
        EXPECT_FALSE(run.serves(run.broken)) << "as long as it is damaged";
        EXPECT_TRUE(run.has_stranded());
        run.work(run.sound, 40);
        EXPECT_EQ(run.complaints(false), nothing);
        run.crash();
    }
    for (const auto& [path, content] : files) run.tested.disk().put_file(path, content);
    ASSERT_TRUE(run.open(merge)) << run.why;
    EXPECT_TRUE(run.serves(run.broken));
    EXPECT_EQ(run.complaints(), nothing);
}

TEST(Stranded, a_read_error_in_recovery_loses_nothing) {
    StrandedRun run;
    ASSERT_TRUE(run.open()) << run.why;
    run.tested.run(StrandedRun::making(run));
    run.work(run.broken, 12);
    run.tested.run(run.store->checkpoint());
    run.work(run.broken, 3);
    run.crash();
    run.tested.disk().fail_next(io::DiskOperation::read, "topic.1-0/", EIO, 2);
    ASSERT_TRUE(run.open()) << run.why;
    EXPECT_FALSE(run.serves(run.broken));
    EXPECT_EQ(run.complaints(false), nothing);
    run.crash();
    ASSERT_TRUE(run.open(merge)) << run.why;
    EXPECT_EQ(run.complaints(), nothing);
}

/// Format 1 left the entries of an offline partition in the ring.
TEST(Stranded, takes_what_an_older_version_left_in_the_ring) {
    StrandedRun run;
    ASSERT_TRUE(run.open()) << run.why;
    run.tested.run(StrandedRun::making(run));
    run.work(run.broken, 6);
    run.tested.run(run.store->checkpoint());
    run.work(run.broken, 4);
    run.crash();
    Checkpoint older = run.durable_checkpoint();
    std::ranges::find(older.partitions, run.broken, &PartitionPoint::partition)->state =
        PartitionPoint::State::offline;
    Bytes bytes = encode(older);
    store_little(bytes.writable().data() + 8, std::uint32_t{1});
    store_little(bytes.writable().data() + 12,
                 crc32c(bytes.view().subspan(16), crc32c(bytes.view().first(12))));
    run.tested.disk().put_file(run.folder + "/wal/checkpoint", bytes.view());
    ASSERT_TRUE(run.open()) << run.why;
    EXPECT_FALSE(run.serves(run.broken));
    EXPECT_TRUE(run.has_stranded());
    run.crash();
    ASSERT_TRUE(run.open(merge)) << run.why;
    EXPECT_EQ(run.complaints(), nothing);
}

TEST(Stranded, an_error_there_fails_the_log_at_once) {
    StrandedRun run;
    ASSERT_TRUE(run.open()) << run.why;
    run.tested.disk().fail_next(io::DiskOperation::write, "/stranded/", EIO);
    run.tested.run(StrandedRun::breaking(run));
    run.tested.run_for(100ms);
    EXPECT_TRUE(run.store->wal().has_failed());
    run.crash();
    ASSERT_TRUE(run.open()) << run.why;
    EXPECT_TRUE(run.serves(run.broken)) << "the ring had it all";
    EXPECT_EQ(run.complaints(), nothing);
}

TEST(Stranded, an_error_of_the_metadata_fails_the_log_at_once) {
    StrandedRun run;
    ASSERT_TRUE(run.open()) << run.why;
    run.tested.run(StrandedRun::making(run));
    run.tested.disk().fail_next(io::DiskOperation::write, "__cluster_metadata-0/", EIO);
    run.tested.run(run.store->checkpoint());
    run.tested.run_for(1ms);
    EXPECT_TRUE(run.store->wal().has_failed());
    run.crash();
    ASSERT_TRUE(run.open()) << run.why;
    EXPECT_EQ(run.complaints(), nothing);
}

TEST(Stranded, goes_with_its_topic) {
    StrandedRun run;
    ASSERT_TRUE(run.open()) << run.why;
    run.tested.run(StrandedRun::breaking(run));
    ASSERT_TRUE(run.has_stranded());
    run.tested.run(delete_topic(*run.store, run.history, "topic.1", 1));
    EXPECT_FALSE(run.has_stranded());
    run.crash();
    ASSERT_TRUE(run.open()) << run.why;
    EXPECT_EQ(run.complaints(), nothing);
}

/// The power fails at every write and sync from the incident on, and in the merging start.
TEST(Stranded, survives_a_cut_at_any_operation) {
    log::set_level(log::Level::error);
    std::uint64_t first = 0, last = 0;
    {
        StrandedRun run;
        ASSERT_TRUE(run.open()) << run.why;
        first = run.tested.disk().operations();
        run.tested.run(StrandedRun::breaking(run));
        last = run.tested.disk().operations();
    }
    for (std::uint64_t cut = 1; cut <= last - first; ++cut) {
        SCOPED_TRACE(fmt::format("cut {}", cut));
        StrandedRun run(cut);
        ASSERT_TRUE(run.open()) << run.why;
        run.tested.disk().stop_after(cut);
        run.tested.run_or_crash(StrandedRun::breaking(run));
        run.crash(cut % 4 == 0 ? io::LifeEnd::kill : io::LifeEnd::power_cut);
        run.options.stranded = cut % 2 == 0 ? merge : StoreOptions::Stranded::stay;
        run.tested.disk().stop_after(1 + cut * 5 % 60);
        run.tested.run_or_crash(SimulatedRun::trying_to_open(run));
        run.crash();
        ASSERT_TRUE(run.open(merge)) << run.why;
        EXPECT_EQ(run.complaints(), nothing);
        run.crash();
        ASSERT_TRUE(run.open()) << run.why;
        EXPECT_EQ(run.complaints(), nothing);
        if (HasFailure()) break;
    }
    log::set_level(log::Level::info);
    expect_schedules(last - first, 100);
}

} // namespace
} // namespace riacho::storage
