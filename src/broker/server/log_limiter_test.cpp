#include "broker/server/log_limiter.hpp"

#include <gtest/gtest.h>

namespace riacho::broker {
namespace {

using namespace std::chrono_literals;

TEST(LogLimiter, leaves_out_what_is_over_ten_lines_in_a_second_and_says_how_much_that_was) {
    LogLimiter limiter;
    for (int i = 0; i < 10; ++i) EXPECT_EQ(limiter.take(5s), 0u);
    for (int i = 0; i < 7; ++i) EXPECT_EQ(limiter.take(5500ms), std::nullopt);
    EXPECT_EQ(limiter.take(6s), 7u);
    EXPECT_EQ(limiter.take(6s), 0u);
}

} // namespace
} // namespace riacho::broker
