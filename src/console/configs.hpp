#pragma once

#include "console/cluster_view.hpp"
#include "console/problem.hpp"
#include "data/json.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace riacho::console {

/// What has configs.
struct ConfigResource {
    enum class Type : std::int8_t { topic = 2, broker = 4 } type; ///< Kafka's numbers
    std::string name;
};

using DescribedConfig = kafka::DescribeConfigsResponse::Result::Config;

/// All of them, by name, with synonyms and documentation.
Task<OrProblem<std::vector<DescribedConfig>>> describe_configs(ClusterView& cluster, ConfigResource of);
/// Config of the API.
data::Json config_json(const DescribedConfig& config);

/// What the configs of a topic would be that is made without any. Changes nothing.
Task<OrProblem<std::vector<DescribedConfig>>> describe_topic_defaults(ClusterView& cluster);
/// The broker's config that a topic's comes from, as far as Kafka names one.
std::string broker_config_name(std::string_view of_topic);

} // namespace riacho::console
