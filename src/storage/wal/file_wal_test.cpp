#include "storage/schedules_testing.hpp"
#include "storage/wal/file_wal.hpp"
#include "storage/wal/wal_testing.hpp"

#include <cerrno>
#include <gtest/gtest.h>
#include <map>

namespace riacho::storage {
namespace {

using testing_wal::entry_of;
using testing_wal::read_chain;
using testing_wal::WalRun;
using namespace std::chrono_literals;

FileWalOptions small_ring(std::uint64_t files_max = 6) {
    FileWalOptions options;
    options.ring.file_bytes = testing_wal::small_file_bytes;
    options.ring.files_max = files_max;
    return options;
}

Task<Outcome<FrameNumber, WalError>> put_entry(FileWal& wal, io::Shard& home, Entry entry, Time wait = 10s) {
    auto room = co_await wal.reserve(home, entry.bytes.size(), home.now() + wait);
    if (!room) co_return std::unexpected(room.error());
    co_return co_await wal.append(home, std::move(entry));
}

/// What one writer of one partition saw, in the order in which its appends ended.
struct Seen {
    std::int64_t          acknowledged = 0;
    std::vector<WalError> errors;
};

Task<> write_many(FileWal& wal, io::Shard& home, Seen& seen, std::int32_t partition, std::int64_t count) {
    for (std::int64_t offset = 0; offset < count; ++offset) {
        auto done = co_await put_entry(wal, home, entry_of(partition, offset, 300 + 37 * (offset % 50)));
        if (!done) {
            seen.errors.push_back(done.error().code);
            co_return;
        }
        EXPECT_GE(wal.last_durable(), *done);
        home.check_here();
        ++seen.acknowledged;
    }
}

/// Twelve writers on the shards of the world.
Task<> write_from_all_shards(WalRun& run, std::map<std::int32_t, Seen>& seen, std::int64_t each) {
    std::vector<std::unique_ptr<io::Group>> groups;
    for (io::Shard* shard : run.world.shards) groups.push_back(std::make_unique<io::Group>(*shard));
    for (std::int32_t i = 0; i < 12; ++i) {
        std::size_t at = static_cast<std::size_t>(i) % groups.size();
        co_await run.world.shards[at]->enter_if_away();
        groups[at]->spawn_now(write_many(*run.wal, *run.world.shards[at], seen[i], i, each));
    }
    for (std::size_t i = 0; i < groups.size(); ++i) {
        co_await run.world.shards[i]->enter_if_away();
        co_await groups[i]->join();
    }
    co_await run.world.shards[0]->enter_if_away();
}

void expect_all_in_order(const std::vector<Entry>& entries, const std::map<std::int32_t, Seen>& seen) {
    std::map<std::int32_t, std::int64_t> next;
    for (const Entry& entry : entries) {
        auto partition = static_cast<std::int32_t>(entry.partition.index);
        EXPECT_EQ(entry.base_offset.value, next[partition]++);
        EXPECT_EQ(entry.bytes,
                  entry_of(partition, entry.base_offset.value, std::ssize(entry.bytes.view())).bytes);
    }
    for (const auto& [partition, one] : seen) EXPECT_GE(next[partition], one.acknowledged) << partition;
}

TEST(FileWal, keeps_every_entry_of_three_shards_in_the_order_of_each) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        io::SimulatedWorld           world(seed, {.shards = 3});
        WalRun                       run(world.world(), world.folder());
        std::map<std::int32_t, Seen> seen;
        world.run(run.begin(small_ring(64)));
        world.run(write_from_all_shards(run, seen, 40));
        for (auto& [partition, one] : seen) EXPECT_EQ(one.acknowledged, 40);
        EXPECT_LT(run.wal->last_durable().value, 12u * 40u) << "several entries share a frame";
        world.run(run.wal->stop(*run.world.shards[0]));
        auto entries = world.run(read_chain(world.disk(), run.folder, run.start, run.wal->last_durable()));
        ASSERT_TRUE(entries) << entries.error().detail;
        EXPECT_EQ(entries->size(), 12u * 40u);
        expect_all_in_order(*entries, seen);
    }
}

