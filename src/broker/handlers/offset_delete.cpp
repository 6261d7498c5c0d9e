#include "broker/handlers/coordinator_of.hpp"
#include "broker/handlers/handlers.hpp"

namespace riacho::broker {

// OffsetDelete, v0: a group's committed offsets go, but those of topics that its members read (KIP-496);
// answered when that is durable.
Task<kafka::OffsetDeleteResponse> offset_delete(Call& call, kafka::OffsetDeleteRequest request) {
    Local& owner = coordinator_of(call, request.group_id);
    co_return co_await at_coordinator(call, owner, owner.groups->delete_offsets(std::move(request)));
}

} // namespace riacho::broker
