// What a power cut leaves, and how faults look.
#include "io/simulated_disk.hpp"
#include "io/simulated_world.hpp"

#include <algorithm>
#include <cerrno>
#include <gtest/gtest.h>
#include <map>
#include <set>

namespace riacho::io {
namespace {

using namespace std::chrono_literals;

const std::string path_of_a = "/data/a";

std::string text_of(const std::optional<std::vector<std::byte>>& content) {
    return content ? std::string(as_text(*content)) : "nothing";
}

/// Makes /data/a: "durable" content and name, then overwrites it without a sync.
Task<> write_twice(Disk& disk, std::string first, std::string second) {
    auto file = co_await disk.open(path_of_a, OpenMode::create);
    co_await file->write(0, {as_bytes(first)});
    co_await file->sync();
    co_await disk.sync_folder("/data");
    co_await file->write(0, {as_bytes(second)});
}

TEST(SimulatedDisk, what_was_synced_survives_every_power_cut_and_what_was_not_may_vanish) {
    std::set<std::string> found;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        SimulatedWorld world(seed);
        world.run(write_twice(world.disk(), "old!", "newer"));
        EXPECT_EQ(text_of(world.disk().durable(path_of_a)), "old!");
        EXPECT_EQ(text_of(world.disk().content(path_of_a)), "newer");
        world.restart();
        found.insert(text_of(world.disk().content(path_of_a)));
    }
    // the size reaches the medium without the data, too
    EXPECT_EQ(found, (std::set<std::string>{"old!", "newer", std::string("old!\0", 5)}));
}

TEST(SimulatedDisk, unsynced_sectors_are_torn_and_reordered) {
    constexpr std::size_t sectors = 8;
    std::set<std::string> patterns;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        SimulatedWorld world(seed);
        world.run(
            write_twice(world.disk(), std::string(sectors * 512, 'o'), std::string(sectors * 512, 'n')));
        world.restart();
        std::string content = text_of(world.disk().content(path_of_a));
        ASSERT_EQ(content.size(), sectors * 512);
        std::string pattern;
        for (std::size_t i = 0; i < sectors; ++i) {
            std::string sector = content.substr(i * 512, 512);
            EXPECT_EQ(sector, std::string(512, sector[0])) << "a sector is written whole or not at all";
            pattern += sector[0];
        }
        patterns.insert(pattern);
    }
    EXPECT_GT(patterns.size(), 50u);
    EXPECT_TRUE(patterns.contains("oooooooo") && patterns.contains("nnnnnnnn"));
    EXPECT_TRUE(std::ranges::any_of(patterns, [](auto& p) { return p.find("on") != std::string::npos; }));
}

TEST(SimulatedDisk, a_kill_leaves_what_was_written_and_still_does_not_make_it_durable) {
    bool lost = false;
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        SimulatedWorld world(seed);
        world.run(write_twice(world.disk(), "old!", "new!"));
        world.restart(LifeEnd::kill);
        EXPECT_EQ(text_of(world.disk().content(path_of_a)), "new!");
        world.restart(LifeEnd::power_cut);
        lost = lost || text_of(world.disk().content(path_of_a)) == "old!";
    }
    EXPECT_TRUE(lost);
}

/// The names below /data that a power cut left, for each of many seeds, and how often.
template <class Act> std::map<std::vector<std::string>, int> names_after_cuts(Act act) {
    std::map<std::vector<std::string>, int> found;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        SimulatedWorld world(seed);
        world.run(act(world.disk()));
        world.restart();
        ++found[world.disk().files()];
    }
    return found;
}

Task<> make_synced_file(Disk& disk, std::string path) {
    auto file = co_await disk.open(path, OpenMode::create);
    co_await file->write(0, {as_bytes(path)});
    co_await file->sync();
}

TEST(SimulatedDisk, the_name_of_a_new_file_needs_a_sync_of_its_folder) {
    struct Run {
        static Task<> without(Disk& disk) { return make_synced_file(disk, "/data/a"); }
        static Task<> with(Disk& disk) {
            co_await make_synced_file(disk, "/data/a");
            co_await disk.sync_folder("/data");
        }
        static Task<> in_a_new_folder(Disk& disk) {
            co_await disk.make_folder("/data/x");
            co_await make_synced_file(disk, "/data/x/a");
            co_await disk.sync_folder("/data/x"); // the name of x itself is in /data
        }
    };
    EXPECT_EQ(names_after_cuts(Run::without).size(), 2u);
    EXPECT_EQ(names_after_cuts(Run::with).size(), 1u);
    EXPECT_EQ(names_after_cuts(Run::in_a_new_folder).size(), 2u);
}

