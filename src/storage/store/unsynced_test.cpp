// durability=os: what is published is not yet on the medium, and nothing final rests on it.
#include "storage/store/file_store.hpp"
#include "storage/store/store_run_testing.hpp"

#include <cerrno>
#include <gtest/gtest.h>

namespace riacho::storage {
namespace {

using namespace testing_store;

const TopicPartition unsynced_partition{topic_id(1), PartitionIndex{0}};

struct UnsyncedRun : SimulatedRun {
    explicit UnsyncedRun(std::uint64_t seed) : SimulatedRun(seed) {
        options.durability = Durability::os;
        options.wal_bytes_max = 64 * options.wal_file_bytes; // so full that it asks for checkpoints: never
        history.promise = History::Promise::prefix;
        history.partitions[unsynced_partition].topic = "orders";
    }

    io::Shard&    home() { return *world.shards[0]; }
    static Task<> work(UnsyncedRun& run, int batches) {
        if (run.history.topics.empty()) co_await make_topic(*run.store, run.history, "orders", 1);
        for (int i = 0; i < batches; ++i)
            co_await put_batch(*run.store, run.history, unsynced_partition, batch_of(run.history, 1, 900));
    }
    void restart() {
        crash();
        ASSERT_EQ(open(), std::nullopt) << why;
    }
    /// Every sync takes this long.
    void slow_syncs() {
        io::SimulatedDiskOptions slow;
        slow.sync_min = slow.sync_max = 50ms;
        slow.slow_sync_one_in = 0;
        tested.disk().set_options(slow);
    }
    std::size_t segments() {
        std::size_t count = 0;
        for (const std::string& path : tested.disk().files())
            count += path.find("/orders-0/") != std::string::npos && path.ends_with(".log") ? 1 : 0;
        return count;
    }
};

/// While a checkpoint that has looked at the partition is on its way to the disk.
Task<> move_start_behind_checkpoint(UnsyncedRun& run, Offset to) {
    std::string checkpoint = run.folder + "/wal/checkpoint.tmp";
    while (!run.tested.disk().content(checkpoint)) co_await run.home().sleep_for(1ms);
    co_await move_start(*run.store, run.history, unsynced_partition, to);
}

Task<> checkpoint_and_move_start(UnsyncedRun& run, Offset to) {
    io::Group group(run.home());
    group.spawn_now(move_start_behind_checkpoint(run, to));
    co_await run.store->checkpoint();
    co_await group.join();
}

TEST(Unsynced, a_log_start_that_a_cut_may_take_back_lets_no_segment_go) {
    std::size_t taken_back = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        UnsyncedRun run(seed);
        ASSERT_EQ(run.open(), std::nullopt) << run.why;
        run.tested.run(UnsyncedRun::work(run, 50));
        run.slow_syncs();
        run.tested.run(checkpoint_and_move_start(run, {40}));
        ASSERT_EQ(run.history.partitions[unsynced_partition].log_start, Offset{40});
        EXPECT_EQ(run.segments(), 5u) << "the durable checkpoint knows of no log start";
        run.restart();
        ASSERT_TRUE(run.store);
        EXPECT_EQ(run.complaints(), std::vector<std::string>{}) << "seed " << seed;
        taken_back += run.history.partitions[unsynced_partition].log_start == Offset{0} ? 1 : 0;
        run.restart();
    }
    EXPECT_GT(taken_back, 0u);
}

TEST(Unsynced, the_next_checkpoint_lets_them_go) {
    UnsyncedRun run(1);
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    run.tested.run(UnsyncedRun::work(run, 50));
    run.slow_syncs();
    run.tested.run(checkpoint_and_move_start(run, {40}));
    run.tested.run(run.store->checkpoint());
    EXPECT_EQ(run.segments(), 2u);
    run.restart();
    EXPECT_EQ(run.complaints(), std::vector<std::string>{});
    EXPECT_EQ(run.history.partitions[unsynced_partition].log_start, Offset{40});
}

/// A topic is deleted; its files are to go while somebody else syncs the frames, that one among them.
Task<> delete_during_sync(UnsyncedRun& run) {
    struct Other {
        static Task<> sync(UnsyncedRun& of) {
            auto synced = co_await dynamic_cast<FileStore&>(*of.store).file_wal().sync_frames(of.home());
            EXPECT_FALSE(synced);
        }
    };
    run.history.topics.at(0).fate = TopicHistory::Fate::perhaps_deleted;
    auto deleted = co_await put_records(*run.store, {kafka::RemoveTopicRecord{topic_id(1)}});
    EXPECT_TRUE(deleted);
    io::Group group(run.home());
    group.spawn_now(Other::sync(run));
    co_await run.home().sleep_for(10ms);
    co_await run.store->remove_log(unsynced_partition, "orders");
    co_await group.join();
}

TEST(Unsynced, a_deletion_that_did_not_reach_the_medium_removes_no_files) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        UnsyncedRun run(seed);
        ASSERT_EQ(run.open(), std::nullopt) << run.why;
        run.tested.run(UnsyncedRun::work(run, 12));
        run.tested.run(run.store->checkpoint());
        run.slow_syncs();
        run.tested.disk().fail_next(io::DiskOperation::sync, "/wal/00000000000000000001.wal", EIO);
        run.tested.run(delete_during_sync(run));
        EXPECT_EQ(run.segments(), 1u) << "seed " << seed;
        run.restart();
        ASSERT_TRUE(run.store);
        EXPECT_EQ(run.complaints(), std::vector<std::string>{}) << "seed " << seed;
        run.restart();
    }
}

} // namespace
} // namespace riacho::storage
