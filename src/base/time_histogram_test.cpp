#include "base/time_histogram.hpp"

#include <gtest/gtest.h>

namespace riacho {
namespace {

using namespace std::chrono_literals;

TEST(TimeHistogram, puts_each_time_into_the_bucket_that_ends_at_it_or_above) {
    for (std::size_t bucket = 0; bucket < TimeHistogram::bounds; ++bucket) {
        if (bucket > 0) EXPECT_GT(TimeHistogram::bound(bucket), TimeHistogram::bound(bucket - 1));
        TimeHistogram times;
        times.add(TimeHistogram::bound(bucket), 0s);
        EXPECT_EQ(times.in_bucket(bucket), 1u) << bucket;
        times.add(TimeHistogram::bound(bucket) + 1ns, 0s);
        EXPECT_EQ(times.in_bucket(bucket + 1), 1u) << bucket;
    }
    TimeHistogram times;
    times.add(-5ns, 0s);
    EXPECT_EQ(times.in_bucket(0), 1u);
    times.add(std::chrono::hours(100), 0s);
    EXPECT_EQ(times.in_bucket(TimeHistogram::bounds), 1u);
    EXPECT_EQ(times.count(), 2u);
}

TEST(TimeHistogram, gives_quantiles_between_the_bounds_around_them) {
    TimeHistogram times;
    EXPECT_EQ(times.recent_quantile(0.99, 0s), 0s);
    for (int i = 1; i <= 1'000; ++i) times.add(std::chrono::milliseconds(i), 0s);
    EXPECT_NEAR(static_cast<double>(times.recent_quantile(0.5, 0s) / 1ms), 500, 60);
    EXPECT_NEAR(static_cast<double>(times.recent_quantile(0.99, 0s) / 1ms), 990, 60);
    EXPECT_EQ(times.sum(), 500'500ms);
}

TEST(TimeHistogram, forgets_for_quantiles_and_counts_on) {
    TimeHistogram times;
    for (int i = 0; i < 1'000; ++i) times.add(1s, 0s);
    for (int i = 0; i < 1'000; ++i) times.add(1ms, std::chrono::minutes(4));
    EXPECT_LT(times.recent_quantile(0.9, std::chrono::minutes(4)), 2ms) << "a sixteenth of the first is left";
    EXPECT_GT(times.recent_quantile(0.99, std::chrono::minutes(4)), 500ms);
    EXPECT_EQ(times.recent_quantile(0.5, std::chrono::hours(2)), 0s);
    EXPECT_EQ(times.count(), 2'000u);
}

TEST(TimeHistogram, of_two_threads_are_added_up) {
    TimeHistogram one, other;
    for (int i = 0; i < 64; ++i) one.add(1ms, 0s);
    for (int i = 0; i < 64; ++i) other.add(1s, std::chrono::minutes(2));
    TimeHistogram both;
    both.add(one, std::chrono::minutes(2));
    both.add(other, std::chrono::minutes(2));
    EXPECT_EQ(both.count(), 128u);
    EXPECT_EQ(both.sum(), 64ms + 64s);
    EXPECT_LT(both.recent_quantile(0.1, std::chrono::minutes(2)), 2ms);
    EXPECT_GT(both.recent_quantile(0.5, std::chrono::minutes(2)), 500ms) << "the first is a quarter by now";
}

} // namespace
} // namespace riacho
