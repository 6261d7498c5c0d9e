#include "base/check.hpp"
#include "broker/group/group.hpp"

#include <fmt/core.h>

namespace riacho::broker {

namespace {

using kafka::ErrorCode;

/// From this version on a client has to come back with the id it is given (KIP-394).
constexpr kafka::Version member_id_required_since = 4;

std::chrono::milliseconds rebalance_timeout_of(const kafka::JoinGroupRequest& request) {
    bool is_given = request.rebalance_timeout_ms >= 0; // v1+
    return std::chrono::milliseconds(is_given ? request.rebalance_timeout_ms : request.session_timeout_ms);
}

/// A copy that does not keep the request's frame alive.
GroupProtocols own_copy(const GroupProtocols& protocols) {
    GroupProtocols own;
    own.reserve(protocols.size());
    for (const auto& protocol : protocols)
        own.push_back({.name = protocol.name, .metadata = Bytes::copy_of(protocol.metadata.view())});
    return own;
}

} // namespace

ErrorCode check_join(const kafka::JoinGroupRequest& request, const GroupOptions& options) {
    if (request.group_id.empty()) return ErrorCode::invalid_group_id;
    if (request.group_instance_id) return ErrorCode::unsupported_version;
    std::chrono::milliseconds session(request.session_timeout_ms);
    if (session < options.group_min_session_timeout_ms || session > options.group_max_session_timeout_ms)
        return ErrorCode::invalid_session_timeout;
    return bytes_of(request.protocols) > options.member_metadata_bytes_max ? ErrorCode::invalid_request
                                                                           : ErrorCode::none;
}

GroupEffects Group::join(JoinAttempt attempt, const Moment& at) {
    admit(attempt, at);
    try_complete_join(at);
    return take();
}

void Group::admit(JoinAttempt& attempt, const Moment& at) {
    const std::string& id = attempt.request.member_id;
    if (is(GroupState::dead)) return refuse(attempt, id, ErrorCode::coordinator_not_available);
    if (!has_room_for(id)) {
        if (members_.find(id)) remove_member(id);
        return refuse(attempt, {}, ErrorCode::group_max_size_reached);
    }
    if (members_.metadata_bytes_without(id) + bytes_of(attempt.request.protocols) >
        options_.group_metadata_bytes_max)
        return refuse(attempt, id, ErrorCode::group_max_size_reached);
    if (!fits(attempt.request)) return refuse(attempt, id, ErrorCode::inconsistent_group_protocol);
    if (id.empty()) return join_as_new(attempt, at);
    if (members_.expected().contains(id)) return add_member(id, attempt, at);
    GroupMember* member = members_.find(id);
    if (!member) return refuse(attempt, id, ErrorCode::unknown_member_id);
    rejoin(*member, attempt, at);
}

/// The first member says what the group is for; others have to agree with all who are there.
bool Group::fits(const kafka::JoinGroupRequest& request) const {
    if (is(GroupState::empty)) return !request.protocol_type.empty() && !request.protocols.empty();
    return request.protocol_type == protocol_type_ && members_.support_any_of(request.protocols);
}

/// While a rebalance collects members, those who came count, so that a group which became too large, by a
/// change of group.max.size, loses whoever comes last.
bool Group::has_room_for(std::string_view member_id) const {
    auto               max = static_cast<std::size_t>(options_.group_max_size);
    const GroupMember* member = members_.find(member_id);
    switch (state_) {
    case GroupState::preparing_rebalance:
        return (member && member->joining) || members_.joining_count() < max;
    case GroupState::completing_rebalance:
    case GroupState::stable:
        return member || members_.size() < max;
    case GroupState::empty:
    case GroupState::dead:
        return true;
    }
    return false;
}

void Group::join_as_new(JoinAttempt& attempt, const Moment& at) {
    std::string id = fresh_member_id(attempt.client_id);
    if (attempt.version < member_id_required_since) return add_member(std::move(id), attempt, at);
    if (members_.expected().size() >= options_.pending_members_max)
        return refuse(attempt, {}, ErrorCode::group_max_size_reached);
    attempt.memory.shrink_to(pending_member_bytes);
    members_.expected()[id] = {at.now + std::chrono::milliseconds(attempt.request.session_timeout_ms),
                               std::move(attempt.memory)};
    refuse(attempt, std::move(id), ErrorCode::member_id_required);
}

void Group::add_member(std::string member_id, JoinAttempt& attempt, const Moment& at) {
    if (members_.empty()) protocol_type_ = attempt.request.protocol_type;
    if (is(GroupState::preparing_rebalance) && generation_ == 0) came_late_ = true;
    members_.add({.id = std::move(member_id),
                  .client_id = std::move(attempt.client_id),
                  .client_host = std::move(attempt.client_host),
                  .session_timeout = std::chrono::milliseconds(attempt.request.session_timeout_ms),
                  .rebalance_timeout = rebalance_timeout_of(attempt.request),
                  .protocols = own_copy(attempt.request.protocols),
                  .standing = GroupMember::Standing::fresh,
                  .expires = at.now + options_.new_member_join_timeout,
                  .joining = attempt.waiter,
                  .memory = std::move(attempt.memory)});
    prepare_rebalance(at);
}

void Group::rejoin(GroupMember& member, JoinAttempt& attempt, const Moment& at) {
    bool is_unchanged = member.protocols == attempt.request.protocols;
    // A leader of a stable group joins again to have the group assigned anew. Anybody else who changes
    // nothing has most likely missed the answer.
    bool missed_answer = (is(GroupState::completing_rebalance) && is_unchanged) ||
                         (is(GroupState::stable) && is_unchanged && !members_.is_leader(member.id));
    if (missed_answer) {
        effects_.joined.push_back({attempt.waiter, joined_response(member)});
        return;
    }
    update(member, attempt);
    prepare_rebalance(at);
}

void Group::update(GroupMember& member, JoinAttempt& attempt) {
    if (member.joining)
        effects_.joined.push_back(
            {*member.joining, {.error_code = ErrorCode::rebalance_in_progress, .member_id = member.id}});
    member.joining = attempt.waiter;
    member.protocols = own_copy(attempt.request.protocols);
    member.memory = std::move(attempt.memory);
    member.session_timeout = std::chrono::milliseconds(attempt.request.session_timeout_ms);
    member.rebalance_timeout = rebalance_timeout_of(attempt.request);
}

void Group::refuse(const JoinAttempt& attempt, std::string member_id, ErrorCode error) {
    effects_.joined.push_back({attempt.waiter, {.error_code = error, .member_id = std::move(member_id)}});
}

kafka::JoinGroupResponse Group::joined_response(const GroupMember& member) const {
    kafka::JoinGroupResponse response{.generation_id = generation_,
                                      .protocol_type = protocol_type_,
                                      .protocol_name = protocol_,
                                      .leader = members_.leader(),
                                      .member_id = member.id};
    // The leader of a stable group who asks again gets a new generation, so this is of a fresh one.
    if (!members_.is_leader(member.id)) return response;
    response.members.reserve(members_.size());
    for (const auto& [id, other] : members_.all())
        response.members.push_back({.member_id = id, .metadata = other.metadata_for(protocol_)});
    return response;
}

std::string Group::fresh_member_id(std::string_view client_id) {
    constexpr std::uint64_t version_mask = 0xffff'ffff'ffff'0fff, version_4 = 0x4000;
    constexpr std::uint64_t variant_mask = 0x3fff'ffff'ffff'ffff, variant_1 = 0x8000'0000'0000'0000;
    std::uint64_t           high = (random_.bits() & version_mask) | version_4;
    std::uint64_t           low = (random_.bits() & variant_mask) | variant_1;
    return fmt::format("{}-{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", client_id, high >> 32, high >> 16 & 0xffff,
                       high & 0xffff, low >> 48, low & 0xffff'ffff'ffff);
}

} // namespace riacho::broker
