#include "broker/broker.hpp"
#include "broker/handlers/configs.hpp"
#include "broker/handlers/handlers.hpp"
#include "broker/metadata/topic_name.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace riacho::broker {
namespace {

using kafka::ErrorCode;
using ConfigAnswer = kafka::DescribeConfigsResponse::Result;
using ConfigQuestion = kafka::DescribeConfigsRequest::Resource;

using DescribeOutcome = Outcome<DescribedConfigs, ErrorCode>;

enum ResourceType : std::int8_t {
    topic_resource_type = 2,
    broker_resource_type = 4,
    logger_resource_type = 8,
    metrics_resource_type = 16,
    group_resource_type = 32
};

ConfigAnswer refused_resource(const ConfigQuestion& asked, ErrorCode error, std::string message) {
    ConfigAnswer answer;
    answer.error_code = error;
    answer.error_message = std::move(message);
    answer.resource_type = asked.resource_type;
    answer.resource_name = asked.resource_name;
    return answer;
}

ConfigAnswer listed(const kafka::DescribeConfigsRequest& request, const ConfigQuestion& asked,
                    DescribedConfigs configs) {
    ConfigAnswer answer = refused_resource(asked, ErrorCode::none, {});
    answer.error_message = std::nullopt;
    for (DescribedConfig& config : configs) {
        const auto& keys = asked.configuration_keys;
        if (keys && !keys->empty() && std::ranges::find(*keys, config.name) == keys->end()) continue;
        auto& entry = answer.configs.emplace_back();
        entry.name = config.name;
        entry.value = config.value;
        entry.read_only = config.dynamic == Dynamic::no;
        entry.is_sensitive = config.is_sensitive();
        entry.config_source = static_cast<std::int8_t>(config.source);
        entry.config_type = config.type ? static_cast<std::int8_t>(*config.type) : std::int8_t{0};
        if (request.include_documentation && config.type) entry.documentation = std::string(config.about);
        if (!request.include_synonyms) continue;
        for (ConfigSynonym& synonym : config.synonyms)
            entry.synonyms.push_back({.name = std::move(synonym.name),
                                      .value = std::move(synonym.value),
                                      .source = static_cast<std::int8_t>(synonym.source)});
    }
    return answer;
}

DescribeOutcome describe_named_topic(Call& call, const std::string& name) {
    if (auto problem = topic_name_problem(name)) return fail(ErrorCode::invalid_topic_exception, *problem);
    auto topic = call.here.image.find(name);
    if (!topic) return fail(ErrorCode::unknown_topic_or_partition); // without words, as Kafka
    return describe_topic(broker_configs(call), *topic);
}

/// Whether `name` is this broker's number.
Outcome<void, ErrorCode> check_broker_name(const Call& call, const std::string& name,
                                           std::string_view or_empty) {
    auto number = option_detail::parse_whole(name, between(INT32_MIN, INT32_MAX));
    if (!number)
        return fail(ErrorCode::invalid_request,
                    fmt::format("Broker id must be an integer, but it is: {}", name));
    std::int32_t id = call.broker.options().node_id;
    if (*number != id)
        return fail(ErrorCode::invalid_request,
                    fmt::format("Unexpected broker id, expected {}{} but received {}", id, or_empty, name));
    return {};
}

DescribeOutcome describe_resource(Call& call, const ConfigQuestion& asked) {
    const std::string& name = asked.resource_name;
    switch (asked.resource_type) {
    case topic_resource_type:
        return describe_named_topic(call, name);
    case broker_resource_type:
        if (name.empty()) return describe_all_brokers(broker_configs(call));
        if (auto checked = check_broker_name(call, name, " or empty string,"); !checked)
            return std::unexpected(checked.error());
        return describe_broker(broker_configs(call));
    case logger_resource_type:
        if (name.empty()) return fail(ErrorCode::invalid_request, "Broker id must not be empty");
        if (auto checked = check_broker_name(call, name, ""); !checked)
            return std::unexpected(checked.error());
        return describe_loggers();
    case metrics_resource_type:
        if (name.empty())
            return fail(ErrorCode::invalid_request, "Client metrics subscription name must not be empty");
        return describe_client_metrics();
    case group_resource_type:
        if (name.empty()) return fail(ErrorCode::invalid_request, "Group name must not be empty");
        return describe_group(broker_configs(call));
    default:
        return fail(ErrorCode::invalid_request, fmt::format("Unexpected resource type {} for resource {}",
                                                            static_cast<int>(asked.resource_type), name));
    }
}

} // namespace

// DescribeConfigs, v1-4: the configurations of topics, brokers, groups and others.
//   v1 synonyms, source   v3 type, documentation (KIP-569)   v4 flexible
Task<kafka::DescribeConfigsResponse> describe_configs(Call& call, kafka::DescribeConfigsRequest request) {
    kafka::DescribeConfigsResponse response;
    for (const ConfigQuestion& asked : request.resources) {
        auto described = describe_resource(call, asked);
        response.results.push_back(
            described ? listed(request, asked, *std::move(described))
                      : refused_resource(asked, described.error().code, described.error().detail));
    }
    co_return response;
}

} // namespace riacho::broker
