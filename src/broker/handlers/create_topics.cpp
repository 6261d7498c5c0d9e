#include "broker/broker.hpp"
#include "broker/handlers/configs.hpp"
#include "broker/handlers/handlers.hpp"
#include "io/run_on.hpp"

#include <algorithm>

namespace riacho::broker {
namespace {

using CreateAnswer = kafka::CreateTopicsResponse::Topic;

/// The replicas by partition; nothing when the partitions are not 0, 1, 2, …
std::optional<std::vector<std::vector<std::int32_t>>>
assignments_of(const kafka::CreateTopicsRequest::Topic& topic) {
    std::vector<std::vector<std::int32_t>> replicas(topic.assignments.size());
    for (const auto& assignment : topic.assignments) {
        auto index = static_cast<std::size_t>(assignment.partition_index);
        if (assignment.partition_index < 0 || index >= replicas.size() || !replicas[index].empty()) return {};
        replicas[index] = assignment.broker_ids;
    }
    return replicas;
}

CreateAnswer refused_topic(std::string name, kafka::ErrorCode error, std::string message) {
    CreateAnswer answer;
    answer.name = std::move(name);
    answer.error_code = error;
    answer.error_message = std::move(message);
    return answer;
}

std::optional<NewTopic> wanted(const kafka::CreateTopicsRequest::Topic& topic,
                               std::vector<CreateAnswer>&               refused) {
    auto assignments = assignments_of(topic);
    if (!assignments) {
        refused.push_back(refused_topic(topic.name, kafka::ErrorCode::invalid_replica_assignment,
                                        "partitions should be a consecutive 0-based integer sequence"));
        return std::nullopt;
    }
    NewTopic wanted_topic{
        topic.name, topic.num_partitions, topic.replication_factor, *std::move(assignments), {}};
    for (const auto& config : topic.configs) {
        if (!config.value) {
            refused.push_back(refused_topic(topic.name, kafka::ErrorCode::invalid_config,
                                            "Null value not supported for topic configs: " + config.name));
            return std::nullopt;
        }
        wanted_topic.overrides[config.name] = *config.value;
    }
    return wanted_topic;
}

CreateAnswer answer_of(Call& call, const std::string& name, const MetadataWriter::TopicOutcome& outcome) {
    if (!outcome) return refused_topic(name, outcome.error().code, outcome.error().detail);
    CreateAnswer answer;
    answer.name = name;
    answer.topic_id = outcome->id;
    answer.num_partitions = outcome->partitions;
    answer.replication_factor = outcome->replication_factor;
    answer.configs.emplace();
    for (const DescribedConfig& config : describe_topic(broker_configs(call), *outcome))
        answer.configs->push_back({.name = config.name,
                                   .value = config.value,
                                   .read_only = false,
                                   .config_source = static_cast<std::int8_t>(config.source),
                                   .is_sensitive = false});
    return answer;
}

} // namespace

// CreateTopics, v2-7: makes topics; answered when they can be used.
//   v4 -1 for the broker's partitions and replicas   v5 flexible, configs in the answer (KIP-525)   v7 topic
//   id
Task<kafka::CreateTopicsResponse> create_topics(Call& call, kafka::CreateTopicsRequest request) {
    kafka::CreateTopicsResponse response;
    std::vector<NewTopic>       topics;
    std::vector<std::string>    names;
    for (const auto& topic : request.topics) {
        auto new_topic = wanted(topic, response.topics);
        if (!new_topic) continue;
        names.push_back(topic.name);
        topics.push_back(*std::move(new_topic));
    }
    bool makes_offsets =
        std::ranges::find(names, OffsetsTopic::name) != names.end() && !request.validate_only;
    auto validate = request.validate_only ? Validate::only : Validate::and_change;
    auto outcomes = co_await io::run_on(call.broker.metadata_shard(), call.here.shard,
                                        call.broker.metadata().create(std::move(topics), validate));
    if (makes_offsets) // its groups can be coordinated before the answer
        co_await io::run_on(call.broker.metadata_shard(), call.here.shard, call.broker.offsets().ensure());
    for (std::size_t i = 0; i < outcomes.size(); ++i)
        response.topics.push_back(answer_of(call, names[i], outcomes[i]));
    co_return response;
}

} // namespace riacho::broker
