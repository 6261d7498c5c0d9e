#include "broker/handlers/coordinator_of.hpp"
#include "broker/handlers/handlers.hpp"

#include <iterator>

namespace riacho::broker {

// ListGroups, v0-5: the groups of this broker, of all its shards.
//   v1 throttle time   v3 flexible   v4 by state (KIP-518)   v5 by type (KIP-848)
Task<kafka::ListGroupsResponse> list_groups(Call& call, kafka::ListGroupsRequest request) {
    kafka::ListGroupsResponse response;
    for (const auto& local : call.broker.locals()) {
        auto part = co_await at_coordinator(call, *local, local->groups->list(request));
        std::ranges::move(part.groups, std::back_inserter(response.groups));
        if (part.error_code != kafka::ErrorCode::none) response.error_code = part.error_code;
    }
    co_return response;
}

} // namespace riacho::broker
