#include "broker/handlers/coordinator_of.hpp"
#include "broker/handlers/handlers.hpp"

namespace riacho::broker {

// LeaveGroup, v0-5: takes members out of a classic group.
//   v1 throttle time   v3 several members (KIP-345), static ones are refused   v4 flexible   v5 reason
Task<kafka::LeaveGroupResponse> leave_group(Call& call, kafka::LeaveGroupRequest request) {
    constexpr kafka::Version several_since = 3;
    if (call.version < several_since) {
        auto& only = request.members.emplace_back();
        only.member_id = std::move(request.member_id);
    }
    Local& owner = coordinator_of(call, request.group_id);
    auto   response = co_await at_coordinator(call, owner, owner.groups->leave(std::move(request)));
    bool   is_of_member = call.version < several_since && !response.members.empty();
    if (is_of_member && response.error_code == kafka::ErrorCode::none)
        response.error_code = response.members.front().error_code;
    co_return response;
}

} // namespace riacho::broker
