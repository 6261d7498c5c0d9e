// The power fails at every write, sync and rename of a life with compaction, and in the recovery after it:
// the last record of every key is there, nothing that was superseded by a tombstone comes back, and the next
// life goes on compacting.
#include "base/log.hpp"
#include "storage/log/cleaning_testing.hpp"
#include "storage/schedules_testing.hpp"
#include "storage/store/folders.hpp"

#include <gtest/gtest.h>
#include <set>
#include <string>

namespace riacho::storage {
namespace {

using namespace testing_cleaning;

/// As a start does: swaps are finished before a log is opened.
Task<> recover(LogWorld& world) {
    if (co_await world.io_world_.disk.exists(world.folder()))
        co_await finish_swaps(world.io_world_.disk, world.folder());
    auto opened = co_await open_log(world.place(), world.recovered_point(), world.wal.durable);
    check(opened.has_value(), opened ? "" : opened.error().detail);
    world.log = *std::move(opened);
}

struct CompactedCrash {
    LogWorld      world;
    CompactedLife life;

    CompactedCrash(std::uint64_t seed, std::uint64_t plan) : world(seed), life(world, plan) {
        make_compacted(world);
        world.options.keeps_snapshot = plan % 2 == 0;
        world.options.snapshot_bytes_min = 1'000;
    }
    static Task<> live(CompactedCrash& crash) {
        co_await crash.life.run(45);
        co_await crash.world.checkpoint_and_recycle();
        co_await crash.world.log->clean(crash.life.cleaner);
    }
    bool live_until(std::uint64_t operation) {
        world.world.disk().stop_after(operation);
        return world.world.run_or_crash(live(*this));
    }
    void expect_kept(const std::string& when) {
        Records found = world.world.run(records_in(*world.log));
        // What nobody was told of and is not there was never written.
        ASSERT_GE(world.log->end().value, life.acknowledged) << when;
        std::erase_if(life.written, [&](const auto& one) { return one.first >= world.log->end().value; });
        ASSERT_EQ(complaint_about(found, life.written, life.acknowledged), "") << when;
        if (world.options.keeps_snapshot) ASSERT_EQ(load(world).table, table_of(found)) << when;
        life.acknowledged = world.log->end().value;
        life.sequence = -1;
    }
};

TEST(CleaningCrash, loses_no_last_record_and_brings_none_back_wherever_the_power_fails) {
    log::set_level(log::Level::error);
    std::uint64_t ends = 0, schedules = 0;
    for (std::uint64_t stop = 1; stop < 3'000; ++stop) {
        CompactedCrash crash(stop, 1 + stop % 4);
        ++schedules;
        crash.world.open();
        bool has_ended = crash.live_until(stop);
        crash.world.restart(stop % 5 == 0 ? io::LifeEnd::kill : io::LifeEnd::power_cut);
        crash.world.world.disk().stop_after(1 + stop % 17);
        crash.world.world.run_or_crash(recover(crash.world));
        crash.world.restart(stop % 3 == 0 ? io::LifeEnd::kill : io::LifeEnd::power_cut);
        crash.world.world.run(recover(crash.world));
        ASSERT_NO_FATAL_FAILURE(crash.expect_kept(fmt::format("stopped after {}", stop)));
        crash.live_until(40 + stop % 150);
        crash.world.restart();
        crash.world.world.run(recover(crash.world));
        ASSERT_NO_FATAL_FAILURE(crash.expect_kept(fmt::format("stopped after {}, second life", stop)));
        if (has_ended && ++ends > 10) break;
    }
    log::set_level(log::Level::info);
    EXPECT_GT(ends, 10u) << "the cuts reach to the end of the life";
    expect_schedules(schedules, 150);
}

/// Three segments of which one is left, with a key whose tombstone goes in this pass.
Task<> ready_to_swap(CompactedCrash& crash) {
    LogWorld& world = crash.world;
    auto      put = [&](std::string key, std::optional<std::string> value) {
        crash.life.written[world.log->end().value] = {key, value, 1'000};
        return world.append_noted(batch_of({{key, value, 1'000}}, Compression::none));
    };
    co_await put("gone", "1");
    for (int i = 0; i < 8; ++i) co_await put("kept", std::string(300, 'x'));
    co_await put("gone", std::nullopt);
    for (int i = 0; i < 8; ++i) co_await put("kept", std::string(300, 'y'));
    co_await world.checkpoint_and_recycle();
    crash.life.acknowledged = world.log->end().value;
}

TEST(CleaningCrash, finishes_or_forgets_a_swap_wherever_it_is_cut) {
    log::set_level(log::Level::error);
    std::set<std::string> met;
    std::uint64_t         schedules = 0;
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        bool has_ended = false;
        for (std::uint64_t stop = 1; !has_ended; ++stop, ++schedules) {
            CompactedCrash crash(seed, 1);
            LogWorld&      world = crash.world;
            world.options.segment_bytes = 1'000;
            world.options.delete_retention_ms = std::chrono::milliseconds(0);
            world.open();
            world.world.run(ready_to_swap(crash));
            world.options.segment_bytes = 1 << 20; // all of it becomes one group
            world.log->set_options(world.options);
            world.world.disk().stop_after(stop);
            has_ended = world.world.run_or_crash(world.log->clean({}));
            world.restart((stop + seed) % 2 == 0 ? io::LifeEnd::kill : io::LifeEnd::power_cut);
            for (const std::string& path : world.world.disk().files())
                for (std::string suffix : {".log.cleaned", ".log.swap", ".log.deleted", ".index.swap"})
                    if (path.ends_with(suffix)) met.insert(suffix);
            world.world.disk().stop_after(1 + (stop + seed) % 13);
            world.world.run_or_crash(recover(world));
            world.restart(io::LifeEnd::power_cut);
            world.world.run(recover(world));
            ASSERT_NO_FATAL_FAILURE(crash.expect_kept(fmt::format("seed {} stopped after {}", seed, stop)));
        }
    }
    log::set_level(log::Level::info);
    EXPECT_EQ(met.size(), 4u) << "swaps were cut in each of their steps";
    expect_schedules(schedules, 600);
}

} // namespace
} // namespace riacho::storage
