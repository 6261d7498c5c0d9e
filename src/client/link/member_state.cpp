#include "client/link/member_state.hpp"

#include <fmt/format.h>

namespace riacho::client {
namespace {

using kafka::ErrorCode;

std::int32_t whole_ms(Time time) {
    return static_cast<std::int32_t>(std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
}

} // namespace

kafka::JoinGroupRequest MemberState::join() const {
    return {.group_id = options_.group,
            .session_timeout_ms = whole_ms(options_.session_timeout),
            .rebalance_timeout_ms = whole_ms(options_.rebalance_timeout),
            .member_id = member_id_,
            .group_instance_id = options_.instance_id,
            .protocol_type = options_.protocol_type,
            .protocols = options_.protocols};
}

kafka::SyncGroupRequest MemberState::sync(Assignments assignments) const {
    kafka::SyncGroupRequest request{.group_id = options_.group,
                                    .generation_id = generation_,
                                    .member_id = member_id_,
                                    .group_instance_id = options_.instance_id,
                                    .protocol_type = options_.protocol_type,
                                    .protocol_name = protocol_};
    for (auto& [member, assignment] : assignments)
        request.assignments.push_back({.member_id = member, .assignment = std::move(assignment)});
    return request;
}

kafka::HeartbeatRequest MemberState::heartbeat() const {
    return {.group_id = options_.group,
            .generation_id = generation_,
            .member_id = member_id_,
            .group_instance_id = options_.instance_id};
}

kafka::LeaveGroupRequest MemberState::leave() const {
    kafka::LeaveGroupRequest request{.group_id = options_.group, .member_id = member_id_};
    request.members.push_back(
        {.member_id = member_id_, .group_instance_id = options_.instance_id, .reason = "the member is done"});
    return request;
}

MemberState::Change MemberState::joined(const Reply<kafka::JoinGroupResponse>& answer, Time now) {
    if (!answer) {
        if (!may_pass(answer.error().code.why)) return fail_with(answer.error().detail);
        return Change::none;
    }
    if (answer->error_code == ErrorCode::member_id_required) member_id_ = answer->member_id;
    if (answer->error_code != ErrorCode::none) return refused(answer->error_code);
    alive_at_ = now;
    member_id_ = answer->member_id;
    generation_ = answer->generation_id;
    protocol_ = answer->protocol_name.value_or("");
    leads_ = answer->leader == member_id_;
    skips_assignment_ = answer->skip_assignment;
    members_ = answer->members;
    phase_ = Phase::syncing;
    return Change::none;
}

MemberState::Change MemberState::synced(const Reply<kafka::SyncGroupResponse>& answer, Time now) {
    if (!answer)
        return may_pass(answer.error().code.why) ? again(Forget::generation)
                                                 : fail_with(answer.error().detail);
    if (answer->error_code != ErrorCode::none) return refused(answer->error_code);
    alive_at_ = now;
    assignment_ = answer->assignment;
    phase_ = Phase::stable;
    had_assignment_ = true;
    return Change::assigned;
}

MemberState::Change MemberState::beaten(const Reply<kafka::HeartbeatResponse>& answer, Time now) {
    bool heard = answer && answer->error_code == ErrorCode::none;
    if (heard) alive_at_ = now;
    if (heard) return Change::none;
    if (answer && answer->error_code == ErrorCode::rebalance_in_progress) alive_at_ = now;
    // Without an answer the coordinator may have given up on us, and given what we had to others.
    if (!answer && may_pass(answer.error().code.why))
        return now < alive_at_ + options_.session_timeout ? Change::none : again(Forget::generation);
    return answer ? refused(answer->error_code) : fail_with(answer.error().detail);
}

MemberState::Change MemberState::refused(ErrorCode error) {
    switch (error) {
    case ErrorCode::rebalance_in_progress:
        phase_ = Phase::joining;
        return std::exchange(had_assignment_, false) ? Change::revoked : Change::none;
    case ErrorCode::member_id_required:
        return Change::none;
    case ErrorCode::illegal_generation:
        return again(Forget::generation);
    case ErrorCode::unknown_member_id:
        return again(Forget::member);
    default:
        break;
    }
    if (kafka::is_retriable(error)) return again(Forget::generation);
    return fail_with(fmt::format("group {}: {} ({})", options_.group, text_of(error), name_of(error)));
}

MemberState::Change MemberState::again(Forget what) {
    if (what == Forget::member) member_id_.clear();
    generation_ = -1;
    phase_ = Phase::joining;
    return std::exchange(had_assignment_, false) ? Change::lost : Change::none;
}

MemberState::Change MemberState::fail_with(std::string problem) {
    problem_ = std::move(problem);
    phase_ = Phase::failed;
    return Change::failed;
}

} // namespace riacho::client
