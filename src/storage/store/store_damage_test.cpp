// What only a simulated disk can show of a store: damage, lost files, errors, cuts.
#include "storage/store/file_store.hpp"
#include "storage/store/kafka_files.hpp"
#include "storage/store/store_run_testing.hpp"

#include <gtest/gtest.h>

namespace riacho::storage {
namespace {

using namespace testing_store;

TEST(Store, stops_with_the_place_where_the_disk_lost_a_frame) {
    SimulatedRun run;
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    run.work(1, 12);
    run.crash();
    std::byte zeros[512] = {};
    run.tested.disk().damage(run.folder + "/wal/00000000000000000001.wal", 3 * wal_block, zeros);
    auto refused = run.tested.run(open_store(run.world, run.folder, run.options, small_log));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, StoreError::damaged);
    EXPECT_TRUE(refused.error().detail.starts_with(
        "/data/broker/wal/00000000000000000001.wal at 12288: frame 3 is gone, and yet there is frame "))
        << refused.error().detail;
}

TEST(Store, stops_where_a_checkpoint_knew_more_than_the_log_has) {
    SimulatedRun run;
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    run.work(1, 12);
    run.tested.run(run.store->checkpoint());
    run.crash();
    std::vector<std::byte> zeros(60 << 10);
    run.tested.disk().damage(run.folder + "/wal/00000000000000000001.wal", wal_block, zeros);
    EXPECT_EQ(run.open(), StoreError::damaged);
}

TEST(Store, makes_the_names_of_all_folders_above_its_own_durable) {
    SimulatedRun run;
    run.folder = run.tested.folder() + "/new/and/deep/broker";
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    run.work(1, 5);
    run.crash();
    ASSERT_TRUE(run.tested.run(run.world.disk.exists(run.folder)));
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    run.expect_all_kept();
    run.stop();
}

TEST(Store, takes_a_read_error_for_an_error_and_not_for_the_end_of_the_log) {
    SimulatedRun run;
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    run.work(1, 12);
    run.crash();
    run.tested.disk().fail_next(io::DiskOperation::read, "00001.wal", EIO);
    EXPECT_EQ(run.open(), StoreError::disk);
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    run.expect_all_kept();
    run.stop();
}

TEST(Store, refuses_a_damaged_checkpoint_and_one_of_a_newer_format) {
    SimulatedRun run;
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    run.work(1, 3);
    run.crash();
    std::string path = run.folder + "/wal/checkpoint";
    auto        content = *run.tested.disk().content(path);
    auto        newer = content;
    newer[8] = std::byte{3};
    run.tested.disk().put_file(path, newer);
    auto refused = run.tested.run(open_store(run.world, run.folder, run.options, small_log));
    EXPECT_EQ(refused.error().code, StoreError::newer_format);
    EXPECT_EQ(refused.error().detail, path + " has format version 3, this program knows 2");
    auto damaged = content;
    damaged[30] ^= std::byte{1};
    run.tested.disk().put_file(path, damaged);
    EXPECT_EQ(run.open(), StoreError::damaged);
    run.tested.disk().put_file(path, content);
    EXPECT_EQ(run.open(), std::nullopt);
    run.stop();
}

TEST(Store, refuses_a_log_without_its_checkpoint) {
    SimulatedRun run;
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    run.work(1, 3);
    run.crash();
    run.tested.run(run.world.disk.remove(run.folder + "/wal/checkpoint"));
    EXPECT_EQ(run.open(), StoreError::damaged);
}

TEST(Store, removes_folders_of_deleted_topics_and_keeps_those_that_nobody_knew) {
    SimulatedRun run;
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    run.work(1, 12);
    run.tested.run(run.store->checkpoint());
    run.crash();
    auto& disk = run.tested.disk();
    disk.put_folder(run.folder + "/log/stranger-0");
    disk.put_file(run.folder + "/log/stranger-0/partition.metadata",
                  as_bytes("version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAcQ\n"));
    disk.put_folder(run.folder + "/log/old-0.00-delete");
    disk.put_file(run.folder + "/log/old-0.00-delete/x.log", as_bytes("x"));
    disk.put_folder(run.folder + "/log/topic.1-5"); // made, and cut before anything was in it
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    EXPECT_TRUE(run.tested.run(disk.exists(run.folder + "/lost+found/stranger-0/partition.metadata")));
    EXPECT_FALSE(run.tested.run(disk.exists(run.folder + "/log/stranger-0")));
    EXPECT_FALSE(run.tested.run(disk.exists(run.folder + "/log/old-0.00-delete")));
    EXPECT_FALSE(run.tested.run(disk.exists(run.folder + "/log/topic.1-5")));
    run.expect_all_kept();
    run.stop();
}

TEST(Store, keeps_the_folder_of_its_metadata_whatever_partition_metadata_says) {
    for (std::string_view text : {"", "version: 0\ntopic_id: ", "nonsense"}) {
        SimulatedRun run;
        ASSERT_EQ(run.open(), std::nullopt) << run.why;
        run.work(1, 5);
        run.tested.run(run.store->checkpoint());
        run.crash();
        run.tested.disk().put_file(run.folder + "/log/__cluster_metadata-0/partition.metadata",
                                   as_bytes(text));
        for (int start = 0; start < 2; ++start) {
            ASSERT_EQ(run.open(), std::nullopt) << run.why;
            run.expect_all_kept();
            run.crash();
        }
    }
}

TEST(Store, stops_where_a_batch_of_the_metadata_has_a_wrong_checksum) {
    SimulatedRun run;
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    run.work(1, 5);
    run.tested.run(run.store->checkpoint());
    run.crash();
    std::string path = run.file_that_ends_with("__cluster_metadata-0/00000000000000000000.log").value();
    auto        content = *run.tested.disk().content(path);
    content[kafka::BatchView::first(content)->size() - 3] ^= std::byte{1}; // in the topic's id
    run.tested.disk().put_file(path, content);
    EXPECT_EQ(run.open(), StoreError::damaged);
    EXPECT_EQ(run.why, "__cluster_metadata-0 at offset 0: a batch with a wrong checksum");
    EXPECT_TRUE(run.tested.disk().content(run.folder + "/log/topic.1-0/partition.metadata"));
}

TEST(Store, stops_where_the_metadata_speaks_of_its_own_topic) {
    for (const kafka::MetadataRecord& record :
         {kafka::MetadataRecord(kafka::TopicRecord{"orders", cluster_metadata_id}),
          kafka::MetadataRecord(kafka::RemoveTopicRecord{cluster_metadata_id})}) {
        SimulatedRun run;
        ASSERT_EQ(run.open(), std::nullopt) << run.why;
        run.work(1, 5);
        ASSERT_TRUE(run.tested.run(put_records(*run.store, {record})));
        run.crash();
        EXPECT_EQ(run.open(), StoreError::damaged);
        EXPECT_TRUE(run.why.ends_with(": a record about the metadata's own topic")) << run.why;
        EXPECT_FALSE(run.tested.run(run.world.disk.exists(run.folder + "/lost+found")));
    }
}

TEST(Store, takes_one_damaged_partition_offline_for_good_and_serves_the_others) {
    SimulatedRun run;
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    run.work(1, 12);
    run.work(2, 12);
    run.tested.run(run.store->checkpoint());
    run.work(1, 3);
    run.crash();
    std::string segment = run.file_that_ends_with("topic.1-0/00000000000000000000.log").value();
    run.tested.run(run.world.disk.remove(segment));
    for (const std::string& path : run.tested.disk().files())
        if (path.find("topic.1-0/") != std::string::npos && path.ends_with(".log"))
            run.tested.run(run.world.disk.remove(path));
    TopicPartition damaged{topic_id(1), PartitionIndex{0}};
    for (int start = 0; start < 2; ++start) {
        ASSERT_EQ(run.open(), std::nullopt) << run.why;
        struct Open {
            static Task<bool> log(SimulatedRun& of, TopicPartition partition) {
                co_await of.store->shard_of(partition).enter_if_away();
                auto opened = co_await of.store->open_log(partition, "topic.1", small_log("topic.1"));
                co_return opened.has_value();
            }
        };
        EXPECT_FALSE(run.tested.run(Open::log(run, damaged)));
        auto history = run.history;
        history.partitions.erase(damaged);
        EXPECT_EQ(run.tested.run(broken_promises(*run.store, history, run.world.disk, run.folder)),
                  std::vector<std::string>{});
        run.crash();
    }
}

TEST(Store, recovers_on_a_disk_that_has_no_room_left_for_segments) {
    SimulatedRun run;
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    run.work(1, 30);
    run.crash();
    // The checkpoint's new file still fits, as the ballast's room would let it.
    run.tested.disk().set_capacity(run.tested.disk().used_bytes() + 4'000);
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    run.expect_all_kept();
    run.tested.disk().set_capacity(std::uint64_t{1} << 40);
    run.stop();
}

TEST(Store, keeps_what_kafka_appended_after_a_clean_stop) {
    SimulatedRun run;
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    run.work(1, 2);
    run.stop();
    std::string path = run.file_that_ends_with("topic.1-0/00000000000000000000.log").value();
    auto        content = *run.tested.disk().content(path);
    Bytes       more = batch_of(run.history, 2, 500);
    auto        last = kafka::BatchView::first(content);
    Offset      end = last->next_offset();
    for (std::size_t at = 0; at < content.size(); at += last->size()) {
        last = kafka::BatchView::first(ByteView(content).subspan(at));
        end = last->next_offset();
    }
    kafka::BatchBuilder builder({.base_offset = end, .leader_epoch = LeaderEpoch{1}});
    builder.add({.timestamp = {5}, .value = as_bytes("from kafka")});
    more = builder.build();
    content.insert(content.end(), more.view().begin(), more.view().end());
    run.tested.disk().put_file(path, content);
    run.history.partitions.begin()->second.attempts.push_back({more, end});
    for (int start = 0; start < 2; ++start) {
        ASSERT_EQ(run.open(), std::nullopt) << run.why;
        run.expect_all_kept();
        run.crash();
    }
}

TEST(Store, checkpoints_by_itself_when_the_ring_fills) {
    SimulatedRun run;
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    run.work(1, 200);
    auto& store = dynamic_cast<FileStore&>(*run.store);
    EXPECT_GT(store.last().number, 2u);
    EXPECT_LT(store.file_wal().fullness(), 0.9);
    run.crash();
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    run.expect_all_kept();
    run.stop();
}

} // namespace
} // namespace riacho::storage
