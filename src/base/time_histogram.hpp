#pragma once

#include "base/clock.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace riacho {

/// How long something took, counted in buckets that double and halve again: all that was ever counted, and,
/// for quantiles, what is recent. Belongs to one thread.
class TimeHistogram {
public:
    /// The first bucket ends here; every second bound is twice the one before the last. What is longer than
    /// the last bound is in a bucket of its own.
    static constexpr Time        shortest = std::chrono::microseconds(16);
    static constexpr std::size_t bounds = 44; ///< up to 67 s
    /// Counts of what is recent are halved so often; Kafka's reservoirs forget in five minutes.
    static constexpr Time half_life = std::chrono::minutes(1);

    /// The inclusive end of a bucket.
    static Time bound(std::size_t bucket);

    void add(Time took, Time now);
    void add(const TimeHistogram& other, Time now);

    std::uint64_t count() const { return count_; }
    Time          sum() const { return sum_; }
    /// Of the bucket alone, not of those before it; `bounds` is the last one.
    std::uint64_t in_bucket(std::size_t bucket) const { return all_[bucket]; }
    /// What `share` (0 to 1) of the recent times did not exceed, between the bounds that are around it; zero
    /// where nothing is recent.
    Time recent_quantile(double share, Time now) const;

private:
    using Buckets = std::array<std::uint64_t, bounds + 1>;

    static std::size_t bucket_of(Time took);
    static unsigned    halvings(Time since, Time now);
    void               forget(Time now);

    Buckets                               all_{};
    std::array<std::uint32_t, bounds + 1> recent_{};
    std::uint64_t                         count_ = 0;
    Time                                  sum_{0};
    Time                                  forgot_{0};
};

} // namespace riacho
