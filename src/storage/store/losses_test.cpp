// What the disk lost stops a start, with the place; told to go on, it keeps all that is left.
#include "base/log.hpp"
#include "storage/schedules_testing.hpp"
#include "storage/store/file_store.hpp"
#include "storage/store/store_run_testing.hpp"

#include <cerrno>
#include <gtest/gtest.h>
#include <set>

namespace riacho::storage {
namespace {

using namespace testing_store;

/// One topic of one partition, whose batches lie in frame 2 and those that follow.
struct LossRun : SimulatedRun {
    TopicPartition orders{topic_id(1), PartitionIndex{0}};

    explicit LossRun(std::uint64_t seed = 1) : SimulatedRun(seed) {
        options.disk_reserve_bytes = 0;
        EXPECT_EQ(open(), std::nullopt) << why;
        tested.run(make_topic(*store, history, "orders", 1));
        history.partitions[orders].topic = "orders";
    }
    static Task<> working(LossRun& run, int batches) {
        for (int i = 0; i < batches; ++i)
            co_await put_batch(*run.store, run.history, run.orders, batch_of(run.history, 1 + i % 3, 900));
        co_await run.world.shards[0]->enter_if_away();
    }
    void          work(int batches) { tested.run(working(*this, batches)); }
    static Task<> writing_out(LossRun& run) {
        co_await run.store->shard_of(run.orders).enter_if_away();
        auto log = co_await run.store->open_log(run.orders, "orders", small_log("orders"));
        co_await (*log)->write_out();
        co_await run.world.shards[0]->enter_if_away();
    }
    void        kill() { crash(io::LifeEnd::kill); }
    std::string wal_file(std::uint64_t number) { return wal_file_path(folder + "/wal", number); }
    void        damage(const std::string& path, std::uint64_t at, std::size_t bytes) {
        tested.disk().damage(path, at, std::vector<std::byte>(bytes, std::byte{0xee}));
    }
    /// The acknowledged batches that are not there any more, by their offset; everything else is as it was.
    std::set<std::int64_t> missing() {
        auto back = tested.run(read_back(*store, orders, "orders"));
        EXPECT_TRUE(back) << back.error().code << back.error().detail;
        std::set<std::int64_t> gone;
        for (const Attempt& attempt : history.partitions[orders].attempts) {
            auto found = back->batches.find(*attempt.acknowledged);
            if (found == back->batches.end())
                gone.insert(attempt.acknowledged->value);
            else
                EXPECT_EQ(found->second, attempt.batch);
        }
        EXPECT_EQ(back->batches.size() + gone.size(), history.partitions[orders].attempts.size());
        return gone;
    }
    std::int64_t offset_of(std::size_t attempt) {
        return history.partitions[orders].attempts.at(attempt).acknowledged->value;
    }
    /// It serves, takes more, and the next start finds nothing wrong.
    void expect_sound(std::set<std::int64_t> gone) {
        EXPECT_EQ(missing(), gone);
        work(4);
        crash();
        ASSERT_EQ(open(), std::nullopt) << why;
        EXPECT_EQ(missing(), gone);
    }
};

constexpr auto               accept = StoreOptions::Loss::accepted;
const std::set<std::int64_t> none;

TEST(Losses, nothing_changes_where_nothing_is_lost) {
    LossRun run;
    run.work(8);
    run.kill();
    ASSERT_EQ(run.open(accept), std::nullopt) << run.why;
    EXPECT_FALSE(run.has("/lost+found/"));
    run.expect_sound(none);
}

TEST(Losses, a_lost_frame_becomes_a_gap_and_later_ones_are_kept) {
    LossRun run;
    run.work(8);
    run.kill();
    run.damage(run.wal_file(1), 4 * wal_block, 100); // frame 4: the third batch
    ASSERT_EQ(run.open(), StoreError::damaged);
    EXPECT_EQ(run.why.substr(0, run.why.find(", and yet")), run.wal_file(1) + " at 16384: frame 4 is gone");
    auto whole = run.tested.disk().content(run.wal_file(1));
    ASSERT_EQ(run.open(accept), std::nullopt) << run.why;
    EXPECT_EQ(run.tested.disk().content(run.folder + "/lost+found/wal/00000000000000000001.wal"), whole);
    run.expect_sound({run.offset_of(2)});
}

TEST(Losses, what_the_segment_has_in_the_gap_is_kept) {
    LossRun run;
    run.work(8);
    run.tested.run(LossRun::writing_out(run));
    run.kill();
    run.damage(run.wal_file(1), 4 * wal_block, 100);
    ASSERT_EQ(run.open(), StoreError::damaged);
    ASSERT_EQ(run.open(accept), std::nullopt) << run.why;
    EXPECT_TRUE(run.has("/lost+found/orders-0/")) << "what is cut is copied first";
    run.expect_sound(none);
}

TEST(Losses, a_missing_file_is_named_and_its_frames_are_gaps) {
    LossRun run;
    run.tested.run_for(1s);
    run.work(40); // more than one file
    run.kill();
    ASSERT_TRUE(run.has("00000000000000000002.wal"));
    run.tested.run(run.world.disk.remove(run.wal_file(2)));
    ASSERT_EQ(run.open(), StoreError::damaged);
    EXPECT_NE(run.why.find(run.wal_file(2) + " is missing"), std::string::npos) << run.why;
    ASSERT_EQ(run.open(accept), std::nullopt) << run.why;
    auto gone = run.missing();
    EXPECT_GT(gone.size(), 5u);
    EXPECT_LT(gone.size(), 20u);
    run.expect_sound(gone);
}

TEST(Losses, a_damaged_header_is_named_and_costs_nothing) {
    LossRun run;
    run.tested.run_for(1s);
    run.work(40);
    run.kill();
    run.damage(run.wal_file(2), 0, 64);
    ASSERT_EQ(run.open(), StoreError::damaged);
    EXPECT_NE(run.why.find(run.wal_file(2)), std::string::npos) << run.why;
    ASSERT_EQ(run.open(accept), std::nullopt) << run.why;
    run.expect_sound(none); // the file before names its salt
}

TEST(Losses, without_the_folder_of_the_log_the_segments_are_what_is_left) {
    LossRun run;
    run.work(8);
    run.tested.run(run.store->checkpoint());
    run.work(3);
    run.kill();
    run.tested.run(run.world.disk.remove_folder(run.folder + "/wal"));
    ASSERT_EQ(run.open(), StoreError::damaged);
    EXPECT_EQ(run.why, run.folder + "/wal is missing");
    ASSERT_EQ(run.open(accept), std::nullopt) << run.why;
    std::set<std::int64_t> gone;
    for (std::size_t i = 8; i < 11; ++i) gone.insert(run.offset_of(i));
    EXPECT_EQ(run.missing(), gone);
}

TEST(Losses, without_the_folder_of_the_log_nothing_begins_anew_unasked) {
    LossRun run;
    run.work(3); // nothing is in segments yet
    run.kill();
    run.tested.run(run.world.disk.remove_folder(run.folder + "/wal"));
    for (int start = 0; start < 2; ++start) EXPECT_EQ(run.open(), StoreError::damaged);
    EXPECT_EQ(run.open(accept), std::nullopt) << run.why;
}

TEST(Losses, a_damaged_checkpoint_is_named_and_costs_nothing) {
    LossRun run;
    run.work(8);
    run.tested.run(run.store->checkpoint());
    run.work(3);
    run.kill();
    run.damage(run.folder + "/wal/checkpoint", 40, 8);
    ASSERT_EQ(run.open(), StoreError::damaged);
    EXPECT_EQ(run.why, run.folder + "/wal/checkpoint at 0: its checksum is wrong");
    std::uint32_t starts = 1;
    ASSERT_EQ(run.open(accept), std::nullopt) << run.why;
    EXPECT_GT(run.store->starts(), starts) << "leader epochs never fall";
    run.expect_sound(none);
}

TEST(Losses, damaged_producers_are_named_and_done_without) {
    LossRun run;
    run.work(4);
    kafka::BatchBuilder builder({.producer_id = ProducerId{7}, .producer_epoch = 0, .base_sequence = 0});
    builder.add({.timestamp = {1000}, .value = as_bytes("once")});
    run.tested.run(put_batch(*run.store, run.history, run.orders, builder.build()));
    run.tested.run(run.store->checkpoint());
    auto& store = dynamic_cast<FileStore&>(*run.store);
    ASSERT_NE(store.last().producers, 0u);
    std::string path = Layout{run.folder}.producers(store.last().producers);
    run.kill();
    run.damage(path, 20, 4);
    ASSERT_EQ(run.open(), StoreError::damaged);
    EXPECT_NE(run.why.find(path), std::string::npos) << run.why;
    ASSERT_EQ(run.open(accept), std::nullopt) << run.why;
    run.expect_sound(none);
}

TEST(Losses, a_place_that_cannot_be_read_is_named_and_only_what_lay_there_is_gone) {
    LossRun run;
    run.work(8);
    run.kill();
    run.tested.disk().fail_next(io::DiskOperation::read, "00001.wal", EIO);
    ASSERT_EQ(run.open(), StoreError::disk);
    EXPECT_EQ(run.why, "cannot read at 0 of " + run.wal_file(1) + ": Input/output error");
    run.tested.disk().fail_next(io::DiskOperation::read, "00001.wal", EIO);
    ASSERT_EQ(run.open(accept), std::nullopt) << run.why;
    run.expect_sound(none); // it could be read again
}

/// Interrupted anywhere, it begins again and keeps the same.
TEST(Losses, the_start_that_goes_on_survives_a_cut_at_any_operation) {
    log::set_level(log::Level::error);
    std::uint64_t cut = 1;
    for (; cut < 80; ++cut) {
        SCOPED_TRACE(fmt::format("cut {}", cut));
        LossRun run(cut);
        run.work(8);
        run.kill();
        run.damage(run.wal_file(1), 4 * wal_block, 100);
        run.options.loss = accept;
        run.tested.disk().stop_after(cut);
        run.tested.run_or_crash(SimulatedRun::trying_to_open(run));
        run.crash();
        ASSERT_EQ(run.open(accept), std::nullopt) << run.why;
        run.expect_sound({run.offset_of(2)});
        if (HasFailure()) break;
    }
    log::set_level(log::Level::info);
    expect_schedules(cut - 1, 79);
}

} // namespace
} // namespace riacho::storage