Task<> note_order(FileWal& wal, io::Shard& home, std::vector<std::int64_t>& order, std::int64_t offset) {
    co_await put_entry(wal, home, entry_of(0, offset, 100));
    order.push_back(offset);
}

TEST(FileWal, keeps_every_entry_of_three_threads_on_a_real_disk) {
    io::RealTestWorld            world(1, {.shards = 3});
    WalRun                       run(world.world(), world.folder());
    std::map<std::int32_t, Seen> seen;
    world.run(run.begin(small_ring(64)));
    world.run(write_from_all_shards(run, seen, 40));
    world.run(run.wal->stop(*run.world.shards[0]));
    auto entries = world.run(read_chain(world.disk(), run.folder, run.start, run.wal->last_durable()));
    ASSERT_TRUE(entries) << entries.error().detail;
    EXPECT_EQ(entries->size(), 12u * 40u);
    expect_all_in_order(*entries, seen);
}

TEST(FileWal, resumes_what_ends_together_in_the_order_of_the_entries) {
    io::SimulatedWorld        world(3);
    WalRun                    run(world.world(), world.folder());
    std::vector<std::int64_t> order;
    world.run(run.begin(small_ring()));
    struct Run {
        static Task<> all(WalRun& on, std::vector<std::int64_t>& into) {
            io::Group group(*on.world.shards[0]);
            for (std::int64_t i = 0; i < 30; ++i)
                group.spawn_now(note_order(*on.wal, *on.world.shards[0], into, i));
            co_await group.join();
        }
    };
    world.run(Run::all(run, order));
    std::vector<std::int64_t> expected(30);
    for (std::size_t i = 0; i < 30; ++i) expected[i] = static_cast<std::int64_t>(i);
    EXPECT_EQ(order, expected);
    EXPECT_LE(run.wal->last_durable().value, 5u);
    world.run(run.wal->stop(*run.world.shards[0]));
}

TEST(FileWal, with_a_full_ring_lets_producers_wait_until_their_deadline_and_keeps_room_for_removals) {
    io::SimulatedWorld world(4);
    WalRun             run(world.world(), world.folder());
    world.run(run.begin(small_ring(4)));
    struct Run {
        static Task<> fill(WalRun& on) {
            io::Shard& home = *on.world.shards[0];
            for (std::int64_t i = 0;; ++i) {
                Time before = home.now();
                auto done = co_await put_entry(*on.wal, home, entry_of(0, i, 8000), 500ms);
                if (done) continue;
                EXPECT_EQ(done.error().code, WalError::full);
                EXPECT_GE(home.now(), before + 500ms);
                EXPECT_GT(i, 10);
                break;
            }
            EXPECT_GE(on.wal->fullness(), 0.7);
            auto room = co_await on.wal->reserve_for_removal(home, 100, home.now() + 500ms);
            EXPECT_TRUE(room);
            auto done = co_await on.wal->append(home, entry_of(1, 0, 100));
            EXPECT_TRUE(done);
        }
    };
    world.run(Run::fill(run));
    world.run(run.wal->stop(*run.world.shards[0]));
}

Task<> wait_for_room(FileWal& wal, io::Shard& home, std::vector<int>& order, int number) {
    auto room = co_await wal.reserve(home, 9000, home.now() + 1h);
    EXPECT_TRUE(room);
    order.push_back(number);
}

TEST(FileWal, gives_room_that_a_checkpoint_freed_in_the_order_of_asking) {
    io::SimulatedWorld world(5);
    WalRun             run(world.world(), world.folder());
    world.run(run.begin(small_ring(4)));
    struct Run {
        static Task<> all(WalRun& on, std::vector<int>& order) {
            io::Shard& home = *on.world.shards[0];
            while (co_await put_entry(*on.wal, home, entry_of(0, 0, 9000), 300ms)) {}
            io::Group group(home);
            for (int i = 0; i < 8; ++i) group.spawn_now(wait_for_room(*on.wal, home, order, i));
            co_await home.sleep_for(1s);
            EXPECT_TRUE(order.empty());
            co_await on.wal->recycle_below(home, {on.wal->last_durable().value + 1});
            co_await group.join();
        }
    };
    std::vector<int> order;
    world.run(Run::all(run, order));
    EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7}));
    world.run(run.wal->stop(*run.world.shards[0]));
}

