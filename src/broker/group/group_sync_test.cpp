#include "broker/group/group_fixture.hpp"

namespace riacho::broker {
namespace {

using namespace std::chrono_literals;

class GroupSyncTest : public GroupFixture {
protected:
    /// Members of a generation whose leader, the first one, has not assigned yet.
    std::vector<std::string> joined_members(std::size_t count) {
        auto members = stable_members(count);
        for (const std::string& id : members) join(id);
        EXPECT_EQ(group.state(), GroupState::completing_rebalance);
        return members;
    }
};

TEST_F(GroupSyncTest, an_assignment_is_shown_to_nobody_before_it_is_durable) {
    auto     members = joined_members(2);
    WaiterId follower = sync(members[1]);
    WaiterId leader = sync(members[0], {{members[0], "a"}, {members[1], "b"}});
    EXPECT_TRUE(is_waiting(follower));
    EXPECT_TRUE(is_waiting(leader));
    EXPECT_EQ(group.state(), GroupState::completing_rebalance);
    stored();
    EXPECT_EQ(assignment(leader), "a");
    EXPECT_EQ(assignment(follower), "b");
    EXPECT_EQ(synced[leader].protocol_type, "consumer");
    EXPECT_EQ(synced[leader].protocol_name, "range");
    EXPECT_EQ(group.state(), GroupState::stable);
}

TEST_F(GroupSyncTest, who_syncs_with_a_stable_group_gets_its_assignment_at_once) {
    auto members = joined_members(2);
    sync(members[0], {{members[1], "b"}});
    stored();
    EXPECT_EQ(assignment(sync(members[1])), "b");
    EXPECT_EQ(assignment(sync(members[1])), "b") << "and again";
    EXPECT_EQ(assignment(sync(members[0])), "") << "the leader kept nothing for itself";
}

TEST_F(GroupSyncTest, the_record_holds_what_the_members_said_and_got) {
    auto members = joined_members(2);
    sync(members[0], {{members[0], "a"}, {members[1], "b"}, {"nobody", "c"}});
    ASSERT_TRUE(to_store);
    EXPECT_EQ(to_store->generation, group.generation());
    EXPECT_EQ(to_store->protocol_type, "consumer");
    EXPECT_EQ(to_store->protocol, "range");
    EXPECT_EQ(to_store->leader, members[0]);
    EXPECT_EQ(to_store->current_state_timestamp, at.wall.ms);
    ASSERT_EQ(to_store->members.size(), 2u);
    for (const auto& member : to_store->members) {
        EXPECT_EQ(member.client_id, "c");
        EXPECT_EQ(member.client_host, "/127.0.0.1");
        EXPECT_EQ(member.session_timeout, 10'000);
        EXPECT_EQ(member.rebalance_timeout, 60'000);
        EXPECT_EQ(as_text(member.subscription.view()), "topics");
        EXPECT_EQ(as_text(member.assignment.view()), member.member_id == members[0] ? "a" : "b");
    }
}

TEST_F(GroupSyncTest, an_assignment_that_cannot_be_stored_is_an_error_for_all_and_a_new_rebalance) {
    auto     members = joined_members(2);
    WaiterId follower = sync(members[1]);
    WaiterId leader = sync(members[0], {{members[0], "a"}, {members[1], "b"}});
    stored(Error::not_coordinator);
    EXPECT_EQ(sync_error(leader), Error::not_coordinator);
    EXPECT_EQ(sync_error(follower), Error::not_coordinator);
    EXPECT_EQ(group.state(), GroupState::preparing_rebalance);
}

TEST_F(GroupSyncTest, strangers_and_old_generations_and_other_protocols_are_refused) {
    auto                    members = joined_members(1);
    kafka::SyncGroupRequest request{.generation_id = group.generation(), .member_id = members[0]};
    auto                    error_of = [this](kafka::SyncGroupRequest tried) {
        auto effects = group.sync({.request = std::move(tried), .waiter = WaiterId{9999}}, at);
        return effects.synced.empty() ? Error::none : effects.synced[0].response.error_code;
    };
    auto changed = request;
    changed.member_id = "stranger";
    EXPECT_EQ(error_of(changed), Error::unknown_member_id);
    changed = request;
    ++changed.generation_id;
    EXPECT_EQ(error_of(changed), Error::illegal_generation);
    changed = request;
    changed.protocol_type = "connect";
    EXPECT_EQ(error_of(changed), Error::inconsistent_group_protocol);
    changed.protocol_type = "consumer";
    changed.protocol_name = "sticky";
    EXPECT_EQ(error_of(changed), Error::inconsistent_group_protocol);
    changed.protocol_name = "range";
    EXPECT_EQ(error_of(changed), Error::none);
}

TEST_F(GroupSyncTest, a_sync_during_a_rebalance_is_told_to_join_again) {
    auto members = stable_members(2);
    join(members[0]);
    EXPECT_EQ(sync_error(sync(members[1])), Error::rebalance_in_progress);
}

TEST_F(GroupSyncTest, a_new_member_sends_those_who_wait_for_assignments_back_to_join) {
    auto     members = joined_members(2);
    WaiterId waiting = sync(members[1]);
    join(new_id());
    EXPECT_EQ(sync_error(waiting), Error::rebalance_in_progress);
    EXPECT_EQ(group.state(), GroupState::preparing_rebalance);
}

TEST_F(GroupSyncTest, a_repeated_sync_takes_the_place_of_the_waiting_one) {
    auto     members = joined_members(2);
    WaiterId first = sync(members[1]);
    WaiterId again = sync(members[1]);
    EXPECT_EQ(sync_error(first), Error::rebalance_in_progress);
    EXPECT_TRUE(is_waiting(again));
    sync(members[0]);
    WaiterId leader_again = sync(members[0], {{members[1], "too late"}});
    stored();
    EXPECT_EQ(sync_error(leader_again), Error::none);
    EXPECT_EQ(assignment(again), "") << "one generation has one assignment";
}

TEST_F(GroupSyncTest, the_leader_may_leave_while_others_wait_for_its_assignment) {
    auto     members = joined_members(3);
    WaiterId waiting = sync(members[1]);
    EXPECT_EQ(leave({members[0]}), std::vector{Error::none});
    EXPECT_EQ(sync_error(waiting), Error::rebalance_in_progress);
    join(members[1]);
    WaiterId last = join(members[2]);
    EXPECT_EQ(join_error(last), Error::none);
    EXPECT_EQ(group.members().size(), 2u);
    EXPECT_NE(group.members().leader(), members[0]);
    EXPECT_TRUE(group.members().find(group.members().leader()));
}

TEST_F(GroupSyncTest, a_leader_that_leaves_while_its_assignment_is_written_takes_it_along) {
    auto members = joined_members(2);
    sync(members[0], {{members[1], "b"}});
    leave({members[0]});
    stored();
    EXPECT_EQ(group.state(), GroupState::preparing_rebalance);
    EXPECT_EQ(joined.at(join(members[1])).leader, members[1]);
}

TEST_F(GroupSyncTest, leaving_tells_each_member_how_it_went) {
    auto        members = stable_members(2);
    std::string expected = new_id();
    EXPECT_EQ(leave({members[1], "stranger", expected}),
              (std::vector{Error::none, Error::unknown_member_id, Error::none}));
    EXPECT_EQ(group.state(), GroupState::preparing_rebalance);
    EXPECT_FALSE(group.has_expected_members());
}

TEST_F(GroupSyncTest, nothing_changes_when_a_stranger_leaves) {
    stable_members(1);
    leave({"stranger"});
    EXPECT_EQ(group.state(), GroupState::stable);
}

TEST_F(GroupSyncTest, a_group_whose_last_member_leaves_is_empty_in_a_new_generation_and_says_so) {
    auto members = stable_members(1);
    auto generation = group.generation();
    leave(members);
    EXPECT_EQ(group.state(), GroupState::empty);
    ASSERT_TRUE(to_store);
    EXPECT_EQ(to_store->generation, generation + 1);
    EXPECT_TRUE(to_store->members.empty());
    EXPECT_EQ(to_store->protocol, std::nullopt);
    EXPECT_EQ(to_store->protocol_type, "consumer");
}

TEST_F(GroupSyncTest, who_leaves_while_it_waits_is_told_that_it_is_no_member) {
    auto     members = stable_members(2);
    WaiterId waiting = join(members[0]);
    leave({members[0]});
    EXPECT_EQ(join_error(waiting), Error::unknown_member_id);
    EXPECT_EQ(group.state(), GroupState::preparing_rebalance);
}

TEST_F(GroupSyncTest, heartbeats_tell_of_the_state) {
    auto members = stable_members(2);
    EXPECT_EQ(heartbeat(members[0]), Error::none);
    EXPECT_EQ(heartbeat("stranger"), Error::unknown_member_id);
    EXPECT_EQ(group.heartbeat(members[0], group.generation() - 1, at.now), Error::illegal_generation);
    join(members[0]);
    EXPECT_EQ(heartbeat(members[1]), Error::rebalance_in_progress);
    join(members[1]);
    EXPECT_EQ(group.state(), GroupState::completing_rebalance);
    EXPECT_EQ(heartbeat(members[1]), Error::none);
    leave(members);
    EXPECT_EQ(heartbeat(members[1]), Error::unknown_member_id);
}

TEST_F(GroupSyncTest, commits_are_for_members_of_the_generation_or_for_nobody_in_an_empty_group) {
    EXPECT_EQ(group.check_commit("", -1, at.now), Error::none);
    EXPECT_EQ(group.check_commit("", 3, at.now), Error::unknown_member_id);
    auto members = stable_members(2);
    EXPECT_EQ(group.check_commit("", -1, at.now), Error::unknown_member_id);
    EXPECT_EQ(group.check_commit("stranger", group.generation(), at.now), Error::unknown_member_id);
    EXPECT_EQ(group.check_commit(members[0], group.generation() - 1, at.now), Error::illegal_generation);
    EXPECT_EQ(group.check_commit(members[0], group.generation(), at.now), Error::none);
    join(members[0]);
    EXPECT_EQ(group.check_commit(members[1], group.generation(), at.now), Error::none)
        << "before it joins again";
    join(members[1]);
    EXPECT_EQ(group.check_commit(members[1], group.generation(), at.now), Error::rebalance_in_progress);
    leave(members);
    EXPECT_EQ(group.check_commit("", -1, at.now), Error::none);
}

TEST_F(GroupSyncTest, a_description_shows_protocol_and_assignments_of_a_stable_group_only) {
    auto members = stable_members(2);
    auto stable = group.describe();
    EXPECT_EQ(stable.group_state, "Stable");
    EXPECT_EQ(stable.protocol_data, "range");
    ASSERT_EQ(stable.members.size(), 2u);
    EXPECT_EQ(as_text(stable.members[0].member_metadata.view()), "topics");
    EXPECT_EQ(as_text(stable.members[0].member_assignment.view()), "of " + stable.members[0].member_id);
    join(members[0]);
    auto preparing = group.describe();
    EXPECT_EQ(preparing.group_state, "PreparingRebalance");
    EXPECT_EQ(preparing.protocol_data, "");
    EXPECT_EQ(preparing.members.size(), 2u);
    EXPECT_TRUE(preparing.members[0].member_metadata.empty());
    EXPECT_EQ(group.list().group_type, "classic");
}

TEST_F(GroupSyncTest, a_group_restored_from_its_record_is_the_group_that_was_stored) {
    auto members = joined_members(2);
    sync(members[0], {{members[0], "a"}, {members[1], "b"}});
    auto record = *to_store;
    stored();
    Group again("group", options, random);
    again.restore(record);
    EXPECT_TRUE(again.resume(at).empty());
    EXPECT_EQ(again.describe(), group.describe());
    EXPECT_EQ(again.heartbeat(members[1], record.generation, at.now), Error::none);
    EXPECT_EQ(again.members().leader(), members[0]);
    EXPECT_EQ(again.next_deadline(), at.now + 10s);
}

} // namespace
} // namespace riacho::broker
