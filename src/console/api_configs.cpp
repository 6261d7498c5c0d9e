#include "console/api.hpp"
#include "console/api_parts.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/core.h>
#include <utility>

namespace riacho::console {
namespace {

using data::Json;
using kafka::ErrorCode;
using Described = kafka::DescribeConfigsResponse::Result;

/// Kafka's numbers of kinds of resources.
enum class ResourceType : std::int8_t { topic = 2, broker = 4 };

struct Resource {
    ResourceType type;
    std::string  name;
};

/// ConfigSource of the API by Kafka's number.
std::string_view source_name(std::int8_t source) {
    switch (source) {
    case 1:
        return "topic";
    case 2:
        return "broker";
    case 3:
        return "cluster";
    case 4:
        return "static";
    case 5:
        return "default";
    case 8:
        return "group";
    default:
        return "unknown";
    }
}

std::string_view type_name(std::int8_t type) {
    constexpr std::string_view names[] = {"string", "boolean", "string", "int",   "short",
                                          "long",   "double",  "list",   "class", "password"};
    auto                       at = static_cast<std::size_t>(type);
    return at < std::size(names) ? names[at] : names[0];
}

std::optional<std::string_view> unit_of(std::string_view name) {
    if (name.ends_with(".ms")) return "ms";
    if (name.ends_with(".bytes")) return "bytes";
    return std::nullopt;
}

/// Where the value would come from if it were not set where it is.
Json default_of(const Described::Config& config) {
    for (const auto& synonym : config.synonyms)
        if (synonym.source != config.config_source) return or_null(synonym.value);
    bool is_default = config.config_source == 5;
    return is_default ? or_null(config.value) : Json(nullptr);
}

Json config_json(const Described::Config& config) {
    Json::Array synonyms;
    for (const auto& synonym : config.synonyms)
        synonyms.push_back(Json::Object{{"name", synonym.name},
                                        {"value", or_null(synonym.value)},
                                        {"source", source_name(synonym.source)}});
    Json::Object json{{"name", config.name},
                      {"value", or_null(config.value)},
                      {"default", default_of(config)},
                      {"source", source_name(config.config_source)},
                      {"type", type_name(config.config_type)},
                      {"sensitive", config.is_sensitive},
                      {"read_only", config.read_only},
                      {"documentation", or_null(config.documentation)}};
    if (auto unit = unit_of(config.name)) json.push_back({"unit", *unit});
    json.push_back({"synonyms", std::move(synonyms)});
    return json;
}

Task<OrProblem<Described>> describe(ClusterView& cluster, Resource resource) {
    kafka::DescribeConfigsRequest request;
    request.resources.push_back({static_cast<std::int8_t>(resource.type), resource.name, std::nullopt});
    request.include_synonyms = request.include_documentation = true;
    auto response = co_await cluster.admin().describe_configs(std::move(request));
    if (!response) co_return std::unexpected(problem_of(response.error()));
    auto& result = response->results.at(0);
    if (result.error_code != ErrorCode::none)
        co_return std::unexpected(problem_of(result.error_code, result.error_message.value_or("")));
    std::ranges::sort(result.configs, {}, &Described::Config::name);
    co_return std::move(result);
}

Task<OrProblem<Answer>> answer_configs(Asked asked, Resource resource) {
    CO_TRY(Paging paging, paging_in(asked.target(), {"name"}));
    CO_TRY(Described described, co_await describe(asked.cluster(), std::move(resource)));
    Json::Array items;
    for (const auto& config : described.configs)
        if (paging.finds(config.name)) items.push_back(config_json(config));
    co_return Answer{Json::Object{{"items", std::move(items)}}};
}

using Change = kafka::IncrementalAlterConfigsRequest::Resource::Config;

OrProblem<Change> change_in(const Json& json) {
    constexpr std::string_view operations[] = {"set", "delete", "append", "subtract"}; // Kafka's 0 to 3
    const Json*                name = json.find("name");
    const Json*                operation = json.find("operation");
    const Json*                value = json.find("value");
    if (!name || !name->string()) return bad_request("changes: each has a name");
    auto found = operation && operation->string() ? std::ranges::find(operations, *operation->string())
                                                  : std::end(operations);
    if (found == std::end(operations))
        return bad_request(fmt::format("changes: the operation of {} is one of set, delete, append, subtract",
                                       *name->string()));
    bool needs_value = *found != "delete";
    if (needs_value && (!value || !value->string()))
        return bad_request(fmt::format("changes: {} needs a value, as a text", *name->string()));
    std::optional<std::string> text;
    if (needs_value) text = *value->string();
    return Change{*name->string(), static_cast<std::int8_t>(found - std::begin(operations)), std::move(text)};
}

/// A broker of Apache Kafka learns of a change only after the controller has answered.
Task<> wait_until_shown(Asked asked, Resource resource, std::vector<Change> changes) {
    constexpr Time shown_after_max = std::chrono::seconds(2), look_every = std::chrono::milliseconds(50);
    io::Shard&     shard = asked.exchange.shard();
    for (Time end = shard.now() + shown_after_max; shard.now() < end; co_await shard.sleep_for(look_every)) {
        auto described = co_await describe(asked.cluster(), resource);
        if (!described) co_return;
        bool is_shown = std::ranges::all_of(changes, [&](const Change& change) {
            auto found = std::ranges::find(described->configs, change.name, &Described::Config::name);
            return found == described->configs.end() || !change.value || found->is_sensitive ||
                   change.config_operation != 0 || found->value == change.value;
        });
        if (is_shown) co_return;
    }
}

Task<OrProblem<Answer>> change_configs(Asked asked, Resource resource) {
    CO_TRY(bool validate_only, flag_in(asked.target(), "validate_only", "false"));
    CO_TRY(Body body, co_await Body::of(asked.exchange));
    const Json* changes = body.take("changes");
    if (auto end = body.end(); !end) co_return std::unexpected(end.error());
    if (!changes || !changes->array() || changes->array()->empty())
        co_return bad_request("changes: must be a list with at least one change");
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

OrProblem<Resource> broker_in(const Asked& asked) {
    const std::string& text = asked.exchange.parameter("broker");
    std::int32_t       id = 0;
    auto               end = text.data() + text.size();
    auto               read = std::from_chars(text.data(), end, id);
    if (read.ec != std::errc() || read.ptr != end)
        return bad_request(fmt::format("no id of a broker: {}", text));
    return Resource{ResourceType::broker, std::to_string(id)};
}

} // namespace

Task<OrProblem<Answer>> get_topic_configs(Asked asked) {
    return answer_configs(asked, {ResourceType::topic, asked.topic()});
}

Task<OrProblem<Answer>> change_topic_configs(Asked asked) {
    return change_configs(asked, {ResourceType::topic, asked.topic()});
}

Task<OrProblem<Answer>> get_broker_configs(Asked asked) {
    CO_TRY(Resource broker, broker_in(asked));
    co_return co_await answer_configs(asked, std::move(broker));
}

Task<OrProblem<Answer>> change_broker_configs(Asked asked) {
    CO_TRY(Resource broker, broker_in(asked));
    co_return co_await change_configs(asked, std::move(broker));
}

} // namespace riacho::console
