#include "broker/group/coordinator_fixture.hpp"

namespace riacho::broker {
namespace {

using namespace std::chrono_literals;

using CoordinatorTest = CoordinatorFixture;

TEST_F(CoordinatorTest, a_member_joins_syncs_and_lives_by_heartbeats) {
    std::string member = only_member("g");
    for (int i = 0; i < 5; ++i) {
        pass(9s);
        EXPECT_EQ(heartbeat("g", member, 1), Error::none);
    }
    EXPECT_EQ(describe("g").group_state, "Stable");
    pass(10s);
    EXPECT_EQ(describe("g").group_state, "Empty");
    EXPECT_EQ(heartbeat("g", member, 1), Error::unknown_member_id);
}

TEST_F(CoordinatorTest, three_members_rebalance_as_each_of_them_comes) {
    std::vector<std::string>                                        ids;
    std::vector<std::shared_ptr<Running<kafka::JoinGroupResponse>>> joins;
    for (int i = 0; i < 3; ++i) {
        auto asked = join("g", "");
        pass(1ms);
        ASSERT_EQ(asked->value->error_code, Error::member_id_required);
        ids.push_back(asked->value->member_id);
    }
    for (const auto& id : ids) join("g", id);
    pass(1ms);
    EXPECT_EQ(describe("g").group_state, "PreparingRebalance") << "the first was in generation 1 at once";
    joins.push_back(join("g", ids[0]));
    pass(1ms);
    ASSERT_TRUE(joins[0]->is_done);
    EXPECT_EQ(joins[0]->value->generation_id, 2);
    EXPECT_EQ(describe("g").members.size(), 3u);
    EXPECT_EQ(describe("g").group_state, "CompletingRebalance");
}

TEST_F(CoordinatorTest, an_assignment_leaves_after_its_record_is_durable) {
    log.latency = 50ms;
    auto joined = join("g", "", 3);
    pass(1ms);
    auto synced = start_work(coordinator->sync(sync_request("g", *joined->value, "mine")));
    pass(40ms);
    EXPECT_FALSE(synced->is_done);
    EXPECT_TRUE(log.batches.empty());
    pass(20ms);
    EXPECT_TRUE(synced->is_done);
    EXPECT_EQ(log.batches.size(), 1u);
}

TEST_F(CoordinatorTest, an_assignment_that_cannot_be_written_sends_the_members_elsewhere) {
    auto joined = join("g", "", 3);
    pass(1ms);
    log.error = Error::kafka_storage_error;
    auto synced = run(coordinator->sync(sync_request("g", *joined->value, "mine")));
    EXPECT_EQ(synced.error_code, Error::coordinator_not_available);
    log.error = Error::not_leader_or_follower;
    auto again = join("g", joined->value->member_id);
    pass(1ms);
    EXPECT_EQ(again->value->generation_id, 2);
    synced = run(coordinator->sync(sync_request("g", *again->value, "mine")));
    EXPECT_EQ(synced.error_code, Error::not_coordinator);
}

TEST_F(CoordinatorTest, who_leaves_is_answered_when_that_is_durable) {
    std::string member = only_member("g");
    auto        batches = log.batches.size();
    log.latency = 50ms;
    auto left = start_work(coordinator->leave({.group_id = "g", .members = {{.member_id = member}}}));
    pass(10ms);
    EXPECT_FALSE(left->is_done);
    pass(50ms);
    ASSERT_TRUE(left->is_done);
    EXPECT_EQ(left->value->members[0].error_code, Error::none);
    EXPECT_EQ(log.batches.size(), batches + 1);
    auto strangers = run(coordinator->leave({.group_id = "none", .members = {{.member_id = member}}}));
    EXPECT_EQ(strangers.members[0].error_code, Error::unknown_member_id);
}

TEST_F(CoordinatorTest, static_members_are_refused) {
    kafka::JoinGroupRequest request{.group_id = "g", .session_timeout_ms = 10'000, .group_instance_id = "i"};
    EXPECT_EQ(run(coordinator->join(request, {"c", "/h", 9})).error_code, Error::unsupported_version);
    EXPECT_EQ(run(coordinator->sync({.group_id = "g", .group_instance_id = "i"})).error_code,
              Error::unsupported_version);
    EXPECT_EQ(run(coordinator->heartbeat({.group_id = "g", .group_instance_id = "i"})).error_code,
              Error::unsupported_version);
    auto left = run(coordinator->leave({.group_id = "g", .members = {{.group_instance_id = "i"}}}));
    EXPECT_EQ(left.members[0].error_code, Error::unsupported_version);
    auto request_to_commit = commit_request("g", 0, 1);
    request_to_commit.group_instance_id = "i";
    EXPECT_EQ(commit(request_to_commit), Error::unsupported_version);
}

TEST_F(CoordinatorTest, a_stop_wakes_everybody_at_once_and_refuses_who_comes_later) {
    std::string member = only_member("g");
    join("g", "", 3); // somebody new: the rebalance waits for the first
    pass(1ms);
    auto waiting = join("other", "", 3);
    auto blocked = join("g", "", 3);
    pass(1ms);
    EXPECT_FALSE(blocked->is_done);
    Time before = simulation.now();
    run(coordinator->stop());
    pass(0s);
    EXPECT_EQ(simulation.now(), before);
    ASSERT_TRUE(blocked->is_done);
    EXPECT_EQ(blocked->value->error_code, Error::not_coordinator);
    EXPECT_EQ(heartbeat("g", member, 1), Error::coordinator_not_available);
    EXPECT_EQ(commit(commit_request("g", 0, 1)), Error::coordinator_not_available);
}

TEST_F(CoordinatorTest, groups_of_partitions_that_are_not_loaded_or_not_ours_are_refused) {
    auto other = make_coordinator();
    auto index = static_cast<std::int32_t>(offsets_partition_of("g", partitions));
    std::swap(other, coordinator);
    EXPECT_EQ(heartbeat("g", "m", 1), Error::not_coordinator);
    EXPECT_EQ(describe("g").error_code, Error::not_coordinator);
    coordinator->own(PartitionIndex{index});
    EXPECT_EQ(describe("g").error_code, Error::coordinator_load_in_progress);
    EXPECT_EQ(commit(commit_request("g", 0, 1)), Error::coordinator_load_in_progress);
    EXPECT_EQ(heartbeat("g", "m", 1), Error::none) << "as Kafka: it may be right";
    EXPECT_EQ(run(coordinator->sync({.group_id = "g"})).error_code, Error::rebalance_in_progress);
    EXPECT_EQ(run(coordinator->list({})).error_code, Error::coordinator_load_in_progress);
    std::swap(other, coordinator);
    run(other->stop());
    coordinator->set_partition_count(0);
    EXPECT_EQ(describe("g").error_code, Error::not_coordinator);
}

TEST_F(CoordinatorTest, a_restart_gives_the_same_groups_and_their_members_go_on) {
    std::string member = only_member("g");
    commit(commit_request("simple", 1, 77));
    auto before = describe("g");
    restart();
    EXPECT_EQ(describe("g"), before);
    EXPECT_EQ(committed("simple", 1), 77);
    pass(9s);
    EXPECT_EQ(heartbeat("g", member, 1), Error::none);
    auto synced = run(coordinator->sync({.group_id = "g", .generation_id = 1, .member_id = member}));
    EXPECT_EQ(as_text(synced.assignment.view()), "mine");
    pass(10s);
    EXPECT_EQ(describe("g").group_state, "Empty") << "sessions run from loading on";
}

TEST_F(CoordinatorTest, groups_are_listed_by_state_and_type) {
    only_member("stable");
    commit(commit_request("simple", 0, 1));
    auto names = [this](std::vector<std::string> states, std::vector<std::string> types) {
        std::vector<std::string> result;
        for (auto& group : run(coordinator->list({.states_filter = states, .types_filter = types})).groups)
            result.push_back(group.group_id + " " + group.group_state);
        return result;
    };
    EXPECT_EQ(names({}, {}), (std::vector<std::string>{"simple Empty", "stable Stable"}));
    EXPECT_EQ(names({"stable"}, {}), (std::vector<std::string>{"stable Stable"}));
    EXPECT_EQ(names({"Empty", "Dead"}, {"Classic"}), (std::vector<std::string>{"simple Empty"}));
    EXPECT_EQ(names({}, {"consumer"}), (std::vector<std::string>{}));
}

TEST_F(CoordinatorTest, an_unknown_group_is_dead_which_is_no_error) {
    auto group = describe("none");
    EXPECT_EQ(group.error_code, Error::none);
    EXPECT_EQ(group.group_state, "Dead");
    EXPECT_EQ(group.authorized_operations, INT32_MIN);
}

TEST_F(CoordinatorTest, a_group_that_nobody_got_into_leaves_nothing_behind) {
    auto asked = join("g", "");
    pass(1ms);
    EXPECT_EQ(run(coordinator->list({})).groups.size(), 1u);
    pass(11s);
    EXPECT_EQ(run(coordinator->list({})).groups.size(), 0u);
}

TEST_F(CoordinatorTest, the_number_of_groups_is_bounded) {
    options.groups_max = 1;
    only_member("g");
    auto refused = join("h", "", 3);
    pass(1ms);
    EXPECT_EQ(refused->value->error_code, Error::group_max_size_reached);
    EXPECT_EQ(commit(commit_request("h", 0, 1)), Error::group_max_size_reached);
}

TEST_F(CoordinatorTest, what_members_say_of_themselves_is_bounded_in_all_and_given_back) {
    auto joining = [&](const std::string& group, std::size_t bytes) {
        kafka::JoinGroupRequest request{.group_id = group, .session_timeout_ms = 10'000};
        request.protocol_type = "consumer";
        request.protocols.push_back({.name = "p", .metadata = Bytes::copy_of(std::string(bytes, 'x'))});
        return start_work(coordinator->join(std::move(request), {"c", "/127.0.0.1", 3}));
    };
    auto first = joining("a", 700'000);
    pass(10ms);
    EXPECT_EQ(first->value->error_code, Error::none);
    EXPECT_GE(memory.held_bytes(), 700'000u);
    auto refused = joining("b", 700'000);
    pass(10ms);
    EXPECT_EQ(refused->value->error_code, Error::group_max_size_reached);
    run(coordinator->leave({.group_id = "a", .members = {{.member_id = first->value->member_id}}}));
    EXPECT_EQ(memory.held_bytes(), 0u);
    auto again = joining("b", 700'000);
    pass(10ms);
    EXPECT_EQ(again->value->error_code, Error::none);
}

TEST_F(CoordinatorTest, an_empty_group_without_offsets_is_removed_with_a_tombstone) {
    std::string member = only_member("g");
    run(coordinator->leave({.group_id = "g", .members = {{.member_id = member}}}));
    run(coordinator->enforce_retention());
    EXPECT_EQ(describe("g").group_state, "Dead");
    restart();
    EXPECT_EQ(describe("g").group_state, "Dead");
    EXPECT_TRUE(run(coordinator->list({})).groups.empty());
}

TEST_F(CoordinatorTest, a_group_whose_removal_cannot_be_written_stays) {
    std::string member = only_member("g");
    run(coordinator->leave({.group_id = "g", .members = {{.member_id = member}}}));
    log.error = Error::request_timed_out;
    log.latency = 50ms;
    auto removal = start_work(coordinator->enforce_retention());
    pass(10ms);
    auto early = join("g", "", 3);
    pass(1ms);
    EXPECT_EQ(early->value->error_code, Error::coordinator_not_available) << "it may be gone in a moment";
    pass(50ms);
    EXPECT_TRUE(removal->is_done);
    EXPECT_EQ(describe("g").group_state, "Empty");
    log.error = Error::none;
    auto late = join("g", "", 3);
    pass(1ms);
    EXPECT_EQ(late->value->generation_id, 3);
}

} // namespace
} // namespace riacho::broker