TEST(SimulatedDisk, a_rename_is_old_or_new_and_never_both_or_none) {
    struct Run {
        static Task<> all(Disk& disk) {
            co_await make_synced_file(disk, "/data/a");
            co_await make_synced_file(disk, "/data/b");
            co_await disk.sync_folder("/data");
            co_await disk.rename("/data/b", "/data/a");
            co_await disk.rename("/data/a", "/data/c");
        }
    };
    using Names = std::vector<std::string>;
    auto found = names_after_cuts(Run::all);
    EXPECT_EQ(found.size(), 3u);
    EXPECT_GT((found[Names{"/data/a", "/data/b"}]), 0) << "both lost";
    EXPECT_GT((found[Names{"/data/a"}]), 0) << "the first kept";
    EXPECT_GT((found[Names{"/data/a", "/data/c"}] + found[Names{"/data/c"}]), 0) << "the second kept";
}

TEST(SimulatedDisk, a_removed_name_comes_back_unless_its_folder_was_synced) {
    struct Run {
        static Task<> without(Disk& disk) {
            co_await make_synced_file(disk, "/data/a");
            co_await disk.sync_folder("/data");
            co_await disk.remove("/data/a");
        }
        static Task<> with(Disk& disk) {
            co_await without(disk);
            co_await disk.sync_folder("/data");
        }
    };
    EXPECT_EQ(names_after_cuts(Run::without).size(), 2u);
    EXPECT_EQ(names_after_cuts(Run::with), (std::map<std::vector<std::string>, int>{{{}, 200}}));
}

TEST(SimulatedDisk, a_file_moved_to_another_folder_is_in_one_place_whichever_folder_was_synced) {
    struct Run {
        static Task<> all(Disk& disk) {
            co_await disk.make_folder("/data/x");
            co_await disk.sync_folder("/data");
            co_await make_synced_file(disk, "/data/a");
            co_await disk.rename("/data/a", "/data/x/a");
            co_await disk.sync_folder("/data/x");
        }
    };
    auto found = names_after_cuts(Run::all);
    EXPECT_EQ(found, (std::map<std::vector<std::string>, int>{{{"/data/x/a"}, 200}}));
}

Task<int> sync_error(Disk& disk) {
    auto file = co_await disk.open(path_of_a, OpenMode::write);
    co_await file->write(0, {as_bytes("new!")});
    int error_number = 0;
    try {
        co_await file->sync();
    } catch (const DiskError& error) { error_number = error.error_number(); }
    co_await file->sync(); // works, and covers nothing: the pages are clean
    co_return error_number;
}

TEST(SimulatedDisk, after_a_failed_sync_bytes_are_readable_and_clean_and_lost_at_the_cut) {
    SimulatedWorld world(1);
    world.run(write_twice(world.disk(), "old!", "old!"));
    world.disk().fail_next(DiskOperation::sync, "/a", EIO);
    EXPECT_EQ(world.run(sync_error(world.disk())), EIO);
    EXPECT_EQ(text_of(world.disk().content(path_of_a)), "new!");
    world.restart();
    EXPECT_EQ(text_of(world.disk().content(path_of_a)), "old!");
}

Task<int> write_error(Disk& disk, std::string text) {
    auto file = co_await disk.open(path_of_a, OpenMode::create);
    try {
        co_await file->write(0, {as_bytes(text)});
    } catch (const DiskError& error) { co_return error.error_number(); }
    co_return 0;
}

TEST(SimulatedDisk, a_failed_write_leaves_a_first_part) {
    std::set<std::string> found;
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        SimulatedWorld world(seed);
        world.disk().fail_next(DiskOperation::write, "/a", EIO, 2);
        EXPECT_EQ(world.run(write_error(world.disk(), "abc")), EIO);
        found.insert(text_of(world.disk().content(path_of_a)));
        EXPECT_EQ(world.run(write_error(world.disk(), "abc")), EIO);
        EXPECT_EQ(world.run(write_error(world.disk(), "abc")), 0);
    }
    EXPECT_EQ(found, (std::set<std::string>{"", "a", "ab"}));
}

