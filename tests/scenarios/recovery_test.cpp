#include "crash_points.hpp"
#include "scenario.hpp"
#include "workload.hpp"

#include <fmt/core.h>

namespace riacho::scenarios {
namespace {

/// The power fails at one change or sync of a run; perhaps again while the broker recovers.
class Recovery : public CrashPoints {
protected:
    Recovery() : CrashPoints(crowded_broker()) {}

    std::uint64_t count_points() override {
        Cluster  cluster = make_cluster();
        History  history;
        Workload workload(cluster, history);
        cluster.start();
        workload.run();
        std::uint64_t points = cluster.world().disk().operations();
        const auto&   met = workload.met();
        EXPECT_GT(points, 500u);
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

    void crash_at(std::uint64_t point) override {
        Cluster cluster = make_cluster();
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
};

// RIACHO_STRIDE=7 takes every seventh point, for slow builds.
TEST_P(Recovery, keeps_what_was_acknowledged_after_a_power_cut_at_any_write_or_sync) { crash_at_points(); }

TEST_P(Recovery, is_found_wanting_where_records_are_acknowledged_before_they_are_synced) {
    options_.store.durability = storage::Durability::os;
    EXPECT_TRUE(is_noticed(200, 399, 7))
        << "the check would not notice a broker that loses what it acknowledged";
}

} // namespace
RIACHO_SCENARIOS(Recovery);
} // namespace riacho::scenarios
