// The method of the storage tests on a log of a few lines: clients append, the power fails at any write or
// sync, recovery must give back all that was answered. A log that never syncs, and one that believes torn
// frames, must be caught.
#include "io/event.hpp"
#include "io/group.hpp"
#include "io/simulated_world.hpp"

#include <algorithm>
#include <cstring>
#include <gtest/gtest.h>
#include <set>

namespace riacho::io {
namespace {

using namespace std::chrono_literals;

enum class Bug { none, never_syncs, answers_before_sync, forgets_the_folder, ignores_checksum };

constexpr std::size_t block = 4096; // spans sectors, or no frame would ever be torn

struct Frame {
    std::uint64_t checksum;
    std::uint64_t number;
    std::uint64_t values[block / 8 - 2];
};

std::uint64_t checksum_of(const Frame& frame) {
    Trace trace;
    trace.add({}, "frame", frame.number, std::as_bytes(std::span(frame.values)));
    return trace.hash();
}

struct History {
    std::set<std::uint64_t> sent;
    std::set<std::uint64_t> answered;
};

/// One frame per value, filled with it.
Task<> append_values(Disk& disk, Bug bug, History& history) {
    auto file = co_await disk.open("/data/log", OpenMode::create);
    if (bug != Bug::forgets_the_folder) co_await disk.sync_folder("/data");
    for (std::uint64_t number = 0; number < 20; ++number) {
        Frame frame{};
        frame.number = number;
        std::ranges::fill(frame.values, number + 100);
        frame.checksum = checksum_of(frame);
        history.sent.insert(number + 100);
        if (bug == Bug::answers_before_sync) history.answered.insert(number + 100);
        co_await file->write(number * block, {std::as_bytes(std::span(&frame, 1))});
        if (bug != Bug::never_syncs) co_await file->sync();
        history.answered.insert(number + 100);
    }
}

std::set<std::uint64_t> recover(SimulatedDisk& disk, Bug bug) {
    std::set<std::uint64_t> values;
    auto                    content = disk.content("/data/log").value_or(std::vector<std::byte>());
    for (std::uint64_t number = 0; (number + 1) * block <= content.size(); ++number) {
        Frame frame;
        std::memcpy(&frame, content.data() + number * block, sizeof frame);
        if (frame.number != number || frame.checksum == 0) break;
        if (bug != Bug::ignores_checksum && frame.checksum != checksum_of(frame)) break;
        values.insert(frame.values[std::size(frame.values) - 1]);
    }
    return values;
}

/// True when recovery keeps every promise, after a cut at the `stop`-th operation.
bool survives(std::uint64_t seed, std::uint64_t stop, Bug bug) {
    SimulatedWorld world(seed);
    History        history;
    world.disk().stop_after(stop);
    world.run_or_crash(append_values(world.disk(), bug, history));
    world.restart();
    auto found = recover(world.disk(), bug);
    return std::ranges::includes(found, history.answered) && std::ranges::includes(history.sent, found);
}

int failures_of(Bug bug) {
    int failures = 0;
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        for (std::uint64_t stop = 1; stop <= 44; ++stop) failures += !survives(seed * 1000 + stop, stop, bug);
    }
    return failures;
}

TEST(PowerCut, at_every_write_and_every_sync_loses_nothing_that_was_answered) {
    EXPECT_EQ(failures_of(Bug::none), 0);
}

TEST(PowerCut, catches_every_planted_bug) {
    EXPECT_GT(failures_of(Bug::never_syncs), 10);
    EXPECT_GT(failures_of(Bug::answers_before_sync), 10);
    EXPECT_GT(failures_of(Bug::forgets_the_folder), 10);
    EXPECT_GT(failures_of(Bug::ignores_checksum), 0);
}

} // namespace
} // namespace riacho::io