TEST(SimulatedDisk, a_full_disk_refuses_what_does_not_fit_and_serves_again_when_there_is_room) {
    SimulatedWorld world(1);
    world.disk().set_capacity(1000);
    EXPECT_EQ(world.run(write_error(world.disk(), std::string(1001, 'x'))), ENOSPC);
    EXPECT_LE(world.disk().used_bytes(), 1000u);
    EXPECT_EQ(world.run(write_error(world.disk(), std::string(1000, 'x'))), 0);
    EXPECT_EQ(world.run(world.disk().free_bytes("/data")), 0u);
    EXPECT_EQ(world.run(write_error(world.disk(), std::string(1000, 'y'))), 0) << "no new room needed";
    world.run(world.disk().remove(path_of_a));
    EXPECT_EQ(world.disk().used_bytes(), 0u);
    EXPECT_EQ(world.run(write_error(world.disk(), std::string(900, 'x'))), 0);
}

TEST(SimulatedDisk, stops_at_every_change_and_every_sync_in_turn) {
    SimulatedWorld counting(1);
    counting.run(write_twice(counting.disk(), "old!", "new!"));
    std::uint64_t operations = counting.disk().operations();
    EXPECT_EQ(operations, 5u); // made, written, synced, folder synced, written
    for (std::uint64_t stop = 1; stop <= operations; ++stop) {
        SimulatedWorld world(stop);
        world.disk().stop_after(stop);
        EXPECT_FALSE(world.run_or_crash(write_twice(world.disk(), "old!", "new!")));
        EXPECT_EQ(world.disk().operations(), stop);
        world.restart();
        EXPECT_FALSE(world.disk().crashed());
        EXPECT_TRUE(world.run_or_crash(write_twice(world.disk(), "old!", "new!")));
    }
}

TEST(SimulatedDisk, locks_of_a_dead_process_are_free) {
    SimulatedWorld world(1);
    auto           old = world.run(world.disk().lock("/data/.lock"));
    world.power_off();
    world.restart(LifeEnd::kill);
    auto held = world.run(world.disk().lock("/data/.lock"));
    EXPECT_TRUE(held);
    old.reset(); // dies late, and takes nothing with it
    EXPECT_FALSE(world.run(world.disk().lock("/data/.lock")));
}

Task<> fill_with_zeros(Disk& disk, std::string path) {
    std::vector<std::byte> zeros(1 << 20);
    auto                   file = co_await disk.open(path, OpenMode::create);
    for (std::uint64_t mib = 0; mib < 16; ++mib) co_await file->write(mib << 20, {ByteView(zeros)});
    co_await file->sync();
    co_await file->write(5'000, {as_bytes("not zero")});
    co_await file->write(0, {ByteView(zeros).first(8192)});
    co_await file->write(9'000, {as_bytes("tail")});
    co_await file->truncate(9'002);
    co_await file->truncate(10'000);
}

TEST(SimulatedDisk, zeros_take_no_room_and_read_as_zeros) {
    SimulatedWorld world(1);
    for (int i = 0; i < 20; ++i) world.run(fill_with_zeros(world.disk(), "/data/zeros" + std::to_string(i)));
    std::string expected(10'000, '\0');
    expected.replace(9'000, 2, "ta");
    EXPECT_EQ(text_of(world.disk().content("/data/zeros7")), expected);
}

TEST(SimulatedDisk, is_changed_by_a_test_as_a_damaged_disk_would_be) {
    SimulatedWorld world(1);
    world.disk().put_folder("/data/x/y");
    world.disk().put_file("/data/x/y/f", as_bytes("content"));
    world.disk().damage("/data/x/y/f", 3, as_bytes("XX"));
    world.restart();
    EXPECT_EQ(text_of(world.disk().content("/data/x/y/f")), "conXXnt");
    EXPECT_EQ(world.disk().used_bytes(), 7u);
}

std::uint64_t hash_of_a_run(std::uint64_t seed) {
    SimulatedWorld world(seed);
    world.run(write_twice(world.disk(), std::string(5000, 'o'), std::string(5000, 'n')));
    world.restart();
    world.run(write_twice(world.disk(), text_of(world.disk().content(path_of_a)), "end"));
    world.run_for(1s);
    return world.simulation().trace_hash();
}

TEST(SimulatedDisk, one_seed_gives_one_trace_and_another_seed_another) {
    EXPECT_EQ(hash_of_a_run(11), hash_of_a_run(11));
    std::set<std::uint64_t> hashes;
    for (std::uint64_t seed = 0; seed < 20; ++seed) hashes.insert(hash_of_a_run(seed));
    EXPECT_GT(hashes.size(), 10u);
}

} // namespace
} // namespace riacho::io
