#pragma once

#include "base/clock.hpp"
#include "base/random.hpp"
#include "broker/group/members.hpp"
#include "broker/group/options.hpp"
#include "kafka/messages/describe_groups.hpp"
#include "kafka/messages/group_metadata_value.hpp"
#include "kafka/messages/join_group.hpp"
#include "kafka/messages/leave_group.hpp"
#include "kafka/messages/list_groups.hpp"
#include "kafka/messages/sync_group.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace riacho::broker {

enum class GroupState : std::uint8_t { empty, preparing_rebalance, completing_rebalance, stable, dead };
/// As DescribeGroups and ListGroups name it: "PreparingRebalance".
std::string_view name_of(GroupState state);

/// When an input arrives, by both clocks.
struct Moment {
    Time      now{0};
    Timestamp wall;
};

/// A JoinGroup with what is known of its sender.
struct JoinAttempt {
    kafka::JoinGroupRequest request{};
    kafka::Version          version = 0;
    WaiterId                waiter{0};
    std::string             client_id{};
    std::string             client_host{};
    Charge                  memory{}; ///< for its protocols, or an id that is given out
};

/// What an id that was given to a client takes until it comes back with it.
inline constexpr std::size_t pending_member_bytes = 256;

struct SyncAttempt {
    kafka::SyncGroupRequest request{};
    WaiterId                waiter{0};
    Charge                  memory{}; ///< for what it assigns
};

/// What the world has to do after an input: answer requests, and make a record durable and say so.
struct GroupEffects {
    struct Joined {
        WaiterId                 waiter;
        kafka::JoinGroupResponse response;
    };
    struct Synced {
        WaiterId                 waiter;
        kafka::SyncGroupResponse response;
    };
    std::vector<Joined> joined;
    std::vector<Synced> synced;
    /// The group as its record has to be. `stored` is owed for its generation.
    std::optional<kafka::GroupMetadataValue> to_store;

    bool empty() const { return joined.empty() && synced.empty() && !to_store; }
};

/// Why a JoinGroup is refused before its group is looked for; none where it is not.
kafka::ErrorCode check_join(const kafka::JoinGroupRequest& request, const GroupOptions& options);

/// One classic consumer group, of any protocol type (KIP-62, KIP-394), as Kafka coordinates it. Knows no
/// clock and waits for nothing: inputs say when they come, `next_deadline` says when `advance` is due.
///
///                      a member joins               all have joined, or time is up
///   ┌──────► Empty ─────────────────► Preparing ─────────────────────────► Completing
///   │        │   ▲                    Rebalance ◄───────────────────────── Rebalance
///   │ removal│   │  nobody is left     │  ▲   a member joins anew, leaves,     │
///   │ failed ▼   └─────────────────────┘  │   expires, does not sync; or       │ the leader's
///   └─────── Dead                         │   the assignment cannot be stored  │ assignment
///                                         └───────────── Stable ◄──────────────┘ is durable
///
/// Invariants: a member waits for a join or for a sync, never both; every waiter is answered once; an
/// assignment is shown to nobody before its record is durable.
class Group {
public:
    Group(std::string id, const GroupOptions& options, Random& random);

    // -- inputs
    GroupEffects     join(JoinAttempt attempt, const Moment& at);
    GroupEffects     sync(SyncAttempt attempt, const Moment& at);
    kafka::ErrorCode heartbeat(std::string_view member_id, std::int32_t generation, Time now);
    struct Left {
        std::vector<kafka::ErrorCode> errors; ///< of each member
        GroupEffects                  effects;
    };
    Left leave(const std::vector<std::string>& member_ids, const Moment& at);
    /// Whether offsets may be committed in this name; a member's commit keeps its session alive.
    kafka::ErrorCode check_commit(std::string_view member_id, std::int32_t generation, Time now);
    /// Everything whose time has come.
    GroupEffects advance(const Moment& at);
    /// The record of `generation` became durable (none) or could not be written.
    GroupEffects stored(std::int32_t generation, kafka::ErrorCode error, const Moment& at);
    /// Answers every waiting request with `error`: the coordinator stops.
    GroupEffects release(kafka::ErrorCode error);
    /// An empty group is about to be removed: whoever comes is sent away until that is durable or has failed.
    void retire(Timestamp wall) { become(GroupState::dead, wall); }
    void revive(Timestamp wall) { become(GroupState::empty, wall); }

