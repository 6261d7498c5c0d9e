#include "crash_points.hpp"

#include <cstdlib>
#include <fmt/format.h>
#include <gtest/gtest-spi.h>

namespace riacho::scenarios {
namespace {

std::uint64_t number_or(const char* variable, std::uint64_t otherwise) {
    const char* text = std::getenv(variable);
    return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

} // namespace

void CrashPoints::crash_at_points(std::uint64_t stride) {
    std::uint64_t points = count_points();
    if (HasFailure()) return;
    stride = number_or("RIACHO_STRIDE", stride);
    std::uint64_t point = number_or("RIACHO_POINT", 0), last = point ? point : points;
    std::uint64_t required = point ? 1 : points / stride, schedules = 0;
    if (!point) point = 1 + (seed_ + GetParam()) % stride;
    for (; point <= last; point += stride, ++schedules) {
        SCOPED_TRACE(fmt::format("play it again with RIACHO_SEED={} RIACHO_POINT={}", seed_, point));
        try {
            crash_at(point);
        } catch (const std::exception& error) { ADD_FAILURE() << error.what(); }
        if (HasFailure()) return;
    }
    RecordProperty("schedules", std::to_string(schedules));
    fmt::print("{} schedules\n", schedules);
    EXPECT_GE(schedules, required);
}

bool CrashPoints::is_noticed(std::uint64_t first, std::uint64_t last, std::uint64_t stride) {
    for (std::uint64_t point = first; point <= last; point += stride) {
        ::testing::TestPartResultArray              results;
        ::testing::ScopedFakeTestPartResultReporter reporter(
            ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &results);
        try {
            crash_at(point);
        } catch (const std::exception&) { return true; }
        if (results.size() > 0) return true;
    }
    return false;
}

LifeEnd CrashPoints::end_of(Random& random) {
    return random.between(0, 3) == 0 ? LifeEnd::kill : LifeEnd::power_cut;
}

void CrashPoints::crash_in_recovery(Cluster& cluster, Random& random) {
    cluster.world().disk().stop_after(random.between(1, 40));
    try {
        cluster.start();
        cluster.world().power_off(); // it was faster than that
    } catch (const Crashed&) {}
    cluster.end(end_of(random));
}

} // namespace riacho::scenarios
