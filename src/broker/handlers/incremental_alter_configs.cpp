#include "broker/handlers/alter_resources.hpp"
#include "broker/handlers/handlers.hpp"

namespace riacho::broker {

// IncrementalAlterConfigs, v0-1: changes single configurations of topics and brokers (KIP-339); answered when
// that is durable and in force.
//   v1 flexible
Task<kafka::IncrementalAlterConfigsResponse>
incremental_alter_configs(Call& call, kafka::IncrementalAlterConfigsRequest request) {
    std::vector<ResourceWish> wishes;
    for (auto& resource : request.resources) {
        ResourceWish& wish = wishes.emplace_back(resource.resource_type, std::move(resource.resource_name));
        for (auto& config : resource.configs)
            wish.configs.push_back(
                {std::move(config.name), config.config_operation, std::move(config.value)});
    }
    auto validate = request.validate_only ? Validate::only : Validate::and_change;
    auto answers = co_await alter_resources(call, wishes, validate);
    co_return altered_response<kafka::IncrementalAlterConfigsResponse>(wishes, answers);
}

} // namespace riacho::broker
