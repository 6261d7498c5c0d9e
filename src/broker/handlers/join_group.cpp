#include "broker/handlers/coordinator_of.hpp"
#include "broker/handlers/handlers.hpp"

namespace riacho::broker {

// JoinGroup, v0-9: becomes or stays a member of a classic group; answered when the group has a new
// generation.
//   v1 rebalance timeout   v2 throttle time   v4 new members come back with their id (KIP-394)   v5 static
//   members (KIP-345), which are refused   v6 flexible   v7 protocol in the answer   v8 reason, which is not
//   kept   v9 skip_assignment, which only static members meet
Task<kafka::JoinGroupResponse> join_group(Call& call, kafka::JoinGroupRequest request) {
    Local& owner = coordinator_of(call, request.group_id);
    auto   waker = std::make_shared<Waker>(owner.shard);
    auto   joining = owner.groups->join(std::move(request), group_client(call, waker));
    co_return co_await at_coordinator(call, owner, std::move(joining), std::move(waker));
}

} // namespace riacho::broker
