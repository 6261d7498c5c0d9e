// What is split over brokers and joined again. Against a whole broker: tests/scenarios/admin_test.cpp.
#include "client/link/admin.hpp"
#include "client/link/fake_cluster.hpp"

#include <gtest/gtest.h>
#include <set>

namespace riacho::client {
namespace {

using namespace std::chrono_literals;
using kafka::ApiKey;
using kafka::ErrorCode;
using Frames = std::optional<std::vector<Bytes>>;

/// Each partition's offset is a hundred times its leader; what the test moves is refused once.
class AdminTest : public ::testing::Test {
protected:
    AdminTest()
        : fake_(world_, 3,
                {kafka::ListOffsetsRequest::api, kafka::DescribeGroupsRequest::api,
                 kafka::ListGroupsRequest::api, kafka::OffsetFetchRequest::api,
                 kafka::DescribeConfigsRequest::api}),
          cluster_(*world_.run(
              Cluster::make(world_.world(), world_.shard(), {{"bootstrap.servers", "broker-1"}}))),
          admin_(*cluster_) {
        fake_.answers = [this](std::int32_t id, const FakeCluster::Asked& asked) -> Frames {
            if (asked.key() == ApiKey::list_offsets) return list_offsets(id, asked);
            if (asked.key() == ApiKey::describe_groups) return describe_groups(id, asked);
            if (asked.key() == ApiKey::list_groups) return list_groups(id, asked);
            if (asked.key() == ApiKey::describe_configs) return describe_configs(id, asked);
            return std::nullopt;
        };
    }
    ~AdminTest() override {
        world_.run(cluster_->close());
        fake_.stop_all();
    }

    Frames list_offsets(std::int32_t id, const FakeCluster::Asked& asked) {
        kafka::ListOffsetsResponse response;
        for (const auto& topic : FakeCluster::request_in<kafka::ListOffsetsRequest>(asked).topics) {
            auto& part = response.topics.emplace_back();
            part.name = topic.name;
            for (const auto& partition : topic.partitions) {
                auto leader =
                    fake_.leaders.at(topic.name).at(static_cast<std::size_t>(partition.partition_index));
                bool here = leader == id;
                part.partitions.push_back(
                    {.partition_index = partition.partition_index,
                     .error_code = here ? ErrorCode::none : ErrorCode::not_leader_or_follower,
                     .offset = here ? id * 100 : -1});
                ++partitions_asked_;
            }
        }
        std::ranges::reverse(response.topics); // no order is promised
        return FakeCluster::frame(asked, response);
    }
    Frames describe_groups(std::int32_t id, const FakeCluster::Asked& asked) {
        kafka::DescribeGroupsResponse response;
        for (const auto& group : FakeCluster::request_in<kafka::DescribeGroupsRequest>(asked).groups) {
            bool here = fake_.coordinators.at(group) == id;
            response.groups.push_back({.error_code = here ? ErrorCode::none : ErrorCode::not_coordinator,
                                       .group_id = group,
                                       .group_state = here ? "Stable" : ""});
        }
        return FakeCluster::frame(asked, response);
    }
    Frames list_groups(std::int32_t id, const FakeCluster::Asked& asked) {
        return FakeCluster::frame(
            asked, kafka::ListGroupsResponse{.groups = {{.group_id = "of-" + std::to_string(id)}}});
    }
    Frames describe_configs(std::int32_t id, const FakeCluster::Asked& asked) {
        kafka::DescribeConfigsResponse response;
        for (const auto& one : FakeCluster::request_in<kafka::DescribeConfigsRequest>(asked).resources)
            response.results.push_back({.error_message = "by " + std::to_string(id),
                                        .resource_type = one.resource_type,
                                        .resource_name = one.resource_name});
        return FakeCluster::frame(asked, response);
    }

