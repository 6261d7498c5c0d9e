// The history of a cluster that is made up, in simulated time.
#include "client/link/fake_cluster.hpp"
#include "console/console.hpp"
#include "kafka/messages/list_groups.hpp"
#include "kafka/messages/list_offsets.hpp"
#include "kafka/messages/offset_fetch.hpp"

#include <cmath>
#include <gtest/gtest.h>

namespace riacho::console {
namespace {

using namespace std::chrono_literals;
using client::FakeCluster;
using kafka::ApiKey;
using Frames = std::optional<std::vector<Bytes>>;
using Values = std::vector<std::optional<double>>;

constexpr std::nullopt_t gap = std::nullopt;

class SamplingTest : public ::testing::Test {
protected:
    SamplingTest()
        : fake_(world_, 1,
                {kafka::ListOffsetsRequest::api, kafka::ListGroupsRequest::api,
                 kafka::OffsetFetchRequest::api}) {
        fake_.leaders["orders"] = {1};
        fake_.coordinators["billing"] = 1;
        fake_.answers = [this](std::int32_t, const FakeCluster::Asked& asked) -> Frames {
            if (asked.key() == ApiKey::list_offsets) return list_offsets(asked);
            if (asked.key() == ApiKey::offset_fetch) return offset_fetch(asked);
            if (asked.key() == ApiKey::list_groups)
                return FakeCluster::frame(asked,
                                          kafka::ListGroupsResponse{.groups = {{.group_id = "billing"}}});
            return std::nullopt;
        };
        ConsoleOptions options;
        options.clusters.push_back({"fake", {{"bootstrap.servers", "broker-1"}}});
        console_ = *world_.run(Console::make(world_.world(), world_.shard(), std::move(options)));
        console_->start();
    }
    ~SamplingTest() override {
        world_.run(console_->close());
        fake_.stop_all();
    }

    Frames list_offsets(const FakeCluster::Asked& asked) {
        kafka::ListOffsetsResponse response;
        for (const auto& topic : FakeCluster::request_in<kafka::ListOffsetsRequest>(asked).topics) {
            auto& part = response.topics.emplace_back();
            part.name = topic.name;
            for (const auto& partition : topic.partitions)
                part.partitions.push_back({.partition_index = partition.partition_index,
                                           .offset = partition.timestamp == -2 ? 0 : end_});
        }
        return FakeCluster::frame(asked, response);
    }
    Frames offset_fetch(const FakeCluster::Asked& asked) {
        kafka::OffsetFetchResponse response;
        auto&                      group = response.groups.emplace_back();
        group.group_id = "billing";
        group.topics.resize(1);
        group.topics[0].name = "orders";
        group.topics[0].partitions.push_back({.partition_index = 0, .committed_offset = committed_});
        return FakeCluster::frame(asked, response);
    }

    /// Just behind the sample of this slot.
    void   run_to(int slot) { world_.run_for(slot * History::step + 5s - world_.world().clock.now()); }
    Values values(SeriesKey key) {
        const History& history = console_->clusters()[0]->history();
        Values         values = history.values(key, history.grid(0s, 10s));
        for (auto& value : values) // asking takes a moment
            if (value) value = std::round(*value * 10) / 10;
        return values;
    }

    io::SimulatedWorld       world_;
    FakeCluster              fake_;
    std::unique_ptr<Console> console_;
    std::int64_t             end_ = 100;
    std::int64_t             committed_ = 40;
};

TEST_F(SamplingTest, fills_the_history_with_nobody_looking) {
    run_to(0);
    end_ = 300;
    committed_ = 140;
    run_to(2);
    EXPECT_EQ(values({Metric::messages_in}), (Values{gap, 20, 0}));
    EXPECT_EQ(values({Metric::messages_in, "orders"}), (Values{gap, 20, 0}));
    EXPECT_EQ(values({Metric::messages_out, "", "billing"}), (Values{gap, 10, 0}));
    EXPECT_EQ(values({Metric::messages_out, "orders", "billing"}), (Values{gap, 10, 0}));
    EXPECT_EQ(values({Metric::lag}), (Values{60, 160, 160}));
    EXPECT_EQ(values({Metric::lag, "orders"}), (Values{60, 160, 160}));
    EXPECT_EQ(values({Metric::lag, "", "billing"}), (Values{60, 160, 160}));
    EXPECT_EQ(values({Metric::lag, "orders", "billing", 0}), (Values{60, 160, 160}));
    EXPECT_EQ(values({Metric::size}), (Values{gap, gap, gap})) << "this cluster does not tell";
    EXPECT_EQ(console_->clusters()[0]->changes().in, 0);
}

TEST_F(SamplingTest, invents_nothing_where_offsets_go_back) {
    run_to(0);
    end_ = 50;
    run_to(1);
    end_ = 60;
    committed_ = 10;
    run_to(2);
    EXPECT_EQ(values({Metric::messages_in}), (Values{gap, gap, 1}));
    EXPECT_EQ(values({Metric::messages_out}), (Values{gap, 0, gap}));
    EXPECT_EQ(values({Metric::lag}), (Values{60, 10, 50}));
}

TEST_F(SamplingTest, leaves_a_gap_while_the_cluster_is_away_and_knows_no_rate_across_it) {
    run_to(1);
    fake_.stop(1);
    run_to(20);
    EXPECT_TRUE(console_->clusters()[0]->trouble());
    EXPECT_EQ(console_->clusters()[0]->changes().in, gap);
    fake_.start(1);
    end_ = 100'000;
    run_to(40);
    Values lag = values({Metric::lag}), in = values({Metric::messages_in});
    ASSERT_EQ(lag.size(), 41);
    EXPECT_EQ(lag[1], 60);
    for (int slot = 2; slot < 20; ++slot) EXPECT_EQ(lag[static_cast<std::size_t>(slot)], gap) << slot;
    EXPECT_EQ(lag[40], 99'960);
    EXPECT_EQ(in[40], 0);
    for (const auto& rate : in) EXPECT_TRUE(!rate || *rate == 0) << "nobody knows when they came";
}

TEST_F(SamplingTest, asks_once_in_ten_seconds) {
    run_to(10);
    std::size_t asked = fake_.count(1, ApiKey::list_groups);
    EXPECT_EQ(asked, 11);
}

} // namespace
} // namespace riacho::console
