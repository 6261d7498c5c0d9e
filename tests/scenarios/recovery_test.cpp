#include "workload.hpp"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

namespace riacho::scenarios {
namespace {

/// The power fails at one change or sync of a run; perhaps again while the broker recovers.
class Recovery : public ::testing::TestWithParam<std::size_t> {
protected:
    /// How many changes and syncs the whole run has, its start included.
    std::uint64_t count_points() {
        Cluster  cluster({.seed = seed_, .shards = GetParam(), .broker = options_});
        History  history;
        Workload workload(cluster, history);
        cluster.start();
        workload.run();
        std::uint64_t points = cluster.world().disk().operations();
        const auto&   met = workload.met();
        EXPECT_GE(met.segment_rolls, 1u);
        EXPECT_GE(met.checkpoints, 2u);
        EXPECT_GE(met.recycled_files, 1u);
        EXPECT_GE(met.external_batches, 1u);
        EXPECT_GE(met.topics_made_again, 1u);
        EXPECT_GE(met.duplicates_in_flight, 1u);
        fmt::print(
            "met: {} segment rolls, {} checkpoints, {} recycled files of the log, {} external batches, "
            "{} topics made again, {} duplicates in flight; {} points\n",
            met.segment_rolls, met.checkpoints, met.recycled_files, met.external_batches,
            met.topics_made_again, met.duplicates_in_flight, points);
        cluster.end(LifeEnd::clean);
        cluster.start();
        check_history(cluster.connect(), history);
        return points;
    }

    void crash_at(std::uint64_t point) {
        Cluster cluster({.seed = seed_, .shards = GetParam(), .broker = options_});
        History history;
        {
            Workload workload(cluster, history);
            cluster.world().disk().stop_after(point);
            bool has_crashed = false;
            try {
                cluster.start();
                workload.run();
            } catch (const Crashed&) { has_crashed = true; }
            EXPECT_TRUE(has_crashed);
        }
        SeededRandom random(seed_ + point);
        cluster.end(end_of(random));
        if (random.between(0, 1) == 0) crash_in_recovery(cluster, random);
        cluster.start();
        check_history(cluster.connect(), history);
        if (HasFailure()) return;
        cluster.restart(end_of(random)); // what was recovered stands the next end as well
        check_history(cluster.connect(), history);
    }

    static LifeEnd end_of(Random& random) {
        return random.between(0, 3) == 0 ? LifeEnd::kill : LifeEnd::power_cut;
    }

    static void crash_in_recovery(Cluster& cluster, Random& random) {
        cluster.world().disk().stop_after(random.between(1, 40));
        try {
            cluster.start();
            cluster.world().power_off(); // it was faster than that
        } catch (const Crashed&) {}
        cluster.end(end_of(random));
    }

    void crash_at_points() {
        std::uint64_t points = count_points();
        if (HasFailure()) return;
        std::uint64_t stride = number_or("RIACHO_STRIDE", 1), point = number_or("RIACHO_POINT", 0);
        std::uint64_t last = point ? point : points, required = point ? 1 : points / stride, schedules = 0;
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
        EXPECT_GT(points, 500u);
    }

    static std::uint64_t number_or(const char* variable, std::uint64_t otherwise) {
        const char* text = std::getenv(variable);
        return text ? std::strtoull(text, nullptr, 10) : otherwise;
    }

    broker::BrokerOptions options_ = crowded_broker();
    std::uint64_t         seed_ = seed_or(1);
};

// RIACHO_STRIDE=7 takes every seventh point, for slow builds.
TEST_P(Recovery, keeps_what_was_acknowledged_after_a_power_cut_at_any_write_or_sync) { crash_at_points(); }

TEST_P(Recovery, is_found_wanting_where_records_are_acknowledged_before_they_are_synced) {
    options_.store.durability = storage::Durability::os;
    bool is_found = false;
    for (std::uint64_t point = 200; point < 400 && !is_found; point += 7) {
        ::testing::TestPartResultArray              results;
        ::testing::ScopedFakeTestPartResultReporter reporter(
            ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &results);
        try {
            crash_at(point);
        } catch (const std::exception&) { is_found = true; }
        is_found |= results.size() > 0;
    }
    EXPECT_TRUE(is_found) << "the check would not notice a broker that loses what it acknowledged";
}

} // namespace

INSTANTIATE_TEST_SUITE_P(Scenarios, Recovery, ::testing::Values(1, 3),
                         [](const auto& info) { return info.param == 1 ? "one_shard" : "three_shards"; });

} // namespace riacho::scenarios
