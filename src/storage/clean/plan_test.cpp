#include "storage/clean/plan.hpp"

#include <gtest/gtest.h>

namespace riacho::storage {
namespace {

using namespace std::chrono_literals;

/// Segments of ten offsets and 100 bytes each, a second apart.
std::vector<SegmentToClean> segments_of(int count) {
    std::vector<SegmentToClean> segments;
    for (int i = 0; i < count; ++i)
        segments.push_back({{i * 10}, {i * 10 + 10}, 100, 8, {i * 1'000}, {i * 1'000 + 900}});
    return segments;
}

CleanBounds bounds_of(std::int64_t cleaned_until, std::int64_t limit) {
    return {{0}, {cleaned_until}, {limit}, {10'000}};
}

TEST(CleanPlan, counts_what_is_clean_and_what_is_dirty_up_to_the_limit) {
    Cleanable found = look_at(segments_of(5), bounds_of(20, 40), {});
    EXPECT_EQ(found.segments, 4u);
    EXPECT_EQ(found.from.value, 20);
    EXPECT_EQ(found.clean_bytes, 200u);
    EXPECT_EQ(found.dirty_bytes, 200u);
    EXPECT_DOUBLE_EQ(found.ratio(), 0.5);
    EXPECT_FALSE(found.is_worth_it({})) << "more than min.cleanable.dirty.ratio, not as much";
    EXPECT_TRUE(look_at(segments_of(5), bounds_of(10, 40), {}).is_worth_it({}));
    EXPECT_EQ(look_at(segments_of(5), bounds_of(10, 39), {}).segments, 3u) << "no part of a segment";
    EXPECT_FALSE(look_at({}, bounds_of(0, 100), {}).is_worth_it({}));
}

TEST(CleanPlan, begins_again_where_the_checkpoint_makes_no_sense) {
    EXPECT_EQ(look_at(segments_of(3), bounds_of(31, 30), {}).from.value, 0);
    CleanBounds bounds = bounds_of(5, 30);
    bounds.log_start = {12};
    EXPECT_EQ(look_at(segments_of(3), bounds, {}).from.value, 12);
}

TEST(CleanPlan, leaves_young_records_alone) {
    LogOptions options;
    options.min_compaction_lag_ms = 7s; // what is younger than 3,000
    Cleanable found = look_at(segments_of(5), bounds_of(0, 50), options);
    EXPECT_EQ(found.segments, 3u);
    EXPECT_EQ(found.dirty_bytes, 300u);
}

TEST(CleanPlan, hurries_when_a_record_has_waited_too_long) {
    LogOptions options;
    options.min_cleanable_dirty_ratio = 1.0;
    options.max_compaction_lag_ms = 8s;
    EXPECT_TRUE(look_at(segments_of(5), bounds_of(10, 50), options).is_worth_it(options));
    EXPECT_FALSE(look_at(segments_of(5), bounds_of(20, 50), options).is_worth_it(options));
}

TEST(CleanPlan, puts_segments_together_up_to_the_size_of_one) {
    LogOptions options;
    options.segment_bytes = 250;
    EXPECT_EQ(group_segments(segments_of(5), options), (std::vector<std::size_t>{2, 2, 1}));
    options.segment_index_bytes = 10;
    EXPECT_EQ(group_segments(segments_of(3), options), (std::vector<std::size_t>{1, 1, 1}));
    std::vector<SegmentToClean> far{{{0}, {10}, 1, 0, {}, {}},
                                    {{3'000'000'000}, {3'000'000'010}, 1, 0, {}, {}}};
    EXPECT_EQ(group_segments(far, {}), (std::vector<std::size_t>{1, 1}));
}

} // namespace
} // namespace riacho::storage