    // -- loading
    /// The group as the record says.
    void restore(const kafka::GroupMetadataValue& value);
    /// All records were read: sessions start.
    GroupEffects resume(const Moment& at);

    // -- views
    const std::string& id() const { return id_; }
    GroupState         state() const { return state_; }
    bool               is(GroupState state) const { return state_ == state; }
    std::int32_t       generation() const { return generation_; }
    const std::string& protocol_type() const { return protocol_type_; } ///< empty for a group of commits only
    const std::string& protocol() const { return protocol_; }
    Timestamp          state_since() const { return state_since_; }
    const GroupMembers& members() const { return members_; }
    bool                has_expected_members() const { return members_.expects_anyone(); }
    Time                next_deadline() const;
    /// An upper bound of how long a request that waits now can wait.
    Time wait_limit() const;
    /// Whether a member of a stable consumer group reads `topic`; nothing where the broker cannot know.
    std::optional<bool> reads(std::string_view topic) const;
    /// Whether offsets of `topic` must stay: a member reads it, or may do so for all that we know.
    bool                                 is_subscribed_to(std::string_view topic) const;
    kafka::DescribeGroupsResponse::Group describe() const;
    kafka::ListGroupsResponse::Group     list() const;

private:
    // group_join.cpp
    void admit(JoinAttempt& attempt, const Moment& at);
    bool has_room_for(std::string_view member_id) const;
    bool fits(const kafka::JoinGroupRequest& request) const;
    void join_as_new(JoinAttempt& attempt, const Moment& at);
    void add_member(std::string member_id, JoinAttempt& attempt, const Moment& at);
    void rejoin(GroupMember& member, JoinAttempt& attempt, const Moment& at);
    void update(GroupMember& member, JoinAttempt& attempt);
    void refuse(const JoinAttempt& attempt, std::string member_id, kafka::ErrorCode error);
    kafka::JoinGroupResponse joined_response(const GroupMember& member) const;
    std::string              fresh_member_id(std::string_view client_id);

    // group_rebalance.cpp
    void prepare_rebalance(const Moment& at);
    void try_complete_join(const Moment& at);
    void complete_join(const Moment& at);
    void remove_member(std::string_view member_id);
    void expire_members(const Moment& at);
    void expire_owed_syncs(const Moment& at);

    // group.cpp
    void                      accept_assignments(SyncAttempt& attempt);
    void                      answer_sync(GroupMember& member, kafka::ErrorCode error, Time now);
    void                      fail_syncs(kafka::ErrorCode error, Time now);
    kafka::ErrorCode          check_sync(const kafka::SyncGroupRequest& request) const;
    kafka::SyncGroupResponse  assignment_of(const GroupMember& member) const;
    kafka::GroupMetadataValue snapshot() const;
    void                      become(GroupState state, Timestamp wall);
    GroupEffects              take() { return std::exchange(effects_, {}); }

    std::string         id_;
    const GroupOptions& options_;
    Random&             random_;
    GroupState          state_ = GroupState::empty;
    Timestamp           state_since_;
    std::int32_t        generation_ = 0;
    std::string         protocol_type_;
    std::string         protocol_; ///< what the current generation speaks, empty when nobody does
    GroupMembers        members_;
    GroupEffects        effects_;

    /// The first rebalance of an empty group waits for more members: at most until `initial_end_`.
    enum class Rebalance { first, further } rebalance_ = Rebalance::further;
    Time   initial_end_ = Time::max();
    bool   came_late_ = false; ///< a member joined during the wait for more
    Time   join_deadline_ = Time::max();
    Time   sync_deadline_ = Time::max();
    Charge assigned_; ///< for what the leader assigned last
    /// The generation whose assignment is on its way to the disk.
    std::optional<std::int32_t> storing_;
};

} // namespace riacho::broker
