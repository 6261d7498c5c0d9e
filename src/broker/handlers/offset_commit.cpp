#include "broker/handlers/coordinator_of.hpp"
#include "broker/handlers/handlers.hpp"

namespace riacho::broker {

// OffsetCommit, v2-9: says where a group is; answered when that is durable, for all partitions at once.
//   v2-4 how long to keep it   v3 throttle time   v6 leader epoch (KIP-320)   v7 static members (KIP-345),
//   which are refused   v8 flexible   v9 GROUP_ID_NOT_FOUND
Task<kafka::OffsetCommitResponse> offset_commit(Call& call, kafka::OffsetCommitRequest request) {
    Local& owner = coordinator_of(call, request.group_id);
    co_return co_await at_coordinator(call, owner, owner.groups->commit(std::move(request), call.version));
}

} // namespace riacho::broker
