#pragma once

#include "base/clock.hpp"
#include "client/link/cluster_types.hpp"
#include "kafka/messages/heartbeat.hpp"
#include "kafka/messages/join_group.hpp"
#include "kafka/messages/leave_group.hpp"
#include "kafka/messages/sync_group.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace riacho::client {

struct MembershipOptions {
    std::string group;
    std::string protocol_type = "consumer";   ///< "connect", "sr": members of one type share a group
    std::optional<std::string> instance_id{}; ///< of a static member (KIP-345)
    Time                       session_timeout = std::chrono::seconds(45);
    Time                       rebalance_timeout = std::chrono::seconds(60);
    Time                       heartbeat_interval = std::chrono::seconds(3);
    /// How assignments can be made, the preferred one first; the bytes are what the leader learns of this
    /// member.
    std::vector<kafka::JoinGroupRequest::Protocol> protocols{};
};

/// A member of a classic group, without its I/O: answers and the time go in, requests and what they mean come
/// out.
///
///     joining ──joined──▶ syncing ──synced──▶ stable        any ──a refusal that stays──▶ failed
///        ▲                   │ the group changes │
///        └───────────────────┴───────────────────┘
///
/// A member id is kept through rebalances and forgotten when the coordinator does not know it any more.
class MemberState {
public:
    enum class Phase { joining, syncing, stable, failed };
    enum class Change {
        none,
        assigned, ///< `assignment` is ours
        revoked,  ///< the group changes: finish, then join again
        lost,     ///< the group went on without us: what we had may be somebody else's already
        failed,   ///< no other try helps: see `problem`
    };
    using Member = kafka::JoinGroupResponse::Member;
    using Assignments = std::map<std::string, Bytes>; ///< by member id

    explicit MemberState(MembershipOptions options) : options_(std::move(options)) {}

    kafka::JoinGroupRequest  join() const;
    kafka::SyncGroupRequest  sync(Assignments assignments) const;
    kafka::HeartbeatRequest  heartbeat() const;
    kafka::LeaveGroupRequest leave() const;

    Change joined(const Reply<kafka::JoinGroupResponse>& answer, Time now);
    Change synced(const Reply<kafka::SyncGroupResponse>& answer, Time now);
    Change beaten(const Reply<kafka::HeartbeatResponse>& answer, Time now);

    Phase                      phase() const { return phase_; }
    bool                       must_assign() const { return leads_ && !skips_assignment_; }
    const std::vector<Member>& members() const { return members_; } ///< known to the leader
    const std::string&         protocol() const { return protocol_; }
    const std::string&         id() const { return member_id_; }
    std::int32_t               generation() const { return generation_; }
    const Bytes&               assignment() const { return assignment_; }
    const std::string&         problem() const { return problem_; }
    const MembershipOptions&   options() const { return options_; }

private:
    enum class Forget { generation, member };
    Change again(Forget what);
    Change refused(kafka::ErrorCode error);
    Change fail_with(std::string problem);

    MembershipOptions   options_;
    Phase               phase_ = Phase::joining;
    bool                had_assignment_ = false;
    bool                leads_ = false;
    bool                skips_assignment_ = false;
    std::int32_t        generation_ = -1;
    std::string         member_id_;
    std::string         protocol_;
    std::vector<Member> members_;
    Bytes               assignment_;
    std::string         problem_;
    Time                alive_at_{0}; // the coordinator last heard of us
};

} // namespace riacho::client
