#include "console/configs.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace riacho::console {
namespace {

using kafka::ErrorCode;
using MadeConfig = kafka::CreateTopicsResponse::Topic::Config;

constexpr std::int8_t  set_on_topic = 1, of_kafka = 5; ///< sources, by Kafka's numbers
constexpr std::int32_t would_make_timeout_ms = 10'000;
/// Is never made: the cluster is asked what it would be.
constexpr std::string_view made_up_topic = "riacho-console-asks-for-defaults";

/// Those whose names are neither the topic's nor that with "log." before it.
constexpr std::pair<std::string_view, std::string_view> broker_names[] = {
    {"delete.retention.ms", "log.cleaner.delete.retention.ms"},
    {"file.delete.delay.ms", "log.segment.delete.delay.ms"},
    {"flush.messages", "log.flush.interval.messages"},
    {"flush.ms", "log.flush.interval.ms"},
    {"max.compaction.lag.ms", "log.cleaner.max.compaction.lag.ms"},
    {"max.message.bytes", "message.max.bytes"},
    {"min.cleanable.dirty.ratio", "log.cleaner.min.cleanable.ratio"},
    {"min.compaction.lag.ms", "log.cleaner.min.compaction.lag.ms"},
    {"segment.index.bytes", "log.index.size.max.bytes"},
    {"segment.jitter.ms", "log.roll.jitter.ms"},
    {"segment.ms", "log.roll.ms"},
};
constexpr std::string_view same_names[] = {"compression.gzip.level", "compression.lz4.level",
                                           "compression.type",       "compression.zstd.level",
                                           "min.insync.replicas",    "unclean.leader.election.enable"};

/// What the cluster says of a topic that it is asked to check and not to make; an old one says nothing.
Task<OrProblem<std::vector<MadeConfig>>> configs_if_made(ClusterView& cluster) {
    kafka::CreateTopicsRequest::Topic topic;
    topic.name = made_up_topic;
    topic.num_partitions = -1;
    topic.replication_factor = -1;
    kafka::CreateTopicsRequest request{
        .topics = {std::move(topic)}, .timeout_ms = would_make_timeout_ms, .validate_only = true};
    auto response = co_await cluster.admin().create_topics(std::move(request));
    if (!response) co_return std::unexpected(problem_of(response.error()));
    auto& made = response->topics.at(0);
    if (made.error_code != ErrorCode::none)
        co_return std::unexpected(problem_of(made.error_code, made.error_message.value_or("")));
    co_return std::move(made.configs).value_or(std::vector<MadeConfig>());
}

/// What a topic says of its configs, without what was set on it.
Task<OrProblem<std::vector<DescribedConfig>>> told_by_topic(ClusterView& cluster, std::string topic) {
    CO_TRY(auto configs, co_await describe_configs(cluster, {ConfigResource::Type::topic, std::move(topic)}));
    for (DescribedConfig& config : configs) {
        std::erase_if(config.synonyms, [](const auto& one) { return one.source == set_on_topic; });
        if (config.config_source != set_on_topic) continue;
        bool has_more = !config.synonyms.empty();
        config.value = has_more ? config.synonyms.front().value : std::nullopt;
        config.config_source = has_more ? config.synonyms.front().source : of_kafka;
    }
    co_return configs;
}

/// Where no topic can be asked: what a broker says of the configs that those of topics come from.
Task<OrProblem<std::vector<DescribedConfig>>> told_by_broker(ClusterView& cluster, std::int32_t broker,
                                                             std::vector<MadeConfig> made) {
    CO_TRY(auto of_broker,
           co_await describe_configs(cluster, {ConfigResource::Type::broker, std::to_string(broker)}));
    std::vector<DescribedConfig> configs;
    for (const MadeConfig& config : made) {
        auto found = std::ranges::find(of_broker, broker_config_name(config.name), &DescribedConfig::name);
        configs.push_back(found == of_broker.end() ? DescribedConfig{} : *found);
        configs.back().name = config.name;
        configs.back().read_only = false;
    }
    co_return configs;
}

void take_values(std::vector<DescribedConfig>& configs, const std::vector<MadeConfig>& made) {
    for (DescribedConfig& config : configs) {
        auto found = std::ranges::find(made, config.name, &MadeConfig::name);
        if (found == made.end()) continue;
        config.value = found->value;
        config.config_source = found->config_source;
        config.is_sensitive = found->is_sensitive;
    }
}

} // namespace

std::string broker_config_name(std::string_view of_topic) {
    using Names = std::pair<std::string_view, std::string_view>;
    auto found = std::ranges::find(broker_names, of_topic, &Names::first);
    if (found != std::end(broker_names)) return std::string(found->second);
    bool is_same = std::ranges::find(same_names, of_topic) != std::end(same_names);
    return (is_same ? "" : "log.") + std::string(of_topic);
}

Task<OrProblem<std::vector<DescribedConfig>>> describe_topic_defaults(ClusterView& cluster) {
    CO_TRY(auto picture, co_await cluster.picture());
    auto made = co_await configs_if_made(cluster);
    if (!picture->topics.empty()) {
        auto told = co_await told_by_topic(cluster, picture->topics.begin()->first);
        if (told && made) take_values(*told, *made);
        if (told) co_return told;
    }
    if (!made) co_return std::unexpected(made.error());
    CO_TRY(auto told, co_await told_by_broker(cluster, picture->controller, *made));
    take_values(told, *made);
    std::ranges::sort(told, {}, &DescribedConfig::name);
    co_return told;
}

} // namespace riacho::console
