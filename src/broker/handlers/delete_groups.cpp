#include "broker/handlers/coordinator_of.hpp"
#include "broker/handlers/handlers.hpp"

#include <set>

namespace riacho::broker {

// DeleteGroups, v0-2: groups without members go, with their offsets; answered when that is durable.
//   v2 flexible
Task<kafka::DeleteGroupsResponse> delete_groups(Call& call, kafka::DeleteGroupsRequest request) {
    kafka::DeleteGroupsResponse response;
    std::set<std::string>       seen;
    for (std::string& id : request.groups_names) {
        if (!seen.insert(id).second) continue;
        Local& owner = coordinator_of(call, id);
        auto   error = co_await at_coordinator(call, owner, owner.groups->remove(id));
        response.results.push_back({.group_id = std::move(id), .error_code = error});
    }
    co_return response;
}

} // namespace riacho::broker
