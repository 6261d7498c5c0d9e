#pragma once

#include "kafka/messages/create_partitions.hpp"
#include "kafka/messages/describe_configs.hpp"
#include "kafka/messages/incremental_alter_configs.hpp"
#include "requests.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

/// What clients ask of topics that are there.
namespace riacho::scenarios {

constexpr std::int8_t topic_type = 2, set = 0, remove = 1, append = 2;

struct Wish {
    std::string                name;
    std::optional<std::string> value;
    std::int8_t                operation = set;
};

inline void add_topic(kafka::IncrementalAlterConfigsRequest& request, const std::string& topic,
                      const std::vector<Wish>& wishes) {
    auto& resource = request.resources.emplace_back();
    resource.resource_type = topic_type;
    resource.resource_name = topic;
    for (const Wish& wish : wishes) resource.configs.push_back({wish.name, wish.operation, wish.value});
}

inline kafka::IncrementalAlterConfigsResponse::Resource alter(const Client& client, const std::string& topic,
                                                              const std::vector<Wish>& wishes) {
    kafka::IncrementalAlterConfigsRequest request;
    add_topic(request, topic, wishes);
    return client.ask(std::move(request)).responses.at(0);
}

/// What the topic itself says, by name.
inline Configs own_configs(const Client& client, const std::string& topic) {
    kafka::DescribeConfigsRequest request;
    auto&                         asked = request.resources.emplace_back();
    asked.resource_type = topic_type;
    asked.resource_name = topic;
    Configs own;
    for (auto& config : client.ask(std::move(request)).results.at(0).configs)
        if (config.config_source == 1) own[config.name] = config.value.value_or("null");
    return own;
}

inline kafka::CreatePartitionsResponse::Result add_partitions(const Client& client, const std::string& topic,
                                                              std::int32_t count) {
    kafka::CreatePartitionsRequest request;
    auto&                          asked = request.topics.emplace_back();
    asked.name = topic;
    asked.count = count;
    return client.ask(std::move(request)).results.at(0);
}

} // namespace riacho::scenarios
