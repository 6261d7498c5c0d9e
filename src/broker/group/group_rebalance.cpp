#include "broker/group/group.hpp"

#include <algorithm>
#include <vector>

namespace riacho::broker {
namespace {

using kafka::ErrorCode;

} // namespace

/// Nothing while one is being prepared already.
void Group::prepare_rebalance(const Moment& at) {
    if (is(GroupState::preparing_rebalance) || is(GroupState::dead)) return;
    if (is(GroupState::completing_rebalance)) fail_syncs(ErrorCode::rebalance_in_progress, at.now);
    sync_deadline_ = Time::max();
    for (auto& [id, member] : members_.all()) member.owes_sync = false;
    rebalance_ = is(GroupState::empty) ? Rebalance::first : Rebalance::further;
    if (rebalance_ == Rebalance::first) {
        came_late_ = false;
        initial_end_ = at.now + members_.rebalance_timeout();
        join_deadline_ = at.now + options_.group_initial_rebalance_delay_ms;
    } else {
        join_deadline_ = at.now + members_.rebalance_timeout();
    }
    become(GroupState::preparing_rebalance, at.wall);
    try_complete_join(at);
}

void Group::try_complete_join(const Moment& at) {
    if (!is(GroupState::preparing_rebalance)) return;
    bool time_is_up = at.now >= join_deadline_;
    if (rebalance_ == Rebalance::further) {
        if (time_is_up || members_.all_joined()) complete_join(at);
    } else if (time_is_up && came_late_ && at.now < initial_end_) {
        came_late_ = false;
        join_deadline_ = std::min(at.now + options_.group_initial_rebalance_delay_ms, initial_end_);
        try_complete_join(at); // of no delay
    } else if (time_is_up) {
        complete_join(at);
    }
}

void Group::complete_join(const Moment& at) {
    std::vector<std::string> absent;
    for (const auto& [id, member] : members_.all())
        if (!member.joining) absent.push_back(id);
    for (const std::string& id : absent) remove_member(id);

    join_deadline_ = Time::max();
    ++generation_;
    if (members_.empty()) {
        protocol_.clear();
        become(GroupState::empty, at.wall);
        effects_.to_store = snapshot();
        return;
    }
    protocol_ = members_.vote();
    become(GroupState::completing_rebalance, at.wall);
    sync_deadline_ = at.now + members_.rebalance_timeout();
    for (auto& [id, member] : members_.all()) {
        effects_.joined.push_back({*std::exchange(member.joining, {}), joined_response(member)});
        member.standing = GroupMember::Standing::known;
        member.expires = at.now + member.session_timeout;
        member.owes_sync = true;
    }
}

/// Who waits in the member's name is told that it is no member: if it still lives, it joins again.
void Group::remove_member(std::string_view member_id) {
    GroupMember& member = *members_.find(member_id);
    if (member.joining)
        effects_.joined.push_back({*member.joining, {.error_code = ErrorCode::unknown_member_id}});
    if (member.syncing)
        effects_.synced.push_back({*member.syncing, {.error_code = ErrorCode::unknown_member_id}});
    members_.remove(member_id);
}

GroupEffects Group::advance(const Moment& at) {
    expire_members(at);
    expire_owed_syncs(at);
    try_complete_join(at);
    return take();
}

void Group::expire_members(const Moment& at) {
    std::erase_if(members_.expected(), [&](const auto& entry) { return entry.second.until <= at.now; });
    std::vector<std::string> expired;
    for (auto& [id, member] : members_.all()) {
        if (member.expires > at.now) continue;
        if (member.is_excused())
            member.expires = Time::max(); // its session starts again with the answer
        else
            expired.push_back(id);
    }
    for (const std::string& id : expired) remove_member(id);
    if (!expired.empty()) prepare_rebalance(at);
}

/// Members that joined a generation have as long to ask for their assignment as they had to join.
void Group::expire_owed_syncs(const Moment& at) {
    if (at.now < sync_deadline_) return;
    sync_deadline_ = Time::max();
    std::vector<std::string> owing;
    for (const auto& [id, member] : members_.all())
        if (member.owes_sync) owing.push_back(id);
    for (const std::string& id : owing) remove_member(id);
    if (!owing.empty()) prepare_rebalance(at);
}

Time Group::next_deadline() const {
    return std::min({members_.next_expiry(), join_deadline_, sync_deadline_});
}

Time Group::wait_limit() const {
    // Once for the joins and once for the assignments, each after others have used up their time.
    return 2 * members_.rebalance_timeout() + options_.group_initial_rebalance_delay_ms +
           options_.new_member_join_timeout;
}

} // namespace riacho::broker
