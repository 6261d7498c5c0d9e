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

constexpr std::int8_t topic_resource_type = 2, broker_resource_type = 4;

ConfigAnswer refused_resource(const ConfigQuestion& asked, ErrorCode error, std::string message) {
    ConfigAnswer answer;
    answer.error_code = error;
    answer.error_message = std::move(message);
    answer.resource_type = asked.resource_type;
    answer.resource_name = asked.resource_name;
    return answer;
}

ConfigAnswer listed(const kafka::DescribeConfigsRequest& request, const ConfigQuestion& asked,
                    std::vector<DescribedConfig> configs) {
    ConfigAnswer answer = refused_resource(asked, ErrorCode::none, {});
    answer.error_message = std::nullopt;
    bool is_topic = asked.resource_type == topic_resource_type;
    for (DescribedConfig& config : configs) {
        const auto& keys = asked.configuration_keys;
        if (keys && !keys->empty() && std::ranges::find(*keys, config.name) == keys->end()) continue;
        auto& entry = answer.configs.emplace_back();
        entry.name = config.name;
        entry.value = config.value;
        entry.read_only = !is_topic;
        entry.config_source = static_cast<std::int8_t>(config.source);
        entry.config_type = static_cast<std::int8_t>(config.type);
        if (request.include_documentation) entry.documentation = std::string(config.about);
        if (!request.include_synonyms) continue;
        for (ConfigSynonym& synonym : config.synonyms)
            entry.synonyms.push_back({.name = std::move(synonym.name),
                                      .value = std::move(synonym.value),
                                      .source = static_cast<std::int8_t>(synonym.source)});
    }
    return answer;
}

ConfigAnswer describe_resource(Call& call, const kafka::DescribeConfigsRequest& request,
                               const ConfigQuestion& asked) {
    const BrokerOptions& options = call.broker.options();
    if (asked.resource_type == topic_resource_type) {
        if (auto problem = topic_name_problem(asked.resource_name))
            return refused_resource(asked, ErrorCode::invalid_topic_exception, *problem);
        auto topic = call.here.image.find(asked.resource_name);
        if (!topic)
            return refused_resource(asked, ErrorCode::unknown_topic_or_partition,
                                    "This server does not host this topic-partition.");
        return listed(request, asked, describe_topic(options, *topic));
    }
    if (asked.resource_type == broker_resource_type) {
        if (!asked.resource_name.empty() && asked.resource_name != std::to_string(options.node_id))
            return refused_resource(
                asked, ErrorCode::invalid_request,
                fmt::format("Unexpected broker id, expected {} or empty string, but received {}",
                            options.node_id, asked.resource_name));
        if (asked.resource_name.empty())
            return listed(request, asked, {}); // no cluster-wide dynamic defaults
        return listed(request, asked, describe_broker(options));
    }
    return refused_resource(
        asked, ErrorCode::invalid_request,
        fmt::format("resource type {} is not supported; supported are 2 (topic) and 4 (broker)",
                    asked.resource_type));
}

} // namespace

// DescribeConfigs, v1-4: the configurations of topics and of the broker.
//   v1 synonyms, source   v3 type, documentation (KIP-569)   v4 flexible
Task<kafka::DescribeConfigsResponse> describe_configs(Call& call, kafka::DescribeConfigsRequest request) {
    kafka::DescribeConfigsResponse response;
    for (const ConfigQuestion& asked : request.resources)
        response.results.push_back(describe_resource(call, request, asked));
    co_return response;
}

} // namespace riacho::broker
