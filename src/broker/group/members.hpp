#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/memory_budget.hpp"
#include "kafka/messages/join_group.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace riacho::broker {

/// A JoinGroup or SyncGroup request that waits for its answer; numbered by whoever asks.
enum class WaiterId : std::uint64_t {};

using GroupProtocols = std::vector<kafka::JoinGroupRequest::Protocol>;

/// What a member's protocols take.
std::size_t bytes_of(const GroupProtocols& protocols);

struct GroupMember {
    /// A new member has never been given a generation, so it cannot have sent a heartbeat.
    enum class Standing { fresh, known };

    std::string               id{};
    std::string               client_id{};
    std::string               client_host{};
    std::chrono::milliseconds session_timeout{0};
    std::chrono::milliseconds rebalance_timeout{0};
    GroupProtocols            protocols{};  ///< the one it likes best first
    Bytes                     assignment{}; ///< of the current generation
    Bytes                     proposed{};   ///< what the leader assigns, until that is durable
    Standing                  standing = Standing::known;
    Time                      expires = Time::max();
    std::optional<WaiterId>   joining{};
    std::optional<WaiterId>   syncing{};
    bool   owes_sync = false; ///< joined this generation and has not asked for its assignment
    Charge memory{};          ///< for its protocols

    /// Whoever waits for us cannot send heartbeats.
    bool         is_excused() const { return syncing || (joining && standing == Standing::known); }
    const Bytes& metadata_for(std::string_view protocol) const;
};

/// An id that was given to a client which has not come back with it yet (KIP-394).
struct ExpectedMember {
    Time   until;
    Charge memory{};
};

/// The members of one group, by id: who leads, who is still expected, and what they agree on.
class GroupMembers {
public:
    using Map = std::map<std::string, GroupMember, std::less<>>;

    GroupMember*       find(std::string_view id);
    const GroupMember* find(std::string_view id) const;
    /// The first one leads.
    GroupMember& add(GroupMember member);
    /// Another one leads when it was the leader.
    void remove(std::string_view id);

    Map&               all() { return all_; }
    const Map&         all() const { return all_; }
    std::size_t        size() const { return all_.size(); }
    bool               empty() const { return all_.empty(); }
    const std::string& leader() const { return leader_; } ///< empty when there is none
    void               set_leader(std::string id) { leader_ = std::move(id); }
    bool               is_leader(std::string_view id) const { return !leader_.empty() && leader_ == id; }

    std::size_t joining_count() const;
    bool        all_joined() const { return joining_count() == all_.size() && expected_.empty(); }
    bool        anyone_owes_sync() const;
    /// Rebalances wait as long as the most patient member.
    std::chrono::milliseconds rebalance_timeout() const;
    Time                      next_expiry() const;

    using Expected = std::map<std::string, ExpectedMember, std::less<>>;
    Expected& expected() { return expected_; }
    bool      expects_anyone() const { return !expected_.empty(); }
    /// What all members but `id` say of themselves.
    std::size_t metadata_bytes_without(std::string_view id) const;

    /// Whether one of `protocols` is spoken by every member.
    bool support_any_of(const GroupProtocols& protocols) const;
    /// The protocol that most members like best of those that all speak; the first by name among equals.
    std::string vote() const;

private:
    std::size_t speakers_of(std::string_view protocol) const;

    Map         all_;
    std::string leader_;
    Expected    expected_;
};

} // namespace riacho::broker