TEST(FileWal, wraps_around_recycled_files_whose_old_frames_never_validate) {
    io::SimulatedWorld world(6);
    WalRun             run(world.world(), world.folder());
    world.run(run.begin(small_ring(4)));
    struct Run {
        static Task<> all(WalRun& on) {
            io::Shard& home = *on.world.shards[0];
            for (std::int64_t i = 0; i < 200; ++i) {
                if (i % 10 == 0) {
                    FrameNumber low{on.wal->last_durable().value + 1};
                    on.start = co_await on.wal->start_for(home, low);
                    co_await on.wal->recycle_below(home, low);
                }
                auto done = co_await put_entry(*on.wal, home, entry_of(0, i, 5000 + 40 * (i % 90)));
                EXPECT_TRUE(done);
            }
        }
    };
    world.run(Run::all(run));
    world.run(run.wal->stop(*run.world.shards[0]));
    EXPECT_GT(run.start.file_number, 10u);
    EXPECT_LE(world.run(world.disk().list(run.folder)).size(), 4u);
    auto entries = world.run(read_chain(world.disk(), run.folder, run.start, run.wal->last_durable()));
    ASSERT_TRUE(entries) << entries.error().detail;
    ASSERT_FALSE(entries->empty());
    EXPECT_EQ(entries->back().base_offset.value, 199);
    EXPECT_LE(entries->front().base_offset.value, 190);
}

TEST(FileWal, ends_all_acknowledgements_after_a_failed_write_or_sync) {
    for (auto operation : {io::DiskOperation::write, io::DiskOperation::sync}) {
        io::SimulatedWorld           world(7, {.shards = 3});
        WalRun                       run(world.world(), world.folder());
        std::map<std::int32_t, Seen> seen;
        world.run(run.begin(small_ring(64)));
        world.run_for(5s); // the spares are filled
        world.disk().fail_next(operation, "00001.wal", EIO);
        world.run(write_from_all_shards(run, seen, 30));
        EXPECT_TRUE(run.wal->has_failed());
        for (auto& [partition, one] : seen) EXPECT_EQ(one.errors, std::vector{WalError::failed});
        auto& home = *run.world.shards[0];
        auto  later = world.run(put_entry(*run.wal, home, entry_of(0, 0, 10)));
        EXPECT_EQ(later.error().code, WalError::failed);
        world.run(run.wal->stop(home));
    }
}

TEST(FileWal, repeats_a_frame_for_which_the_disk_had_no_room) {
    io::SimulatedWorld           world(8, {.shards = 3});
    WalRun                       run(world.world(), world.folder());
    std::map<std::int32_t, Seen> seen;
    world.run(run.begin(small_ring(64)));
    world.run_for(5s);
    world.disk().fail_next(io::DiskOperation::write, "00001.wal", ENOSPC, 5);
    world.run(write_from_all_shards(run, seen, 10));
    EXPECT_FALSE(run.wal->has_failed());
    world.run(run.wal->stop(*run.world.shards[0]));
    auto entries = world.run(read_chain(world.disk(), run.folder, run.start, run.wal->last_durable()));
    ASSERT_TRUE(entries) << entries.error().detail;
    EXPECT_EQ(entries->size(), 120u);
}

TEST(FileWal, takes_a_full_disk_while_filling_as_no_new_room) {
    io::SimulatedWorld world(9);
    WalRun             run(world.world(), world.folder());
    world.run(run.begin(small_ring(64)));
    world.disk().set_capacity(world.disk().used_bytes() + 100);
    struct Run {
        static Task<> all(WalRun& on, io::SimulatedDisk& disk) {
            io::Shard&                     home = *on.world.shards[0];
            Outcome<FrameNumber, WalError> done = FrameNumber{};
            while (done) done = co_await put_entry(*on.wal, home, entry_of(0, 0, 9000), 300ms);
            EXPECT_EQ(done.error().code, WalError::full);
            EXPECT_FALSE(on.wal->has_failed());
            disk.set_capacity(1u << 30);
            EXPECT_TRUE(co_await put_entry(*on.wal, home, entry_of(0, 0, 9000), 10s));
        }
    };
    world.run(Run::all(run, world.disk()));
    world.run(run.wal->stop(*run.world.shards[0]));
}

