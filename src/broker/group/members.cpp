#include "broker/group/members.hpp"

#include "base/check.hpp"

#include <algorithm>

namespace riacho::broker {

std::size_t bytes_of(const GroupProtocols& protocols) {
    constexpr std::size_t overhead = 64; // of each
    std::size_t           bytes = 0;
    for (const auto& protocol : protocols)
        bytes += protocol.name.size() + protocol.metadata.size() + overhead;
    return bytes;
}

const Bytes& GroupMember::metadata_for(std::string_view protocol) const {
    static const Bytes none;
    auto found = std::ranges::find(protocols, protocol, &kafka::JoinGroupRequest::Protocol::name);
    return found == protocols.end() ? none : found->metadata;
}

GroupMember* GroupMembers::find(std::string_view id) {
    auto found = all_.find(id);
    return found == all_.end() ? nullptr : &found->second;
}

const GroupMember* GroupMembers::find(std::string_view id) const {
    auto found = all_.find(id);
    return found == all_.end() ? nullptr : &found->second;
}

GroupMember& GroupMembers::add(GroupMember member) {
    expected_.erase(member.id);
    if (leader_.empty()) leader_ = member.id;
    std::string id = member.id;
    auto [place, is_new] = all_.emplace(std::move(id), std::move(member));
    check(is_new, "a member is added to its group once");
    return place->second;
}

void GroupMembers::remove(std::string_view id) {
    bool was_leader = is_leader(id);
    if (auto found = all_.find(id); found != all_.end()) all_.erase(found);
    if (was_leader) leader_ = all_.empty() ? std::string() : all_.begin()->first;
}

std::size_t GroupMembers::metadata_bytes_without(std::string_view id) const {
    std::size_t bytes = 0;
    for (const auto& [other, member] : all_)
        if (other != id) bytes += bytes_of(member.protocols);
    return bytes;
}

std::size_t GroupMembers::joining_count() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(all_, [](const auto& entry) { return entry.second.joining.has_value(); }));
}

bool GroupMembers::anyone_owes_sync() const {
    return std::ranges::any_of(all_, [](const auto& entry) { return entry.second.owes_sync; });
}

std::chrono::milliseconds GroupMembers::rebalance_timeout() const {
    std::chrono::milliseconds longest{0};
    for (const auto& [id, member] : all_) longest = std::max(longest, member.rebalance_timeout);
    return longest;
}

Time GroupMembers::next_expiry() const {
    Time next = Time::max();
    for (const auto& [id, expected] : expected_) next = std::min(next, expected.until);
    for (const auto& [id, member] : all_) next = std::min(next, member.expires);
    return next;
}

std::size_t GroupMembers::speakers_of(std::string_view protocol) const {
    return static_cast<std::size_t>(std::ranges::count_if(all_, [protocol](const auto& entry) {
        return std::ranges::any_of(entry.second.protocols,
                                   [protocol](const auto& spoken) { return spoken.name == protocol; });
    }));
}

bool GroupMembers::support_any_of(const GroupProtocols& protocols) const {
    return std::ranges::any_of(
        protocols, [this](const auto& protocol) { return speakers_of(protocol.name) == all_.size(); });
}

std::string GroupMembers::vote() const {
    check(!all_.empty(), "a protocol is chosen by members");
    std::map<std::string_view, std::size_t> votes;
    for (const auto& protocol : all_.begin()->second.protocols)
        if (speakers_of(protocol.name) == all_.size()) votes[protocol.name] = 0;
    check(!votes.empty(), "the members of a group have a protocol in common");
    for (const auto& [id, member] : all_) {
        auto liked = std::ranges::find_if(
            member.protocols, [&](const auto& protocol) { return votes.contains(protocol.name); });
        ++votes[liked->name];
    }
    auto most = std::ranges::max_element(votes, {}, [](const auto& entry) { return entry.second; });
    return std::string(most->first);
}

} // namespace riacho::broker
