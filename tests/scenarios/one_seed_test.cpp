#include "scenario.hpp"

#include <fmt/core.h>
#include <set>

namespace riacho::scenarios {
namespace {

/// A run with topics, records, a group, a checkpoint and two ends of the broker in it: the fingerprint of
/// every byte that reached the disk or a connection, in its order and at its time.
std::uint64_t fingerprint(std::uint64_t seed, std::size_t shards) {
    Cluster cluster({.seed = seed, .shards = shards});
    cluster.start();
    {
        auto client = cluster.connect();
        create_topic(client, "orders", 3);
        for (int i = 0; i < 12; ++i) produce(client, "orders", i % 3, {std::to_string(i)});
        find_coordinator(client, "readers");
        join_alone(client, "readers");
        cluster.run(cluster.broker().store().checkpoint());
        delete_topic(client, "orders");
        create_topic(client, "orders", 2);
        produce(client, "orders", 1, {std::string(3'000, 'x')});
    }
    cluster.restart(LifeEnd::power_cut);
    produce(cluster.connect(), "orders", 0, {"after a power cut"});
    cluster.restart(LifeEnd::clean);
    EXPECT_EQ(read_all(cluster.connect(), "orders", 0).size(), 1u);
    return cluster.world().simulation().trace_hash();
}

class OneSeed : public ::testing::TestWithParam<std::size_t> {};

TEST_P(OneSeed, run_twice_writes_and_sends_the_same_bytes) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed)
        EXPECT_EQ(fingerprint(seed, GetParam()), fingerprint(seed, GetParam()));
}

TEST_P(OneSeed, other_seeds_take_other_ways) {
    std::set<std::uint64_t> found;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) found.insert(fingerprint(seed, GetParam()));
    EXPECT_EQ(found.size(), 5u);
}

/// For one_seed_twice.py, which compares what two processes print.
TEST_P(OneSeed, prints_its_fingerprint) {
    std::uint64_t seed = seed_or(7);
    fmt::print("fingerprint seed={} shards={} {:016x}\n", seed, GetParam(), fingerprint(seed, GetParam()));
}

RIACHO_SCENARIOS(OneSeed);

} // namespace
} // namespace riacho::scenarios