TEST(FileWal, is_broken_by_an_error_of_the_disk_while_filling) {
    io::SimulatedWorld world(10);
    WalRun             run(world.world(), world.folder());
    world.run(run.begin(small_ring(64)));
    world.disk().fail_next(io::DiskOperation::sync, ".filling", EIO, 1);
    world.run_for(2s);
    EXPECT_TRUE(run.wal->has_failed());
    world.run(run.wal->stop(*run.world.shards[0]));
}

TEST(FileWal, without_syncs_of_frames_acknowledges_what_is_written_and_syncs_for_a_checkpoint) {
    io::SimulatedWorld world(11);
    WalRun             run(world.world(), world.folder());
    FileWalOptions     options = small_ring();
    options.ring.mode = Durability::os;
    world.run(run.begin(options));
    auto& home = *run.world.shards[0];
    for (std::int64_t i = 0; i < 40; ++i)
        EXPECT_TRUE(world.run(put_entry(*run.wal, home, entry_of(0, i, 3000))));
    auto synced = world.run(run.wal->sync_frames(home));
    EXPECT_EQ(*synced, run.wal->last_durable());
    world.power_off();
    run.wal.reset();
    world.restart();
    auto entries = world.run(read_chain(world.disk(), run.folder, run.start, *synced));
    ASSERT_TRUE(entries) << entries.error().detail;
    EXPECT_EQ(entries->size(), 40u);
}

/// What one of those who ask for a sync at the same time was told, and whether the frames are there by then.
struct SyncTold {
    bool is_good = false;
    bool is_there = false;
};

Task<> sync_and_look(WalRun& run, io::SimulatedDisk& disk, SyncTold& told) {
    std::string path = run.wal->ring().current().path;
    auto        synced = co_await run.wal->sync_frames(*run.world.shards[0]);
    told.is_good = synced.has_value();
    told.is_there = disk.durable(path) == disk.content(path);
}

Task<> sync_three_times_at_once(WalRun& run, io::SimulatedDisk& disk, std::vector<SyncTold>& told) {
    io::Group group(*run.world.shards[0]);
    for (SyncTold& one : told) group.spawn_now(sync_and_look(run, disk, one));
    co_await group.join();
}

TEST(FileWal, tells_nobody_that_frames_are_synced_while_their_sync_is_under_way) {
    for (bool fails : {false, true}) {
        io::SimulatedWorld world(13);
        WalRun             run(world.world(), world.folder());
        FileWalOptions     options = small_ring();
        options.ring.mode = Durability::os;
        world.run(run.begin(options));
        EXPECT_TRUE(world.run(put_entry(*run.wal, *run.world.shards[0], entry_of(0, 0, 3000))));
        if (fails) world.disk().fail_next(io::DiskOperation::sync, run.wal->ring().current().path, EIO);
        std::vector<SyncTold> told(3);
        world.run(sync_three_times_at_once(run, world.disk(), told));
        for (const SyncTold& one : told) {
            EXPECT_EQ(one.is_good, !fails);
            EXPECT_EQ(one.is_there, !fails);
        }
    }
}

TEST(FileWal, survives_a_power_cut_at_every_write_and_sync_of_a_wrapping_run) {
    std::uint64_t operations = 1000, cut = 1;
    for (; cut <= operations; ++cut) {
        io::SimulatedWorld           world(cut, {.shards = 3});
        WalRun                       run(world.world(), world.folder());
        std::map<std::int32_t, Seen> seen;
        world.run(run.begin(small_ring(8)));
        std::uint64_t before = world.disk().operations();
        world.disk().stop_after(cut);
        bool ended = world.run_or_crash(write_from_all_shards(run, seen, 8));
        if (ended) operations = world.disk().operations() - before;
        world.power_off();
        FrameNumber durable = run.wal->last_durable();
        run.wal.reset();
        world.restart();
        auto entries = world.run(read_chain(world.disk(), run.folder, run.start, durable));
        ASSERT_TRUE(entries) << cut << ": " << entries.error().detail;
        expect_all_in_order(*entries, seen);
        if (::testing::Test::HasFailure()) FAIL() << "cut " << cut;
    }
    expect_schedules(cut - 1, 40);
}

} // namespace
} // namespace riacho::storage
