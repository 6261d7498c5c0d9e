#include "broker/group/group_fixture.hpp"

namespace riacho::broker {
namespace {

using namespace std::chrono_literals;

using GroupJoinTest = GroupFixture;

TEST_F(GroupJoinTest, the_first_member_of_an_old_client_leads_generation_one_at_once) {
    auto& answer = joined[join("", {.version = before_kip_394})];
    EXPECT_EQ(answer.error_code, Error::none);
    EXPECT_EQ(answer.generation_id, 1);
    EXPECT_EQ(answer.leader, answer.member_id);
    EXPECT_EQ(answer.protocol_type, "consumer");
    EXPECT_EQ(answer.protocol_name, "range");
    EXPECT_FALSE(answer.skip_assignment);
    ASSERT_EQ(answer.members.size(), 1u);
    EXPECT_EQ(as_text(answer.members[0].metadata.view()), "topics");
    EXPECT_EQ(group.state(), GroupState::completing_rebalance);
}

TEST_F(GroupJoinTest, a_member_id_is_the_client_id_and_a_random_uuid) {
    std::string id = new_id();
    ASSERT_EQ(id.size(), 2u + 36u);
    EXPECT_EQ(id.substr(0, 2), "c-");
    EXPECT_EQ(id[2 + 8], '-');
    EXPECT_EQ(id[2 + 14], '4');
    EXPECT_NE(id, new_id());
}

TEST_F(GroupJoinTest, a_new_client_gets_an_id_and_is_no_member_until_it_comes_back) {
    std::string id = new_id();
    EXPECT_EQ(group.state(), GroupState::empty);
    EXPECT_TRUE(group.members().empty());
    EXPECT_EQ(join_error(join(id)), Error::none);
    EXPECT_FALSE(group.has_expected_members());
}

TEST_F(GroupJoinTest, an_id_that_nobody_came_back_with_is_forgotten_after_the_session_timeout) {
    std::string id = new_id({.session = 10s});
    pass(9999ms);
    EXPECT_TRUE(group.has_expected_members());
    pass(1ms);
    EXPECT_FALSE(group.has_expected_members());
    EXPECT_EQ(join_error(join(id)), Error::unknown_member_id);
}

TEST_F(GroupJoinTest, a_rebalance_waits_for_ids_that_are_still_expected) {
    auto        members = stable_members(1);
    std::string late = new_id();
    WaiterId    first = join(members[0]);
    EXPECT_TRUE(is_waiting(first)) << "the other one may still come";
    WaiterId second = join(late);
    EXPECT_EQ(join_error(first), Error::none);
    EXPECT_EQ(join_error(second), Error::none);
    EXPECT_EQ(joined[first].generation_id, joined[second].generation_id);
}

TEST_F(GroupJoinTest, a_rebalance_goes_on_when_the_expected_one_does_not_come) {
    auto members = stable_members(1);
    new_id({.session = 7s});
    WaiterId first = join(members[0]);
    pass(6999ms);
    EXPECT_TRUE(is_waiting(first));
    pass(1ms);
    EXPECT_EQ(join_error(first), Error::none);
}

TEST_F(GroupJoinTest, a_member_that_the_group_does_not_know_is_told_so) {
    auto& answer = joined[join("stranger")];
    EXPECT_EQ(answer.error_code, Error::unknown_member_id);
    EXPECT_EQ(answer.member_id, "stranger");
    EXPECT_EQ(answer.generation_id, -1);
}

TEST_F(GroupJoinTest, protocols_have_to_be_there_and_in_common) {
    EXPECT_EQ(join_error(join("", {.protocols = {}})), Error::inconsistent_group_protocol);
    EXPECT_EQ(join_error(join("", {.type = ""})), Error::inconsistent_group_protocol);
    stable_members(1, {.protocols = {"range", "sticky"}});
    EXPECT_EQ(join_error(join("", {.protocols = {"other"}})), Error::inconsistent_group_protocol);
    EXPECT_EQ(join_error(join("", {.type = "connect"})), Error::inconsistent_group_protocol);
    EXPECT_EQ(join_error(join("", {.protocols = {"sticky"}})), Error::member_id_required);
}

TEST_F(GroupJoinTest, any_protocol_type_is_taken_and_an_empty_group_may_change_it) {
    auto members = stable_members(1, {.protocols = {"v0"}, .type = "sr"});
    leave(members);
    EXPECT_EQ(group.state(), GroupState::empty);
    EXPECT_EQ(group.protocol_type(), "sr");
    stable_members(1, {.protocols = {"compatible"}, .type = "connect"});
    EXPECT_EQ(group.protocol_type(), "connect");
}

TEST_F(GroupJoinTest, the_protocol_that_most_members_like_best_of_the_common_ones_is_chosen) {
    std::vector ids{new_id(), new_id(), new_id()};
    join(ids[0], {.protocols = {"range", "roundrobin", "only mine"}});
    sync(ids[0]);
    stored();
    join(ids[1], {.protocols = {"roundrobin", "range"}});
    join(ids[2], {.protocols = {"yours", "roundrobin", "range"}});
    join(ids[0], {.protocols = {"range", "roundrobin", "only mine"}});
    EXPECT_EQ(group.state(), GroupState::completing_rebalance);
    EXPECT_EQ(group.protocol(), "roundrobin");
}

TEST_F(GroupJoinTest, only_the_leader_is_told_who_the_members_are) {
    auto     members = stable_members(3);
    WaiterId leader = join(members[0]);
    WaiterId second = join(members[1]), third = join(members[2]);
    EXPECT_EQ(joined[leader].members.size(), 3u);
    EXPECT_TRUE(joined[second].members.empty());
    EXPECT_TRUE(joined[third].members.empty());
    EXPECT_EQ(joined[third].leader, members[0]);
}

TEST_F(GroupJoinTest, a_follower_that_changed_nothing_gets_the_current_generation_again) {
    auto     members = stable_members(2);
    WaiterId again = join(members[1]);
    EXPECT_EQ(joined.at(again).generation_id, group.generation());
    EXPECT_EQ(group.state(), GroupState::stable);
}

TEST_F(GroupJoinTest, a_follower_with_other_metadata_starts_a_rebalance) {
    auto     members = stable_members(2);
    WaiterId changed = join(members[1], {.metadata = "other topics"});
    EXPECT_TRUE(is_waiting(changed));
    EXPECT_EQ(group.state(), GroupState::preparing_rebalance);
    EXPECT_EQ(heartbeat(members[0]), Error::rebalance_in_progress);
    auto     before = group.generation();
    WaiterId leader = join(members[0]);
    EXPECT_EQ(joined[changed].generation_id, before + 1);
    EXPECT_EQ(as_text(joined[leader].members[members[0] < members[1] ? 1 : 0].metadata.view()),
              "other topics");
}

TEST_F(GroupJoinTest, the_leader_of_a_stable_group_starts_a_rebalance_by_joining_again) {
    auto     members = stable_members(2);
    WaiterId leader = join(members[0]);
    EXPECT_TRUE(is_waiting(leader));
    EXPECT_EQ(group.state(), GroupState::preparing_rebalance);
}

TEST_F(GroupJoinTest, who_missed_the_answer_of_a_fresh_generation_gets_it_again) {
    std::string id = new_id();
    join(id);
    WaiterId again = join(id);
    EXPECT_EQ(joined.at(again).generation_id, 1);
    EXPECT_EQ(joined.at(again).members.size(), 1u) << "it leads";
    EXPECT_EQ(group.state(), GroupState::completing_rebalance);
}

TEST_F(GroupJoinTest, other_metadata_in_a_fresh_generation_starts_another) {
    std::string id = new_id();
    join(id);
    WaiterId waiting_sync = [&] {
        auto ids = std::vector{id};
        return sync(id, {});
    }();
    WaiterId changed = join(id, {.metadata = "other topics"});
    EXPECT_EQ(sync_error(waiting_sync), Error::rebalance_in_progress);
    EXPECT_EQ(joined.at(changed).generation_id, 2);
    stored(); // of generation 1: too late
    EXPECT_EQ(group.state(), GroupState::completing_rebalance);
}

TEST_F(GroupJoinTest, a_repeated_join_takes_the_place_of_the_waiting_one) {
    auto     members = stable_members(2);
    WaiterId first = join(members[0]);
    WaiterId again = join(members[0]);
    EXPECT_EQ(join_error(first), Error::rebalance_in_progress);
    EXPECT_EQ(joined[first].member_id, members[0]);
    EXPECT_TRUE(is_waiting(again));
    join(members[1]);
    EXPECT_EQ(join_error(again), Error::none);
}

TEST_F(GroupJoinTest, a_group_takes_no_more_members_than_it_may) {
    options.group_max_size = 2;
    auto  members = stable_members(2);
    auto& answer = joined[join("")];
    EXPECT_EQ(answer.error_code, Error::group_max_size_reached);
    EXPECT_EQ(answer.member_id, "");
    EXPECT_EQ(join_error(join("", {.version = before_kip_394})), Error::group_max_size_reached);
    EXPECT_EQ(group.state(), GroupState::stable);
    leave({members[1]});
    EXPECT_EQ(join_error(join("")), Error::member_id_required);
}

TEST_F(GroupJoinTest, of_those_who_got_an_id_in_time_the_group_takes_as_many_as_fit) {
    options.group_max_size = 1;
    std::string first = new_id(), second = new_id();
    EXPECT_EQ(join_error(join(first)), Error::none);
    EXPECT_EQ(join_error(join(second)), Error::group_max_size_reached);
}

TEST_F(GroupJoinTest, a_group_that_became_too_large_loses_who_comes_last) {
    auto members = stable_members(3);
    options.group_max_size = 2;
    take(group.resume(at));
    EXPECT_EQ(group.state(), GroupState::preparing_rebalance);
    join(members[0]);
    join(members[1]);
    WaiterId last = join(members[2]);
    EXPECT_EQ(join_error(last), Error::group_max_size_reached);
    EXPECT_EQ(group.members().size(), 2u);
    EXPECT_EQ(group.state(), GroupState::completing_rebalance);
}

TEST_F(GroupJoinTest, ids_that_are_given_out_are_bounded) {
    options.pending_members_max = 2;
    new_id();
    new_id();
    EXPECT_EQ(join_error(join("")), Error::group_max_size_reached);
}

TEST_F(GroupJoinTest, what_the_members_of_a_group_say_is_bounded) {
    options.group_metadata_bytes_max = 500;
    JoinSpec spec{.version = before_kip_394, .metadata = std::string(200, 'x')};
    EXPECT_EQ(join_error(join("", spec)), Error::none);
    EXPECT_EQ(join_error(join("", spec)), Error::group_max_size_reached);
}

TEST_F(GroupJoinTest, a_request_is_checked_before_its_group_is_looked_for) {
    kafka::JoinGroupRequest request{.group_id = "g", .session_timeout_ms = 6000};
    EXPECT_EQ(check_join(request, options), Error::none);
    request.session_timeout_ms = 5999;
    EXPECT_EQ(check_join(request, options), Error::invalid_session_timeout);
    request.session_timeout_ms = 1'800'001;
    EXPECT_EQ(check_join(request, options), Error::invalid_session_timeout);
    request.session_timeout_ms = 1'800'000;
    EXPECT_EQ(check_join(request, options), Error::none);
    request.protocols.push_back({.name = "p", .metadata = Bytes::copy_of(std::string(1 << 20, 'x'))});
    EXPECT_EQ(check_join(request, options), Error::invalid_request);
    request.group_instance_id = "static";
    EXPECT_EQ(check_join(request, options), Error::unsupported_version);
    request.group_id = "";
    EXPECT_EQ(check_join(request, options), Error::invalid_group_id);
}

TEST_F(GroupJoinTest, the_first_rebalance_waits_for_more_members_where_it_is_told_to) {
    options.group_initial_rebalance_delay_ms = 3s;
    WaiterId first = join("", {.version = before_kip_394});
    pass(2s);
    WaiterId second = join("", {.version = before_kip_394});
    pass(1s);
    EXPECT_TRUE(is_waiting(first)) << "somebody came: three more seconds";
    pass(3s);
    EXPECT_EQ(joined.at(first).generation_id, 1);
    EXPECT_EQ(joined.at(second).generation_id, 1);
}

TEST_F(GroupJoinTest, the_wait_for_more_members_ends_with_the_rebalance_timeout) {
    options.group_initial_rebalance_delay_ms = 3s;
    WaiterId first = join("", {.version = before_kip_394, .rebalance = 7s});
    for (int second = 0; second < 6; ++second) {
        pass(1s);
        join("", {.version = before_kip_394, .rebalance = 7s});
    }
    EXPECT_TRUE(is_waiting(first));
    pass(1s);
    EXPECT_EQ(joined.at(first).generation_id, 1);
    EXPECT_EQ(joined.at(first).members.size() + joined.at(WaiterId{2}).members.size(), 7u);
}

TEST_F(GroupJoinTest, a_group_that_is_being_removed_sends_everybody_away) {
    group.retire(at.wall);
    EXPECT_EQ(join_error(join("")), Error::coordinator_not_available);
    EXPECT_EQ(sync_error(sync("x")), Error::coordinator_not_available);
    EXPECT_EQ(heartbeat("x"), Error::coordinator_not_available);
    EXPECT_EQ(group.check_commit("", -1, at.now), Error::coordinator_not_available);
    group.revive(at.wall);
    EXPECT_EQ(join_error(join("")), Error::member_id_required);
}

} // namespace
} // namespace riacho::broker
