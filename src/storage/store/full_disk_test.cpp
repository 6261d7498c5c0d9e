// A disk that fills up: the reserve, who is refused, what goes on, and a start with nothing left.
#include "storage/store/file_store.hpp"
#include "storage/store/store_run_testing.hpp"

#include <gtest/gtest.h>

namespace riacho::storage {
namespace {

using namespace testing_store;

constexpr std::uint64_t test_reserve = 128u << 10;
constexpr std::uint64_t capacity = 16u << 20; // a hundredth of it is more than the reserve

/// A store on a simulated disk whose end the test sets.
struct FullDiskRun : SimulatedRun {
    TopicPartition orders{topic_id(1), PartitionIndex{0}};

    FullDiskRun() {
        options.disk_reserve_bytes = test_reserve;
        tested.disk().set_capacity(capacity);
        open();
        tested.run(make_topic(*store, history, "orders", 1));
        history.partitions[orders].topic = "orders";
        tested.run_for(5s); // spares and ballast are filled
    }
    void                     open() { ASSERT_EQ(SimulatedRun::open(), std::nullopt) << why; }
    static Task<AppendError> appending(FullDiskRun& run, std::string topic, std::int64_t bytes) {
        bool           is_internal = topic != "orders";
        TopicPartition partition = is_internal ? TopicPartition{topic_id(2), PartitionIndex{0}} : run.orders;
        co_await run.store->shard_of(partition).enter_if_away();
        auto log = co_await run.store->open_log(partition, topic, small_log(topic));
        auto done = co_await (*log)->append(batch_of(run.history, 1, bytes), LeaderEpoch{1},
                                            run.store->shard_of(partition).now() + 1s);
        if (done) co_return AppendError::stopped; // what no refusal is
        co_return done.error().code;
    }
    AppendError append(std::string topic, std::int64_t bytes) {
        return tested.run(appending(*this, std::move(topic), bytes));
    }
    void put() { tested.run(put_batch(*store, history, orders, batch_of(history, 1, 1'000))); }
    /// Somebody else fills the disk, all but so much.
    void leave_free(std::uint64_t bytes) {
        auto& disk = tested.disk();
        disk.put_file("/data/others", {});
        disk.put_file("/data/others", std::vector<std::byte>(capacity - disk.used_bytes() - bytes));
    }
    std::uint64_t ballast_bytes() {
        auto content = tested.disk().content(folder + "/ballast");
        return content ? content->size() : 0;
    }
};

constexpr AppendError taken = AppendError::stopped;

TEST(FullDisk, the_reserve_is_a_file_of_its_size) {
    FullDiskRun run;
    EXPECT_EQ(run.ballast_bytes(), test_reserve);
    auto content = run.tested.disk().durable(run.folder + "/ballast");
    ASSERT_TRUE(content);
    EXPECT_EQ(content->size(), test_reserve);
}

TEST(FullDisk, produce_is_refused_before_the_disk_is_full_and_served_again_when_there_is_space) {
    FullDiskRun run;
    run.leave_free(20'000);
    run.tested.run_for(11s); // where there is plenty it looks less often
    int count = 0;
    while (count < 100 && run.append("orders", 1'000) == taken) ++count;
    EXPECT_GE(count, 5) << "what is free is used";
    EXPECT_LT(count, 100);
    run.tested.run_for(2s);
    EXPECT_EQ(run.append("orders", 1'000), AppendError::disk_full);
    EXPECT_EQ(run.ballast_bytes(), test_reserve) << "nothing had to be given up";
    run.leave_free(1u << 20);
    run.tested.run_for(2s);
    EXPECT_EQ(run.append("orders", 1'000), taken);
}

TEST(FullDisk, commits_and_changes_of_the_topics_go_on) {
    FullDiskRun run;
    run.leave_free(0);
    EXPECT_EQ(run.append("orders", 100), taken) << "it does not know yet";
    run.tested.run_for(11s);
    EXPECT_EQ(run.append("orders", 1'000), AppendError::disk_full);
    EXPECT_EQ(run.append("__consumer_offsets", 1'000), taken) << "half of the reserve is for commits";
    EXPECT_EQ(run.tested.run(put_records(*run.store, {})).has_value(), true) << "deletes make room";
}

TEST(FullDisk, what_was_acknowledged_is_written_out_with_the_room_of_the_ballast) {
    FullDiskRun run;
    for (int i = 0; i < 40; ++i) run.put();
    run.leave_free(0);
    run.tested.run(run.store->checkpoint()); // finds no room, and the ballast goes
    run.tested.run_for(2s);
    run.tested.run(run.store->checkpoint());
    EXPECT_LT(run.ballast_bytes(), test_reserve);
    auto& store = dynamic_cast<FileStore&>(*run.store);
    EXPECT_EQ(store.last().low_water, FrameNumber{run.store->wal().last_durable().value + 1})
        << "everything is in segments";
    EXPECT_EQ(run.append("orders", 1'000), AppendError::disk_full);
    run.crash();
    run.open();
    run.expect_all_kept();
    run.leave_free(1u << 20);
    run.tested.run_for(5s);
    EXPECT_EQ(run.ballast_bytes(), test_reserve) << "it is made again";
    EXPECT_EQ(run.append("orders", 1'000), taken);
}

TEST(FullDisk, a_start_after_a_crash_needs_no_room_but_the_ballast) {
    FullDiskRun run;
    for (int i = 0; i < 40; ++i) run.put();
    run.crash();
    run.leave_free(0);
    run.open();
    EXPECT_EQ(run.ballast_bytes(), 0u);
    run.expect_all_kept();
    EXPECT_EQ(run.append("orders", 1'000), AppendError::disk_full);
}

TEST(FullDisk, a_start_after_a_clean_stop_needs_no_room_but_the_ballast) {
    FullDiskRun run;
    for (int i = 0; i < 10; ++i) run.put();
    struct Stop {
        static Task<> store(FullDiskRun& of) { co_await of.store->stop(of.world.shards[0]->now() + 10s); }
    };
    run.tested.run(Stop::store(run));
    run.store.reset();
    run.leave_free(0);
    run.open();
    EXPECT_EQ(run.ballast_bytes(), 0u);
    run.expect_all_kept();
}

TEST(FullDisk, a_start_without_room_and_ballast_says_so) {
    FullDiskRun run;
    for (int i = 0; i < 10; ++i) run.put();
    run.crash();
    run.tested.run(run.world.disk.remove(run.folder + "/ballast"));
    run.leave_free(0);
    auto refused = run.tested.run(open_store(run.world, run.folder, run.options, small_log));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, StoreError::disk);
    EXPECT_NE(refused.error().detail.find("No space left on device"), std::string::npos)
        << refused.error().detail;
    run.leave_free(1u << 20);
    run.open();
    run.expect_all_kept();
}

} // namespace
} // namespace riacho::storage
