#include "broker/handlers/coordinator_of.hpp"
#include "broker/handlers/handlers.hpp"

namespace riacho::broker {

// Heartbeat, v0-4: keeps one member of a classic group alive, and tells it of a rebalance.
//   v1 throttle time   v3 static members (KIP-345), which are refused   v4 flexible
Task<kafka::HeartbeatResponse> heartbeat(Call& call, kafka::HeartbeatRequest request) {
    Local& owner = coordinator_of(call, request.group_id);
    co_return co_await at_coordinator(call, owner, owner.groups->heartbeat(std::move(request)));
}

} // namespace riacho::broker
