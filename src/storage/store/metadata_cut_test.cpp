// Snapshots of the metadata in a store: what a start does with them, and what goes behind them.
#include "base/log.hpp"
#include "storage/store/file_store.hpp"
#include "storage/store/store_run_testing.hpp"

#include <cerrno>
#include <gtest/gtest.h>

namespace riacho::storage {
namespace {

using namespace testing_store;

constexpr SnapshotRetention keep_none{.bytes = 0, .time = std::nullopt, .log_from = {1'000'000}};

struct CutRun : SimulatedRun {
    std::string metadata = folder + "/log/__cluster_metadata-0";

    CutRun() : SimulatedRun(1, {.shards = 3}) { log::set_level(log::Level::error); }
    ~CutRun() { log::set_level(log::Level::info); }
    void restart() {
        crash();
        ASSERT_EQ(open(), std::nullopt) << why;
    }
    void make(std::uint8_t topic) {
        tested.run(make_topic(*store, history, fmt::format("topic.{}", topic), topic));
    }
    void erase(std::uint8_t topic) {
        tested.run(delete_topic(*store, history, fmt::format("topic.{}", topic), topic));
    }
    /// Its record alone: the folders stay.
    void say_deleted(std::uint8_t topic) {
        struct Saying {
            static Task<> all(CutRun& of, std::uint8_t number) {
                co_await put_records(*of.store, {kafka::RemoveTopicRecord{topic_id(number)}});
            }
        };
        tested.run(Saying::all(*this, topic));
    }
    void write(std::uint8_t topic) {
        TopicPartition partition{topic_id(topic), PartitionIndex{0}};
        history.partitions[partition].topic = fmt::format("topic.{}", topic);
        tested.run(put_batch(*store, history, partition, batch_of(history, 3, 3'000)));
    }
    Log& log() { return *dynamic_cast<FileStore&>(*store).logs_of(cluster_metadata).find(cluster_metadata); }
    /// All live topics of the history in a snapshot at the log's end.
    SnapshotId keep(SnapshotRetention retention = keep_none) {
        SnapshotId              id{log().high_watermark(), LeaderEpoch{1}};
        MetadataSnapshotBuilder builder({.id = id, .now = {2'000}, .last_contained = {1'000}});
        for (const TopicHistory& topic : history.topics) {
            if (topic.fate != TopicHistory::Fate::made) continue;
            auto               number = std::to_integer<int>(topic.id.bytes[15]);
            kafka::TopicRecord record{fmt::format("topic.{}", number), topic.id};
            builder.add(std::vector{kafka::encode_metadata_record(record, 0)});
        }
        auto kept = tested.run(store->keep_metadata_snapshot(builder.build(), retention));
        EXPECT_TRUE(kept) << kept.error().detail;
        return id;
    }
    std::string path(SnapshotId id) { return metadata + "/" + snapshot_name(id); }
    void        damage(SnapshotId id) {
        tested.disk().damage(path(id), 100, std::vector<std::byte>(1, std::byte{0xee}));
    }
    void checkpoint() { tested.run(store->checkpoint()); }
};

TEST(MetadataCut, starts_from_the_newest_snapshot_when_the_log_is_cut_behind_it) {
    CutRun run;
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    for (std::uint8_t topic = 1; topic <= 100; ++topic) run.make(topic);
    SnapshotId first = run.keep();
    EXPECT_EQ(run.log().log_start(), Offset{0}) << "one snapshot alone cuts nothing, as in Kafka";
    for (std::uint8_t topic = 101; topic <= 200; ++topic) run.make(topic);
    run.erase(7);
    SnapshotId second = run.keep();
    EXPECT_EQ(run.log().log_start(), second.until);
    EXPECT_FALSE(run.has(snapshot_name(first)));
    run.checkpoint();
    EXPECT_FALSE(run.has("__cluster_metadata-0/00000000000000000000.log")) << "the first segment is gone";
    run.make(201);
    run.restart();
    run.expect_all_kept();
    EXPECT_EQ(run.log().log_start(), second.until);
    run.tested.run(run.store->stop(run.world.shards[0]->now() + 10s));
    run.store.reset();
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    run.expect_all_kept();
}

TEST(MetadataCut, keeps_older_snapshots_and_the_log_behind_them_while_they_are_few_and_young) {
    CutRun run;
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    run.make(1);
    SnapshotRetention few{.bytes = 1u << 20, .time = std::nullopt, .log_from = {1'000}};
    SnapshotRetention ages{.bytes = std::nullopt, .time = 1h, .log_from = {1'000}};
    SnapshotId        first = run.keep(few);
    run.make(2);
    SnapshotId second = run.keep(few);
    EXPECT_TRUE(run.has(snapshot_name(first)));
    EXPECT_EQ(run.log().log_start(), Offset{0});
    run.make(3);
    SnapshotId third = run.keep(ages); // these are of 1970
    EXPECT_FALSE(run.has(snapshot_name(first)));
    EXPECT_FALSE(run.has(snapshot_name(second)));
    EXPECT_EQ(run.log().log_start(), third.until);
}

TEST(MetadataCut, does_without_a_damaged_snapshot_as_long_as_something_older_has_the_rest) {
    CutRun run;
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    SnapshotRetention all{.bytes = std::nullopt, .time = std::nullopt, .log_from = {1'000}};
    run.make(1);
    SnapshotId first = run.keep(all);
    run.make(2);
    SnapshotId second = run.keep(all);
    run.make(3);
    run.crash();
    run.damage(second);
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    run.expect_all_kept();
    run.crash();
    run.damage(first);
    ASSERT_EQ(run.open(), std::nullopt) << "the log has everything: " << run.why;
    run.expect_all_kept();
}

TEST(MetadataCut, stops_where_what_was_cut_is_in_a_damaged_snapshot) {
    CutRun run;
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    for (std::uint8_t topic = 1; topic <= 3; ++topic) {
        run.make(topic);
        run.keep();
    }
    SnapshotId last{run.log().log_start(), LeaderEpoch{1}};
    run.crash();
    auto whole = run.tested.disk().content(run.path(last));
    ASSERT_TRUE(whole);
    run.damage(last);
    for (auto loss : {StoreOptions::Loss::refused, StoreOptions::Loss::accepted}) {
        EXPECT_EQ(run.open(loss), StoreError::damaged);
        EXPECT_NE(run.why.find(run.path(last)), std::string::npos) << run.why;
        EXPECT_NE(run.why.find("bring back that file from a copy"), std::string::npos) << run.why;
    }
    run.tested.disk().put_file(run.path(last), *whole);
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    run.expect_all_kept();
}

TEST(MetadataCut, removes_a_snapshot_that_was_not_finished) {
    CutRun run;
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    run.make(1);
    SnapshotId first = run.keep();
    run.crash();
    std::string part = run.path({{9'999}, LeaderEpoch{1}}) + ".part";
    run.tested.disk().put_file(part, as_bytes("half"));
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    EXPECT_FALSE(run.has(".part"));
    EXPECT_TRUE(run.has(snapshot_name(first)));
    run.expect_all_kept();
}

TEST(MetadataCut, stops_before_a_deletion_whose_folders_are_there) {
    CutRun run;
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    run.make(1);
    run.make(2);
    run.write(1);
    run.checkpoint();
    run.keep();
    Offset deleted_at = run.log().high_watermark();
    run.history.topics[0].fate = TopicHistory::Fate::deleted;
    run.say_deleted(1);
    run.make(3);
    SnapshotRetention held = keep_none;
    held.log_from = deleted_at;
    run.keep(held);
    EXPECT_EQ(run.log().log_start(), deleted_at);
    run.history.partitions.clear();
    EXPECT_TRUE(run.has("/topic.1-0/"));
    run.restart();
    EXPECT_FALSE(run.has("/topic.1-0/"));
    EXPECT_FALSE(run.has("/lost+found/"));
    run.expect_all_kept();
    run.make(4);
    SnapshotId last = run.keep();
    EXPECT_EQ(run.log().log_start(), last.until) << "the folders are gone";
}

TEST(MetadataCut, waits_for_another_start_where_a_deleted_folder_could_not_be_removed) {
    CutRun run;
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    run.make(1);
    run.write(1);
    run.checkpoint();
    run.history.topics[0].fate = TopicHistory::Fate::deleted;
    run.say_deleted(1);
    run.history.partitions.clear();
    run.crash();
    run.tested.disk().fail_next(io::DiskOperation::rename, "topic.1-0", EIO);
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    EXPECT_TRUE(run.has("/topic.1-0/"));
    for (std::uint8_t topic = 2; topic <= 4; ++topic) {
        run.make(topic);
        run.keep();
    }
    EXPECT_EQ(run.log().log_start(), Offset{0});
    run.restart();
    EXPECT_FALSE(run.has("/topic.1-0/"));
    EXPECT_FALSE(run.has("/lost+found/"));
    run.make(5);
    SnapshotId last = run.keep();
    EXPECT_EQ(run.log().log_start(), last.until);
    run.restart();
    run.expect_all_kept();
}

TEST(MetadataCut, keeps_the_old_one_where_the_disk_does_not_take_a_new_one) {
    CutRun run;
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    run.make(1);
    SnapshotId old = run.keep();
    for (auto operation : {io::DiskOperation::write, io::DiskOperation::sync, io::DiskOperation::rename,
                           io::DiskOperation::sync_folder}) {
        run.make(static_cast<std::uint8_t>(run.history.topics.size() + 1));
        run.tested.disk().fail_next(
            operation, operation == io::DiskOperation::sync_folder ? "__cluster_metadata-0" : ".part",
            ENOSPC);
        MetadataSnapshotBuilder builder(
            {.id = {run.log().high_watermark(), LeaderEpoch{1}}, .now = {2'000}, .last_contained = {1'000}});
        EXPECT_FALSE(run.tested.run(run.store->keep_metadata_snapshot(builder.build(), keep_none)));
        EXPECT_EQ(run.log().log_start(), Offset{0});
        EXPECT_TRUE(run.has(snapshot_name(old)));
        EXPECT_FALSE(run.store->wal().has_failed());
    }
    // The last of them is whole, and of nothing: it must not be what this start takes.
    run.crash();
    for (const std::string& file : run.tested.disk().files())
        if (file.ends_with(".checkpoint") && file != run.path(old))
            run.tested.run(run.world.disk.remove(file));
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    run.expect_all_kept();
}

TEST(MetadataCut, takes_a_log_that_ends_before_its_snapshot_for_lost_records) {
    CutRun run;
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    run.make(1);
    run.make(2);
    SnapshotId whole = run.keep();
    run.crash();
    auto       content = run.tested.disk().content(run.path(whole));
    SnapshotId ahead{{whole.until.value + 5}, whole.epoch};
    run.tested.disk().put_file(run.path(ahead), *content);
    EXPECT_EQ(run.open(), StoreError::damaged);
    EXPECT_NE(run.why.find("the log ends at"), std::string::npos) << run.why;
    ASSERT_EQ(run.open(StoreOptions::Loss::accepted), std::nullopt) << run.why;
    EXPECT_EQ(run.log().high_watermark(), ahead.until) << "nothing new gets a number that the snapshot has";
    run.make(3);
    run.expect_all_kept();
    run.restart();
    run.expect_all_kept();
}

TEST(MetadataCut, knows_that_the_log_is_cut_without_a_checkpoint_too) {
    CutRun run;
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    for (std::uint8_t topic = 1; topic <= 150; ++topic) run.make(topic);
    run.keep();
    run.make(151);
    run.checkpoint();
    SnapshotId last = run.keep();
    run.checkpoint();
    run.make(152);
    ASSERT_FALSE(run.has("__cluster_metadata-0/00000000000000000000.log"));
    run.tested.run(run.store->stop(run.world.shards[0]->now() + 10s));
    run.store.reset();
    run.tested.run(run.world.disk.remove(run.folder + "/wal/checkpoint"));
    EXPECT_EQ(run.open(), StoreError::damaged);
    ASSERT_EQ(run.open(StoreOptions::Loss::accepted), std::nullopt) << run.why;
    run.expect_all_kept();
    run.tested.run(run.store->stop(run.world.shards[0]->now() + 10s));
    run.store.reset();
    run.tested.run(run.world.disk.remove(run.folder + "/wal/checkpoint"));
    run.damage(last);
    EXPECT_EQ(run.open(StoreOptions::Loss::accepted), StoreError::damaged)
        << "half of the topics would be taken for all";
}

} // namespace
} // namespace riacho::storage
