#include "broker/handlers/coordinator_of.hpp"
#include "broker/handlers/handlers.hpp"

namespace riacho::broker {

// SyncGroup, v0-5: brings the leader's assignment, and gives each member its own once it is durable.
//   v1 throttle time   v3 static members (KIP-345), which are refused   v4 flexible   v5 protocol, both ways
Task<kafka::SyncGroupResponse> sync_group(Call& call, kafka::SyncGroupRequest request) {
    constexpr kafka::Version protocol_since = 5;
    if (call.version >= protocol_since && (!request.protocol_type || !request.protocol_name))
        co_return kafka::SyncGroupResponse{.error_code = kafka::ErrorCode::inconsistent_group_protocol};
    Local& owner = coordinator_of(call, request.group_id);
    auto   waker = std::make_shared<Waker>(owner.shard);
    auto   syncing = owner.groups->sync(std::move(request), waker);
    co_return co_await at_coordinator(call, owner, std::move(syncing), std::move(waker));
}

} // namespace riacho::broker
