#include "broker/group/coordinator_fixture.hpp"

namespace riacho::broker {
namespace {

using namespace std::chrono_literals;

class CoordinatorDeletionTest : public CoordinatorFixture {
protected:
    Error                       remove(const std::string& group) { return run(coordinator->remove(group)); }
    kafka::OffsetDeleteResponse delete_offset(const std::string& group, std::int32_t partition,
                                              const std::string& topic = "orders") {
        kafka::OffsetDeleteRequest request{.group_id = group};
        request.topics.push_back({.name = topic, .partitions = {{.partition_index = partition}}});
        return run(coordinator->delete_offsets(std::move(request)));
    }
    static Error only_error(const kafka::OffsetDeleteResponse& response) {
        return response.topics.at(0).partitions.at(0).error_code;
    }
    std::vector<std::string> listed() {
        std::vector<std::string> ids;
        for (const auto& group : run(coordinator->list({})).groups) ids.push_back(group.group_id);
        return ids;
    }
    /// A member that reads `topics`, alone in generation 1.
    std::string reader(const std::string& group, const std::string& protocol_type,
                       const Bytes& subscription) {
        kafka::JoinGroupRequest request{.group_id = group,
                                        .session_timeout_ms = 10'000,
                                        .rebalance_timeout_ms = 60'000,
                                        .protocol_type = protocol_type};
        request.protocols.push_back({.name = "range", .metadata = Bytes::copy_of(subscription.view())});
        auto joined = run(coordinator->join(std::move(request), {"client", "/10.0.0.1", 3}));
        EXPECT_EQ(run(coordinator->sync(sync_request(group, joined, "mine"))).error_code, Error::none);
        return joined.member_id;
    }
    /// Kafka's ConsumerProtocolSubscription, v0.
    static Bytes subscription_to(std::string_view topic) {
        std::string bytes("\0\0\0\0\0\1\0", 7);
        bytes += static_cast<char>(topic.size());
        bytes += topic;
        bytes += std::string("\xff\xff\xff\xff", 4);
        return Bytes::copy_of(bytes);
    }
};

TEST_F(CoordinatorDeletionTest, a_group_without_members_goes_with_its_offsets_for_good) {
    EXPECT_EQ(commit(commit_request("g", 0, 5)), Error::none);
    EXPECT_EQ(commit(commit_request("g", 1, 6)), Error::none);
    EXPECT_EQ(commit(commit_request("stays", 0, 7)), Error::none);
    EXPECT_EQ(remove("g"), Error::none);
    for (int life = 0; life < 2; ++life) {
        EXPECT_EQ(committed("g", 0), -1);
        EXPECT_EQ(committed("g", 1), -1);
        EXPECT_EQ(committed("stays", 0), 7);
        EXPECT_EQ(listed(), std::vector<std::string>{"stays"});
        EXPECT_EQ(remove("g"), Error::group_id_not_found);
        restart();
    }
}

TEST_F(CoordinatorDeletionTest, a_group_with_members_stays) {
    std::string member = only_member("g");
    EXPECT_EQ(remove("g"), Error::non_empty_group);
    EXPECT_EQ(heartbeat("g", member, 1), Error::none);
    kafka::LeaveGroupRequest leaving{.group_id = "g"};
    leaving.members.push_back({.member_id = member});
    run(coordinator->leave(leaving));
    EXPECT_EQ(remove("g"), Error::none);
    EXPECT_TRUE(listed().empty());
    restart();
    EXPECT_TRUE(listed().empty());
}

TEST_F(CoordinatorDeletionTest, a_commit_that_is_on_its_way_goes_too_and_a_later_one_stays) {
    log.latency = 50ms;
    auto first = start_work(coordinator->commit(commit_request("g", 0, 5), 9));
    auto removing = start_work(coordinator->remove("g"));
    pass(60ms);
    EXPECT_TRUE(first->is_done);
    EXPECT_FALSE(removing->is_done);
    auto between = start_work(coordinator->commit(commit_request("g", 1, 6), 9));
    pass(100ms);
    ASSERT_TRUE(removing->is_done && between->is_done);
    EXPECT_EQ(*removing->value, Error::none);
    EXPECT_EQ(between->value->topics[0].partitions[0].error_code, Error::coordinator_not_available);
    EXPECT_EQ(commit(commit_request("g", 2, 7)), Error::none);
    for (int life = 0; life < 2; ++life) {
        EXPECT_EQ(committed("g", 0), -1);
        EXPECT_EQ(committed("g", 1), -1);
        EXPECT_EQ(committed("g", 2), 7);
        restart();
    }
}

TEST_F(CoordinatorDeletionTest, a_group_whose_end_cannot_be_written_lives_on) {
    EXPECT_EQ(commit(commit_request("g", 0, 5)), Error::none);
    log.error = Error::kafka_storage_error;
    EXPECT_EQ(remove("g"), Error::coordinator_not_available);
    EXPECT_EQ(delete_offset("g", 0).error_code, Error::coordinator_not_available);
    log.error = Error::none;
    EXPECT_EQ(committed("g", 0), 5);
    EXPECT_EQ(commit(commit_request("g", 0, 6)), Error::none);
}

TEST_F(CoordinatorDeletionTest, a_group_with_more_offsets_than_one_batch_takes_goes_too) {
    add_topic("wide", 2500, 9);
    auto request = commit_request("g", 0, 1);
    request.topics[0].name = "wide";
    for (std::int32_t index = 1; index < 2500; ++index)
        request.topics[0].partitions.push_back({.partition_index = index, .committed_offset = index});
    EXPECT_EQ(commit(request), Error::none);
    EXPECT_EQ(remove("g"), Error::none);
    EXPECT_EQ(log.batches.size(), 1u + 3u);
    restart();
    EXPECT_TRUE(listed().empty());
    EXPECT_EQ(committed("g", 2499, "wide"), -1);
}

TEST_F(CoordinatorDeletionTest, single_offsets_are_deleted_for_good) {
    EXPECT_EQ(commit(commit_request("g", 0, 5)), Error::none);
    EXPECT_EQ(commit(commit_request("g", 1, 6)), Error::none);
    EXPECT_EQ(only_error(delete_offset("g", 0)), Error::none);
    EXPECT_EQ(only_error(delete_offset("g", 0)), Error::none) << "nothing is there, which is no error";
    EXPECT_EQ(only_error(delete_offset("g", 9)), Error::unknown_topic_or_partition);
    EXPECT_EQ(only_error(delete_offset("g", 0, "nowhere")), Error::unknown_topic_or_partition);
    EXPECT_EQ(delete_offset("none", 0).error_code, Error::group_id_not_found);
    EXPECT_EQ(delete_offset("none", 0, "nowhere").error_code, Error::group_id_not_found);
    EXPECT_EQ(delete_offset("", 0).error_code, Error::invalid_group_id);
    for (int life = 0; life < 2; ++life) {
        EXPECT_EQ(committed("g", 0), -1);
        EXPECT_EQ(committed("g", 1), 6);
        restart();
    }
}

TEST_F(CoordinatorDeletionTest, offsets_of_a_topic_that_a_member_reads_stay) {
    add_topic("payments", 1, 2);
    EXPECT_EQ(commit(commit_request("g", 0, 5)), Error::none);
    auto paid = commit_request("g", 0, 6);
    paid.topics[0].name = "payments";
    EXPECT_EQ(commit(paid), Error::none);
    reader("g", "consumer", subscription_to("orders"));
    EXPECT_EQ(only_error(delete_offset("g", 0)), Error::group_subscribed_to_topic);
    EXPECT_EQ(only_error(delete_offset("g", 0, "payments")), Error::none);
    EXPECT_EQ(committed("g", 0), 5);
    EXPECT_EQ(committed("g", 0, "payments"), -1);
}

TEST_F(CoordinatorDeletionTest, offsets_of_a_group_stay_whose_members_nobody_understands) {
    reader("g", "consumer", Bytes::copy_of("?"));
    EXPECT_EQ(only_error(delete_offset("g", 0)), Error::group_subscribed_to_topic);
    reader("other", "connect", Bytes::copy_of("?"));
    EXPECT_EQ(delete_offset("other", 0).error_code, Error::non_empty_group);
}

} // namespace
} // namespace riacho::broker
