#include "broker/handlers/alter_resources.hpp"
#include "broker/handlers/handlers.hpp"

namespace riacho::broker {

// AlterConfigs, v0-2: sets the whole configuration of topics and brokers; answered when that is durable and
// in force.
//   v2 flexible
Task<kafka::AlterConfigsResponse> alter_configs(Call& call, kafka::AlterConfigsRequest request) {
    std::vector<ResourceWish> wishes;
    for (auto& resource : request.resources) {
        ResourceWish& wish = wishes.emplace_back(resource.resource_type, std::move(resource.resource_name));
        wish.others = TopicAlteration::Others::go;
        for (auto& config : resource.configs)
            wish.configs.push_back({.name = std::move(config.name), .value = std::move(config.value)});
    }
    auto validate = request.validate_only ? Validate::only : Validate::and_change;
    auto answers = co_await alter_resources(call, wishes, validate);
    co_return altered_response<kafka::AlterConfigsResponse>(wishes, answers);
}

} // namespace riacho::broker
