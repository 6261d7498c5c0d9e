#pragma once

#include "harness.hpp"

#include <cstdint>
#include <gtest/gtest.h>

namespace riacho::scenarios {

/// One life, ended by a crash at each of its changes and syncs of the disk in turn.
class CrashPoints : public ::testing::TestWithParam<std::size_t> {
protected:
    explicit CrashPoints(broker::BrokerOptions options) : options_(std::move(options)) {}

    /// How many changes and syncs the life has where nothing ends it, its start included.
    virtual std::uint64_t count_points() = 0;
    virtual void          crash_at(std::uint64_t point) = 0;

    /// At each `stride`-th one, the first drawn from the seed, until something fails. RIACHO_STRIDE and
    /// RIACHO_POINT choose others.
    void crash_at_points(std::uint64_t stride = 1);
    /// Whether a test would fail at one of these.
    bool is_noticed(std::uint64_t first, std::uint64_t last, std::uint64_t stride);

    Cluster make_cluster() const {
        return Cluster({.seed = seed_, .shards = GetParam(), .broker = options_});
    }
    /// A power cut or, one time in four, a kill.
    static LifeEnd end_of(Random& random);
    /// Starts what crashes, perhaps, before it has started.
    static void crash_in_recovery(Cluster& cluster, Random& random);

    broker::BrokerOptions options_;
    std::uint64_t         seed_ = seed_or(1);
};

} // namespace riacho::scenarios