    io::SimulatedWorld       world_;
    FakeCluster              fake_;
    std::unique_ptr<Cluster> cluster_;
    Admin                    admin_;
    std::size_t              partitions_asked_ = 0;
};

TEST_F(AdminTest, partitions_are_asked_of_their_leaders_and_come_back_in_order) {
    fake_.leaders["a"] = {1, 2, 3, 1};
    fake_.leaders["b"] = {3};
    auto offsets = world_.run(
        admin_.list_offsets({{"b", 0, -1}, {"a", 3, -1}, {"a", 0, -1}, {"a", 2, -1}, {"a", 1, -1}}));
    std::vector<std::int64_t> got;
    for (const auto& one : offsets) got.push_back(one ? one->offset : -1);
    EXPECT_EQ(got, (std::vector<std::int64_t>{300, 100, 100, 300, 200}));
    for (std::int32_t id : {1, 2, 3}) EXPECT_EQ(fake_.count(id, ApiKey::list_offsets), 1u) << id;
}

TEST_F(AdminTest, only_what_failed_is_asked_again) {
    fake_.leaders["a"] = {1, 2};
    ASSERT_TRUE(world_.run(admin_.list_offsets({{"a", 0, -1}}))[0]);
    fake_.leaders["a"] = {1, 3}; // the cluster has not heard of it
    partitions_asked_ = 0;
    auto offsets = world_.run(admin_.list_offsets({{"a", 0, -1}, {"a", 1, -1}}));
    EXPECT_EQ(offsets[0]->offset, 100);
    EXPECT_EQ(offsets[1]->offset, 300);
    EXPECT_EQ(partitions_asked_, 3u);
}

TEST_F(AdminTest, an_unknown_partition_does_not_spoil_the_others) {
    fake_.leaders["a"] = {1};
    auto offsets = world_.run(admin_.list_offsets({{"gone", 0, -1}, {"a", 0, -1}, {"a", 7, -1}}));
    EXPECT_EQ(offsets[0].error().code, (NoReply{LinkError::refused, ErrorCode::unknown_topic_or_partition}));
    EXPECT_EQ(offsets[1]->offset, 100);
    EXPECT_EQ(offsets[2].error().code.error, ErrorCode::unknown_topic_or_partition);
}

TEST_F(AdminTest, a_broker_that_is_away_costs_only_its_own_partitions) {
    fake_.leaders["a"] = {1, 2};
    ASSERT_TRUE(world_.run(admin_.list_offsets({{"a", 0, -1}, {"a", 1, -1}}))[1]);
    fake_.stop(2);
    auto offsets = world_.run(admin_.list_offsets({{"a", 0, -1}, {"a", 1, -1}}));
    EXPECT_EQ(offsets[0]->offset, 100);
    EXPECT_EQ(offsets[1].error().code.error, ErrorCode::leader_not_available) << offsets[1].error().detail;
}

TEST_F(AdminTest, ten_thousand_partitions_are_one_request_a_broker) {
    std::vector<PartitionAsk> asks;
    for (std::int32_t topic = 0; topic < 100; ++topic) {
        std::string name = "topic-" + std::to_string(topic);
        for (std::int32_t partition = 0; partition < 100; ++partition) {
            fake_.leaders[name].push_back(1 + (topic + partition) % 3);
            asks.push_back({name, partition, -1});
        }
    }
    auto offsets = world_.run(admin_.list_offsets(asks));
    ASSERT_EQ(offsets.size(), 10'000u);
    for (std::size_t i = 0; i < offsets.size(); ++i) {
        ASSERT_TRUE(offsets[i]) << i << offsets[i].error().detail;
        ASSERT_EQ(offsets[i]->offset,
                  100 * fake_.leaders[asks[i].topic][static_cast<std::size_t>(asks[i].partition)]);
    }
    for (std::int32_t id : {1, 2, 3}) EXPECT_EQ(fake_.count(id, ApiKey::list_offsets), 1u) << id;
}

TEST_F(AdminTest, groups_are_asked_of_their_coordinators) {
    fake_.coordinators = {{"x", 1}, {"y", 3}, {"z", 3}};
    auto groups = world_.run(admin_.describe_groups({"z", "x", "y"}));
    for (const auto& group : groups) EXPECT_EQ(group->group_state, "Stable");
    EXPECT_EQ(groups[0]->group_id, "z");
    EXPECT_EQ(fake_.count(3, ApiKey::describe_groups), 1u);
    fake_.coordinators["z"] = 2;
    EXPECT_EQ(world_.run(admin_.describe_groups({"z"}))[0]->group_state, "Stable");
}

TEST_F(AdminTest, every_broker_is_asked_for_its_groups) {
    auto answers = world_.run(admin_.list_groups());
    ASSERT_TRUE(answers);
    std::set<std::string> ids;
    for (const auto& [broker, reply] : *answers) ids.insert(reply->groups.at(0).group_id);
    EXPECT_EQ(ids, (std::set<std::string>{"of-1", "of-2", "of-3"}));
}

TEST_F(AdminTest, a_brokers_configurations_are_asked_of_that_broker) {
    kafka::DescribeConfigsRequest request;
    request.resources = {{.resource_type = 4, .resource_name = "3", .configuration_keys = {}},
                         {.resource_type = 4, .resource_name = "2", .configuration_keys = {}}};
    auto answer = world_.run(admin_.describe_configs(request));
    ASSERT_TRUE(answer);
    for (const auto& result : answer->results) EXPECT_EQ(result.error_message, "by " + result.resource_name);
    EXPECT_EQ(answer->results.size(), 2u);
}

} // namespace
} // namespace riacho::client
