// A cluster that is away, in simulated time.
#include "client/link/fake_cluster.hpp"
#include "console/console.hpp"
#include "kafka/messages/list_groups.hpp"
#include "kafka/messages/list_offsets.hpp"

#include <gtest/gtest.h>

namespace riacho::console {
namespace {

using namespace std::chrono_literals;
using client::FakeCluster;

class ClusterViewTest : public ::testing::Test {
protected:
    ClusterViewTest() : fake_(world_, 1, {kafka::ListOffsetsRequest::api, kafka::ListGroupsRequest::api}) {
        ConsoleOptions options;
        options.clusters.push_back({"fake", {{"bootstrap.servers", "broker-1"}}});
        console_ = *world_.run(Console::make(world_.world(), world_.shard(), std::move(options)));
    }
    ~ClusterViewTest() override {
        world_.run(console_->close());
        fake_.stop_all();
    }

    /// How long one waits for it, and whether there is one.
    std::pair<Time, bool> look() {
        Time begin = world_.world().clock.now();
        bool seen = world_.run(console_->clusters()[0]->picture()).has_value();
        return {world_.world().clock.now() - begin, seen};
    }

    io::SimulatedWorld       world_;
    FakeCluster              fake_;
    std::unique_ptr<Console> console_;
};

TEST_F(ClusterViewTest, a_cluster_that_is_away_keeps_nobody_waiting_for_a_minute) {
    fake_.stop(1);
    auto [first, seen] = look();
    EXPECT_LE(first, 11s);
    EXPECT_FALSE(seen);
    auto [second, _] = look();
    EXPECT_EQ(second, 0s) << "it was found out just now";
}

TEST_F(ClusterViewTest, a_cluster_that_is_known_to_be_away_is_told_at_once_while_somebody_tries) {
    fake_.stop(1);
    look();
    world_.run_for(5s);
    world_.run(console_->look_at(*console_->clusters()[0]));
    EXPECT_TRUE(console_->clusters()[0]->is_looked_at());
    EXPECT_EQ(look(), (std::pair<Time, bool>{0s, false}));
}

TEST_F(ClusterViewTest, a_cluster_that_is_back_is_seen) {
    fake_.stop(1);
    look();
    fake_.start(1);
    world_.run_for(5s);
    EXPECT_TRUE(look().second);
    EXPECT_FALSE(console_->clusters()[0]->trouble());
}

} // namespace
} // namespace riacho::console
