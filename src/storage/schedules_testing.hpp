#pragma once

#include <cstdint>
#include <fmt/core.h>
#include <gtest/gtest.h>

namespace riacho::storage {

/// Says how many schedules a crash test has played (a schedule: lives that end at a write or a sync each, and
/// a look at what is left), and requires so many: a loop that ends early has proved nothing.
inline void expect_schedules(std::uint64_t played, std::uint64_t required) {
    testing::Test::RecordProperty("schedules", std::to_string(played));
    fmt::print("{} schedules\n", played);
    EXPECT_GE(played, required);
}

} // namespace riacho::storage
