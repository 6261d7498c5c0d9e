#pragma once

#include "harness.hpp"
#include "requests.hpp"

#include <gtest/gtest.h>
#include <string>

namespace riacho::scenarios {

/// A test over a cluster of one shard and of three: `Scenarios/ProduceAndFetch.…/three_shards`. The broker is
/// started; a failure prints the seed, and RIACHO_SEED plays it again.
class Scenario : public ::testing::TestWithParam<std::size_t> {
protected:
    void SetUp() override {
        prepare(cluster_.options());
        cluster_.start();
    }
    /// Another broker than the small one.
    virtual void prepare(broker::BrokerOptions&) {}

    std::uint64_t          seed_ = seed_or(1);
    ::testing::ScopedTrace trace_{__FILE__, __LINE__,
                                  "play it again with RIACHO_SEED=" + std::to_string(seed_)};
    Cluster                cluster_{{.seed = seed_, .shards = GetParam()}};
};

inline std::string shards_text(const ::testing::TestParamInfo<std::size_t>& info) {
    return info.param == 1 ? "one_shard" : "three_shards";
}

} // namespace riacho::scenarios

#define RIACHO_SCENARIOS(Suite)                                                                              \
    INSTANTIATE_TEST_SUITE_P(Scenarios, Suite, ::testing::Values(1, 3), shards_text)
