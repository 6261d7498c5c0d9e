#include "broker/group/group.hpp"

#include "base/check.hpp"

#include <utility>

namespace riacho::broker {

namespace {

using kafka::ErrorCode;

bool is_legal(GroupState from, GroupState to) {
    using enum GroupState;
    switch (to) {
    case empty:
        return from == preparing_rebalance || from == dead;
    case preparing_rebalance:
        return from == empty || from == completing_rebalance || from == stable;
    case completing_rebalance:
        return from == preparing_rebalance;
    case stable:
        return from == completing_rebalance;
    case dead:
        return from == empty;
    }
    return false;
}

} // namespace

std::string_view name_of(GroupState state) {
    switch (state) {
    case GroupState::empty:
        return "Empty";
    case GroupState::preparing_rebalance:
        return "PreparingRebalance";
    case GroupState::completing_rebalance:
        return "CompletingRebalance";
    case GroupState::stable:
        return "Stable";
    case GroupState::dead:
        return "Dead";
    }
    return "Unknown";
}

Group::Group(std::string id, const GroupOptions& options, Random& random)
    : id_(std::move(id)), options_(options), random_(random) {}

void Group::become(GroupState state, Timestamp wall) {
    check(is_legal(state_, state), "a group changes its state only as drawn in group.hpp");
    state_ = state;
    state_since_ = wall;
}

GroupEffects Group::sync(SyncAttempt attempt, const Moment& at) {
    ErrorCode error = check_sync(attempt.request);
    if (error != ErrorCode::none) {
        effects_.synced.push_back({attempt.waiter, {.error_code = error}});
        return take();
    }
    GroupMember& member = *members_.find(attempt.request.member_id);
    member.owes_sync = false;
    if (!members_.anyone_owes_sync()) sync_deadline_ = Time::max();
    if (is(GroupState::stable)) {
        member.expires = at.now + member.session_timeout;
        effects_.synced.push_back({attempt.waiter, assignment_of(member)});
        return take();
    }
    answer_sync(member, ErrorCode::rebalance_in_progress, at.now); // an older try of the same member
    member.syncing = attempt.waiter;
    if (members_.is_leader(member.id) && storing_ != generation_) accept_assignments(attempt);
    return take();
}

ErrorCode Group::check_sync(const kafka::SyncGroupRequest& request) const {
    auto differs = [](const std::optional<std::string>& claimed, const std::string& ours) {
        return claimed && !ours.empty() && *claimed != ours;
    };
    if (is(GroupState::dead)) return ErrorCode::coordinator_not_available;
    if (!members_.find(request.member_id)) return ErrorCode::unknown_member_id;
    if (request.generation_id != generation_) return ErrorCode::illegal_generation;
    if (differs(request.protocol_type, protocol_type_) || differs(request.protocol_name, protocol_))
        return ErrorCode::inconsistent_group_protocol;
    if (is(GroupState::preparing_rebalance)) return ErrorCode::rebalance_in_progress;
    return ErrorCode::none;
}

void Group::accept_assignments(SyncAttempt& attempt) {
    for (auto& [id, member] : members_.all()) member.proposed = {};
    for (const auto& assigned : attempt.request.assignments)
        if (GroupMember* member = members_.find(assigned.member_id))
            member->proposed = Bytes::copy_of(assigned.assignment.view());
    assigned_ = std::move(attempt.memory);
    storing_ = generation_;
    effects_.to_store = snapshot();
}

GroupEffects Group::stored(std::int32_t generation, ErrorCode error, const Moment& at) {
    if (storing_ == generation) storing_.reset();
    if (!is(GroupState::completing_rebalance) || generation != generation_) return take();
    if (error != ErrorCode::none) {
        fail_syncs(error, at.now);
        prepare_rebalance(at);
        return take();
    }
    for (auto& [id, member] : members_.all()) {
        member.assignment = std::exchange(member.proposed, {});
        answer_sync(member, ErrorCode::none, at.now);
    }
    become(GroupState::stable, at.wall);
    return take();
}

void Group::answer_sync(GroupMember& member, ErrorCode error, Time now) {
    if (!member.syncing) return;
    auto response =
        error == ErrorCode::none ? assignment_of(member) : kafka::SyncGroupResponse{.error_code = error};
    effects_.synced.push_back({*std::exchange(member.syncing, {}), std::move(response)});
    member.expires = now + member.session_timeout;
}

void Group::fail_syncs(ErrorCode error, Time now) {
    for (auto& [id, member] : members_.all()) {
        member.assignment = {};
        member.proposed = {};
        answer_sync(member, error, now);
    }
}

kafka::SyncGroupResponse Group::assignment_of(const GroupMember& member) const {
    return {.protocol_type = protocol_type_, .protocol_name = protocol_, .assignment = member.assignment};
}

ErrorCode Group::heartbeat(std::string_view member_id, std::int32_t generation, Time now) {
    if (is(GroupState::dead)) return ErrorCode::coordinator_not_available;
    GroupMember* member = members_.find(member_id);
    if (!member) return ErrorCode::unknown_member_id;
    if (generation != generation_) return ErrorCode::illegal_generation;
    // A fresh member's longer patience stays: its first generation gives it a session.
    if (member->standing == GroupMember::Standing::known) member->expires = now + member->session_timeout;
    return is(GroupState::preparing_rebalance) ? ErrorCode::rebalance_in_progress : ErrorCode::none;
}

Group::Left Group::leave(const std::vector<std::string>& member_ids, const Moment& at) {
    Left left;
    auto size_before = members_.size();
    for (const std::string& id : member_ids) {
        if (is(GroupState::dead)) {
            left.errors.push_back(ErrorCode::coordinator_not_available);
        } else if (members_.find(id)) {
            remove_member(id);
            left.errors.push_back(ErrorCode::none);
        } else {
            bool was_expected = members_.expected().erase(id) > 0;
            left.errors.push_back(was_expected ? ErrorCode::none : ErrorCode::unknown_member_id);
        }
    }
    if (members_.size() != size_before) prepare_rebalance(at);
    try_complete_join(at);
    left.effects = take();
    return left;
}

ErrorCode Group::check_commit(std::string_view member_id, std::int32_t generation, Time now) {
    if (is(GroupState::dead)) return ErrorCode::coordinator_not_available;
    if (generation < 0 && is(GroupState::empty)) return ErrorCode::none;
    GroupMember* member = members_.find(member_id);
    if (!member) return ErrorCode::unknown_member_id;
    if (generation != generation_) return ErrorCode::illegal_generation;
    if (is(GroupState::completing_rebalance)) return ErrorCode::rebalance_in_progress;
    if (member->standing == GroupMember::Standing::known) member->expires = now + member->session_timeout;
    return ErrorCode::none;
}

GroupEffects Group::release(ErrorCode error) {
    for (auto& [id, member] : members_.all()) {
        if (member.joining)
            effects_.joined.push_back(
                {*std::exchange(member.joining, {}), {.error_code = error, .member_id = id}});
        if (member.syncing)
            effects_.synced.push_back({*std::exchange(member.syncing, {}), {.error_code = error}});
    }
    return take();
}

} // namespace riacho::broker
