#include "broker/handlers/coordinator_of.hpp"
#include "broker/handlers/handlers.hpp"
#include "broker/handlers/operations.hpp"

namespace riacho::broker {

// DescribeGroups, v0-5: state and members of groups. One that nobody knows is "Dead", which is no error.
//   v1 throttle time   v3 authorized operations (KIP-430)   v4 static members   v5 flexible
Task<kafka::DescribeGroupsResponse> describe_groups(Call& call, kafka::DescribeGroupsRequest request) {
    kafka::DescribeGroupsResponse response;
    for (std::string& id : request.groups) {
        Local& owner = coordinator_of(call, id);
        auto   group = co_await at_coordinator(call, owner, owner.groups->describe(std::move(id)));
        if (request.include_authorized_operations && group.error_code == kafka::ErrorCode::none)
            group.authorized_operations = operations::every_group;
        response.groups.push_back(std::move(group));
    }
    co_return response;
}

} // namespace riacho::broker
