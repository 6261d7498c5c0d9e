// Groups of every protocol, as a cluster that is made up tells of them.
#include "client/link/fake_cluster.hpp"
#include "console/picture_groups.hpp"

#include <gtest/gtest.h>

namespace riacho::console {
namespace {

using client::FakeCluster;
using kafka::ApiKey;
using Frames = std::optional<std::vector<Bytes>>;

class GroupPictures : public ::testing::Test {
protected:
    GroupPictures()
        : fake_(world_, 1,
                {kafka::ListGroupsRequest::api, kafka::DescribeGroupsRequest::api,
                 kafka::ConsumerGroupDescribeRequest::api, kafka::OffsetFetchRequest::api}),
          cluster_(*world_.run(
              client::Cluster::make(world_.world(), world_.shard(), {{"bootstrap.servers", "broker-1"}}))),
          admin_(*cluster_) {
        for (const auto& group : listed_) fake_.coordinators[group.group_id] = 1;
        fake_.answers = [this](std::int32_t, const FakeCluster::Asked& asked) -> Frames {
            if (asked.key() == ApiKey::list_groups)
                return FakeCluster::frame(asked, kafka::ListGroupsResponse{.groups = listed_});
            if (asked.key() == ApiKey::describe_groups) return describe_classic(asked);
            if (asked.key() == ApiKey::consumer_group_describe) return describe_newer(asked);
            if (asked.key() == ApiKey::offset_fetch)
                return FakeCluster::frame(asked, kafka::OffsetFetchResponse{.groups = {{}}});
            return std::nullopt;
        };
    }
    ~GroupPictures() override {
        world_.run(cluster_->close());
        fake_.stop_all();
    }

    static Frames describe_classic(const FakeCluster::Asked& asked) {
        kafka::DescribeGroupsResponse response;
        for (const auto& id : FakeCluster::request_in<kafka::DescribeGroupsRequest>(asked).groups) {
            auto& group = response.groups.emplace_back();
            group.group_id = id;
            group.group_state = "Stable";
            group.protocol_type = "connect";
            group.protocol_data = "sessioned";
            group.members.resize(2);
        }
        return FakeCluster::frame(asked, response);
    }
    static Frames describe_newer(const FakeCluster::Asked& asked) {
        kafka::ConsumerGroupDescribeResponse response;
        for (const auto& id : FakeCluster::request_in<kafka::ConsumerGroupDescribeRequest>(asked).group_ids) {
            auto& group = response.groups.emplace_back();
            group.group_id = id;
            group.group_state = "Reconciling";
            group.assignor_name = "uniform";
            auto& member = group.members.emplace_back();
            member.member_id = "m";
            member.client_id = "reader";
            member.assignment.topic_partitions.resize(1);
            member.assignment.topic_partitions[0].topic_name = "orders";
            member.assignment.topic_partitions[0].partitions = {0, 2};
        }
        return FakeCluster::frame(asked, response);
    }

    std::vector<kafka::ListGroupsResponse::Group> listed_ = {
        {.group_id = "old", .protocol_type = "connect", .group_state = "Stable", .group_type = "classic"},
        {.group_id = "new", .protocol_type = "consumer", .group_state = "Stable", .group_type = "Consumer"},
        {.group_id = "shared", .protocol_type = "share", .group_state = "Empty", .group_type = "Share"}};
    io::SimulatedWorld               world_;
    FakeCluster                      fake_;
    std::unique_ptr<client::Cluster> cluster_;
    client::Admin                    admin_;
};

TEST_F(GroupPictures, are_taken_in_the_protocol_that_each_group_speaks) {
    Picture picture;
    world_.run(add_groups(picture, admin_));
    EXPECT_TRUE(picture.are_groups_known);
    const GroupPicture& old = picture.groups.at("old");
    EXPECT_EQ(old.type + " " + old.protocol_type + " " + old.assignor, "classic connect sessioned");
    EXPECT_EQ(old.members.size(), 2);
    const GroupPicture& newer = picture.groups.at("new");
    EXPECT_EQ(newer.type + " " + newer.protocol_type + " " + newer.assignor, "consumer  uniform");
    EXPECT_TRUE(newer.is_rebalancing());
    ASSERT_EQ(newer.members.size(), 1);
    EXPECT_EQ(newer.members[0].client_id, "reader");
    EXPECT_EQ(newer.members[0].assigned.at(0).topic, "orders");
    EXPECT_EQ(newer.members[0].assigned.at(0).partitions, (std::vector<std::int32_t>{0, 2}));
    EXPECT_EQ(picture.groups.at("shared").type, "share");
    EXPECT_EQ(picture.groups.at("shared").state, "Empty");
}

} // namespace
} // namespace riacho::console
