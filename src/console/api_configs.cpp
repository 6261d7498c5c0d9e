#include "console/api.hpp"
#include "console/configs.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/core.h>
#include <utility>

namespace riacho::console {
namespace {

using data::Json;
using kafka::ErrorCode;

constexpr std::size_t   changes_max = 200, name_max = 255, value_max = 65536;
Task<OrProblem<Answer>> answer_configs(Asked asked, ConfigResource resource) {
    CO_TRY(Paging paging, paging_in(asked.target(), {"name"}));
    CO_TRY(auto described, co_await describe_configs(asked.cluster(), std::move(resource)));
    Json::Array items;
    for (const auto& config : described)
        if (paging.finds(config.name)) items.push_back(config_json(config));
    co_return Answer{Json::Object{{"items", std::move(items)}}};
}

using Change = kafka::IncrementalAlterConfigsRequest::Resource::Config;

OrProblem<Change> change_in(const Json& json) {
    constexpr std::string_view operations[] = {"set", "delete", "append", "subtract"}; // Kafka's 0 to 3
    TRY(Body change, Body::of(json, "changes"));
    TRY(std::string name, change.text("name", {1, name_max}));
    TRY(std::string operation, change.text("operation"));
    TRY(auto value, change.text_if_there("value", {0, value_max}));
    if (auto end = change.end(); !end) return std::unexpected(end.error());
    auto found = std::ranges::find(operations, operation);
    if (found == std::end(operations))
        return bad_request(
            fmt::format("changes: the operation of {} is one of set, delete, append, subtract", name));
    bool needs_value = operation != "delete";
    if (needs_value && !value) return bad_request(fmt::format("changes: {} needs a value", name));
    if (!needs_value) value.reset();
    return Change{std::move(name), static_cast<std::int8_t>(found - std::begin(operations)),
                  std::move(value)};
}

/// A broker of Apache Kafka learns of a change only after the controller has answered.
Task<> wait_until_shown(Asked asked, ConfigResource resource, std::vector<Change> changes) {
    constexpr Time shown_after_max = std::chrono::seconds(2), look_every = std::chrono::milliseconds(50);
    io::Shard&     shard = asked.exchange.shard();
    for (Time end = shard.now() + shown_after_max; shard.now() < end; co_await shard.sleep_for(look_every)) {
        auto described = co_await describe_configs(asked.cluster(), resource);
        if (!described) co_return;
        bool is_shown = std::ranges::all_of(changes, [&](const Change& change) {
            auto found = std::ranges::find(*described, change.name, &DescribedConfig::name);
            return found == described->end() || !change.value || found->is_sensitive ||
                   change.config_operation != 0 || found->value == change.value;
        });
        if (is_shown) co_return;
    }
}

Task<OrProblem<Answer>> change_configs(Asked asked, ConfigResource resource) {
    CO_TRY(bool validate_only, flag_in(asked.target(), "validate_only", "false"));
    CO_TRY(Body body, co_await Body::of(asked.exchange));
    const Json* changes = body.take("changes");
    if (auto end = body.end(); !end) co_return std::unexpected(end.error());
    if (!changes || !changes->array() || changes->array()->empty() || changes->array()->size() > changes_max)
        co_return bad_request(fmt::format("changes: must be a list of 1 to {} changes", changes_max));
    kafka::IncrementalAlterConfigsRequest request;
    auto&                                 asked_for = request.resources.emplace_back();
    asked_for.resource_type = static_cast<std::int8_t>(resource.type);
    asked_for.resource_name = resource.name;
    for (const Json& change : *changes->array()) {
        CO_TRY(auto read, change_in(change));
        asked_for.configs.push_back(std::move(read));
    }
    request.validate_only = validate_only;
    auto changed = asked_for.configs;
    auto response = co_await asked.cluster().admin().alter_configs(std::move(request));
    if (!response) co_return std::unexpected(problem_of(response.error()));
    const auto& result = response->responses.at(0);
    if (result.error_code != ErrorCode::none)
        co_return std::unexpected(problem_of(result.error_code, result.error_message.value_or("")));
    if (!validate_only) co_await wait_until_shown(asked, resource, std::move(changed));
    co_return co_await answer_configs(asked, std::move(resource));
}

OrProblem<ConfigResource> broker_in(const Asked& asked) {
    const std::string& text = asked.exchange.parameter("broker");
    std::int32_t       id = 0;
    auto               end = text.data() + text.size();
    auto               read = std::from_chars(text.data(), end, id);
    if (read.ec != std::errc() || read.ptr != end)
        return bad_request(fmt::format("no id of a broker: {}", text));
    return ConfigResource{ConfigResource::Type::broker, std::to_string(id)};
}

} // namespace

Task<OrProblem<Answer>> get_topic_config_defaults(Asked asked) {
    CO_TRY(auto configs, co_await describe_topic_defaults(asked.cluster()));
    Json::Array items;
    for (const DescribedConfig& config : configs) {
        Json shown = config_json(config);
        for (data::JsonMember& member : *shown.object())
            if (member.name == "default")
                member.value = or_null(config.value); // of a topic that sets nothing
        items.push_back(std::move(shown));
    }
    co_return Answer{Json::Object{{"items", std::move(items)}}};
}

Task<OrProblem<Answer>> get_topic_configs(Asked asked) {
    return answer_configs(asked, {ConfigResource::Type::topic, asked.topic()});
}

Task<OrProblem<Answer>> change_topic_configs(Asked asked) {
    return change_configs(asked, {ConfigResource::Type::topic, asked.topic()});
}

Task<OrProblem<Answer>> get_broker_configs(Asked asked) {
    CO_TRY(ConfigResource broker, broker_in(asked));
    co_return co_await answer_configs(asked, std::move(broker));
}

Task<OrProblem<Answer>> change_broker_configs(Asked asked) {
    CO_TRY(ConfigResource broker, broker_in(asked));
    co_return co_await change_configs(asked, std::move(broker));
}

} // namespace riacho::console
