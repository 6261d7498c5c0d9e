#include "broker/group/group_fixture.hpp"

namespace riacho::broker {
namespace {

using namespace std::chrono_literals;

using GroupTimeTest = GroupFixture;

TEST_F(GroupTimeTest, a_member_that_is_silent_for_its_session_timeout_is_removed) {
    auto members = stable_members(2, {.session = 10s});
    pass(9s);
    EXPECT_EQ(heartbeat(members[1]), Error::none);
    pass(999ms);
    EXPECT_EQ(group.members().size(), 2u);
    pass(1ms);
    EXPECT_EQ(group.members().size(), 1u);
    EXPECT_EQ(heartbeat(members[0]), Error::unknown_member_id);
    EXPECT_EQ(heartbeat(members[1]), Error::rebalance_in_progress);
    EXPECT_EQ(group.members().leader(), members[1]);
}

TEST_F(GroupTimeTest, a_group_whose_members_all_fall_silent_is_empty) {
    stable_members(3, {.session = 10s});
    pass(10s);
    EXPECT_EQ(group.state(), GroupState::empty);
    ASSERT_TRUE(to_store);
    EXPECT_TRUE(to_store->members.empty());
    EXPECT_EQ(group.next_deadline(), Time::max());
}

TEST_F(GroupTimeTest, a_commit_and_a_sync_keep_a_member_alive) {
    auto members = stable_members(1, {.session = 10s});
    pass(9s);
    group.check_commit(members[0], group.generation(), at.now);
    pass(9s);
    sync(members[0]);
    pass(9s);
    EXPECT_EQ(group.state(), GroupState::stable);
    pass(1s);
    EXPECT_EQ(group.state(), GroupState::empty);
}

TEST_F(GroupTimeTest, who_waits_for_a_rebalance_needs_no_heartbeats) {
    auto     members = stable_members(2, {.session = 10s, .rebalance = 60s});
    WaiterId waiting = join(members[0], {.session = 10s, .rebalance = 60s});
    for (int i = 0; i < 5; ++i) {
        pass(9s);
        EXPECT_EQ(heartbeat(members[1]), Error::rebalance_in_progress);
    }
    EXPECT_TRUE(is_waiting(waiting));
    join(members[1]);
    EXPECT_EQ(join_error(waiting), Error::none);
}

TEST_F(GroupTimeTest, a_rebalance_leaves_behind_who_has_not_joined_when_its_time_is_up) {
    auto     members = stable_members(3, {.session = 100s, .rebalance = 30s});
    WaiterId first = join(members[1], {.metadata = "new", .session = 100s, .rebalance = 30s});
    pass(29999ms);
    EXPECT_TRUE(is_waiting(first));
    pass(1ms);
    EXPECT_EQ(join_error(first), Error::none);
    EXPECT_EQ(joined[first].leader, members[1]);
    EXPECT_EQ(joined[first].members.size(), 1u);
    EXPECT_EQ(join_error(join(members[0])), Error::unknown_member_id);
}

TEST_F(GroupTimeTest, a_rebalance_is_over_early_when_the_missing_member_expires) {
    auto     members = stable_members(2, {.session = 10s, .rebalance = 60s});
    WaiterId first = join(members[0], {.session = 10s, .rebalance = 60s});
    pass(10s);
    EXPECT_EQ(join_error(first), Error::none);
    EXPECT_EQ(group.members().size(), 1u);
}

TEST_F(GroupTimeTest, the_longest_rebalance_timeout_of_the_members_counts) {
    std::vector ids{new_id(), new_id()};
    join(ids[0], {.session = 100s, .rebalance = 10s});
    join(ids[1], {.session = 100s, .rebalance = 50s});
    EXPECT_EQ(group.state(), GroupState::preparing_rebalance) << "the first has to come again";
    EXPECT_EQ(group.members().rebalance_timeout(), 50s);
}

TEST_F(GroupTimeTest, version_zero_has_no_rebalance_timeout_so_its_session_counts) {
    WaiterId waiter = join("", {.version = 0, .session = 12s, .rebalance = -1ms});
    EXPECT_EQ(group.members().find(joined[waiter].member_id)->rebalance_timeout, 12s);
}

TEST_F(GroupTimeTest, members_that_never_ask_for_their_assignment_are_removed) {
    auto members = stable_members(3, {.session = 100s, .rebalance = 30s});
    for (const auto& id : members) join(id, {.session = 100s, .rebalance = 30s});
    sync(members[0], {{members[1], "b"}});
    stored();
    WaiterId second = sync(members[1]);
    EXPECT_EQ(sync_error(second), Error::none);
    pass(29999ms);
    EXPECT_EQ(group.state(), GroupState::stable);
    pass(1ms);
    EXPECT_EQ(group.state(), GroupState::preparing_rebalance);
    EXPECT_FALSE(group.members().find(members[2]));
    EXPECT_EQ(group.members().size(), 2u);
}

TEST_F(GroupTimeTest, a_leader_that_never_assigns_loses_its_place_to_those_who_wait) {
    auto members = stable_members(3, {.session = 100s, .rebalance = 30s});
    for (const auto& id : members) join(id, {.session = 100s, .rebalance = 30s});
    WaiterId second = sync(members[1]), third = sync(members[2]);
    pass(30s);
    EXPECT_EQ(sync_error(second), Error::rebalance_in_progress);
    EXPECT_EQ(sync_error(third), Error::rebalance_in_progress);
    EXPECT_FALSE(group.members().find(members[0]));
}

TEST_F(GroupTimeTest, nobody_is_removed_for_a_sync_once_all_have_synced) {
    auto members = stable_members(2, {.session = 100s, .rebalance = 10s});
    pass(50s);
    EXPECT_EQ(group.members().size(), 2u);
    EXPECT_EQ(group.state(), GroupState::stable);
}

TEST_F(GroupTimeTest, a_member_without_a_session_waits_five_minutes_for_its_first_generation) {
    auto     members = stable_members(1, {.session = 1800s, .rebalance = 1800s});
    WaiterId late = join("", {.version = before_kip_394, .session = 6s, .rebalance = 6s});
    pass(299s);
    EXPECT_TRUE(is_waiting(late)) << "its session timeout does not count yet";
    pass(1s);
    EXPECT_EQ(join_error(late), Error::unknown_member_id);
    EXPECT_EQ(group.members().size(), 1u);
}

TEST_F(GroupTimeTest, members_of_a_loaded_group_have_a_whole_session_from_then_on) {
    auto members = stable_members(2, {.session = 10s});
    for (const auto& id : members) join(id);
    sync(members[0]);
    Group again("group", options, random);
    again.restore(*to_store);
    at.now += 1h;
    again.resume(at);
    EXPECT_EQ(again.next_deadline(), at.now + 10s);
    at.now += 10s;
    auto effects = again.advance(at);
    EXPECT_EQ(again.state(), GroupState::empty);
    EXPECT_TRUE(effects.to_store);
}

TEST_F(GroupTimeTest, a_stop_answers_everybody_who_waits) {
    auto     members = stable_members(2);
    WaiterId joining = join(members[0]);
    take(group.release(Error::not_coordinator));
    EXPECT_EQ(join_error(joining), Error::not_coordinator);
    EXPECT_TRUE(group.release(Error::not_coordinator).empty());
}

} // namespace
} // namespace riacho::broker
