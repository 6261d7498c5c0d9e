#include "scenario.hpp"

#include <fmt/core.h>
#include <map>

namespace riacho::scenarios {
namespace {

class Snapshots : public Scenario {
protected:
    void prepare(broker::BrokerOptions& options) override {
        options.offsets_topic_num_partitions = 1;
        options.offsets_topic_segment_bytes = 64 << 10;
        options.store.checkpoint_bytes = 64 << 10;
    }
    void commit_often(int commits) {
        auto client = cluster_.connect();
        ASSERT_EQ(find_coordinator(client, "readers"), ErrorCode::none);
        for (int i = 1; i <= commits; ++i) {
            std::string group = fmt::format("readers-{}", i % 3);
            ASSERT_EQ(commit(client, commit_request(group, "orders", 0, i)), ErrorCode::none);
            expected_[group] = i;
        }
    }
    void expect_commits() {
        auto client = cluster_.connect();
        for (const auto& [group, offset] : expected_)
            EXPECT_EQ(committed(client, group, "orders", 0), offset) << group;
    }
    std::map<std::string, std::int64_t> expected_;
};

TEST_P(Snapshots, let_a_start_after_many_commits_read_no_more_than_a_few) {
    create_topic(cluster_.connect(), "orders");
    commit_often(3'000);
    for (LifeEnd how : {LifeEnd::power_cut, LifeEnd::kill, LifeEnd::clean, LifeEnd::power_cut}) {
        cluster_.restart(how);
        expect_commits();
        EXPECT_LT(cluster_.broker().offsets().loaded_bytes(), 200u << 10)
            << "of more than 300 KiB that were written";
    }
    commit_often(20);
    cluster_.restart(LifeEnd::power_cut);
    expect_commits();
}

TEST_P(Snapshots, that_are_gone_cost_time_and_nothing_else) {
    create_topic(cluster_.connect(), "orders");
    commit_often(1'500);
    cluster_.end(LifeEnd::power_cut);
    std::string path = cluster_.world().folder() + "/log/__consumer_offsets-0/keys.snapshot";
    ASSERT_TRUE(cluster_.world().disk().content(path));
    cluster_.world().disk().put_file(path, {});
    cluster_.start();
    EXPECT_GT(cluster_.broker().offsets().loaded_bytes(), 150u << 10);
    expect_commits();
}

} // namespace
RIACHO_SCENARIOS(Snapshots);
} // namespace riacho::scenarios
