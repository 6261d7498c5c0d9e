#include "client/link/member_state.hpp"

#include <gtest/gtest.h>

namespace riacho::client {
namespace {

using namespace std::chrono_literals;
using kafka::ErrorCode;
using Change = MemberState::Change;
using Phase = MemberState::Phase;

kafka::JoinGroupResponse join_answer(ErrorCode error = ErrorCode::none, std::string leader = "other") {
    return {.error_code = error,
            .generation_id = 7,
            .protocol_name = "range",
            .leader = leader,
            .member_id = "me"};
}
kafka::SyncGroupResponse sync_answer(ErrorCode error = ErrorCode::none) {
    return {.error_code = error, .assignment = Bytes::copy_of("mine")};
}
kafka::HeartbeatResponse beat_answer(ErrorCode error) { return {.error_code = error}; }

MemberState stable_member(std::optional<std::string> instance = {}) {
    MemberState state({.group = "g", .instance_id = std::move(instance)});
    EXPECT_EQ(state.joined(join_answer(), 1s), Change::none);
    EXPECT_EQ(state.phase(), Phase::syncing);
    EXPECT_EQ(state.synced(sync_answer(), 1s), Change::assigned);
    EXPECT_EQ(state.phase(), Phase::stable);
    return state;
}

TEST(MemberState, joins_syncs_and_has_its_assignment) {
    auto state = stable_member();
    EXPECT_EQ(as_text(state.assignment().view()), "mine");
    EXPECT_EQ(state.heartbeat().generation_id, 7);
    EXPECT_EQ(state.heartbeat().member_id, "me");
    EXPECT_FALSE(state.must_assign());
}

TEST(MemberState, takes_the_id_that_it_is_given_before_it_may_join) {
    MemberState state({.group = "g"});
    EXPECT_EQ(state.join().member_id, "");
    EXPECT_EQ(state.joined(join_answer(ErrorCode::member_id_required), 1s), Change::none);
    EXPECT_EQ(state.phase(), Phase::joining);
    EXPECT_EQ(state.join().member_id, "me");
}

TEST(MemberState, the_leader_assigns_unless_the_broker_says_that_nothing_changed) {
    MemberState state({.group = "g"});
    state.joined(join_answer(ErrorCode::none, "me"), 1s);
    EXPECT_TRUE(state.must_assign());
    auto answer = join_answer(ErrorCode::none, "me");
    answer.skip_assignment = true;
    state.joined(answer, 1s);
    EXPECT_FALSE(state.must_assign());
}

TEST(MemberState, a_rebalance_keeps_the_id_and_takes_the_assignment) {
    auto state = stable_member();
    EXPECT_EQ(state.beaten(beat_answer(ErrorCode::rebalance_in_progress), 2s), Change::revoked);
    EXPECT_EQ(state.phase(), Phase::joining);
    EXPECT_EQ(state.join().member_id, "me");
    EXPECT_EQ(state.joined(join_answer(), 2s), Change::none);
    EXPECT_EQ(state.synced(sync_answer(ErrorCode::rebalance_in_progress), 2s), Change::none)
        << "there is nothing to take twice";
}

TEST(MemberState, a_group_that_went_on_without_us_has_what_we_had) {
    auto state = stable_member();
    EXPECT_EQ(state.beaten(beat_answer(ErrorCode::unknown_member_id), 2s), Change::lost);
    EXPECT_EQ(state.join().member_id, "");
    auto other = stable_member();
    EXPECT_EQ(other.beaten(beat_answer(ErrorCode::illegal_generation), 2s), Change::lost);
    EXPECT_EQ(other.join().member_id, "me") << "the member is known, its generation is old";
}

TEST(MemberState, silence_is_a_loss_when_the_session_is_over) {
    auto                            state = stable_member();
    Reply<kafka::HeartbeatResponse> silence = fail(NoReply{.why = LinkError::timed_out}, "");
    EXPECT_EQ(state.beaten(silence, 40s), Change::none);
    EXPECT_EQ(state.beaten(beat_answer(ErrorCode::none), 41s), Change::none);
    EXPECT_EQ(state.beaten(silence, 85s), Change::none);
    EXPECT_EQ(state.beaten(silence, 86s), Change::lost);
}

TEST(MemberState, what_no_other_try_can_change_is_a_failure) {
    for (auto error : {ErrorCode::fenced_instance_id, ErrorCode::inconsistent_group_protocol,
                       ErrorCode::group_authorization_failed, ErrorCode::invalid_group_id}) {
        MemberState state({.group = "g"});
        EXPECT_EQ(state.joined(join_answer(error), 1s), Change::failed);
        EXPECT_EQ(state.phase(), Phase::failed);
        EXPECT_NE(state.problem().find(name_of(error)), std::string::npos);
    }
    MemberState state({.group = "g"});
    EXPECT_EQ(state.joined(fail(NoReply{.why = LinkError::unauthorized}, "who?"), 1s), Change::failed);
}

} // namespace
} // namespace riacho::client
