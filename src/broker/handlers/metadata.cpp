#include "broker/broker.hpp"
#include "broker/handlers/handlers.hpp"
#include "broker/handlers/operations.hpp"
#include "broker/metadata/topic_name.hpp"
#include "io/run_on.hpp"

#include <algorithm>

namespace riacho::broker {
namespace {

using kafka::ErrorCode;
using TopicAnswer = kafka::MetadataResponse::Topic;

TopicAnswer described(Call& call, const Topic& topic) {
    TopicAnswer answer;
    answer.name = topic.name;
    answer.topic_id = topic.id;
    answer.is_internal = topic.is_internal();
    std::int32_t node = call.broker.options().node_id;
    for (std::int32_t index = 0; index < topic.partitions; ++index) {
        auto& partition = answer.partitions.emplace_back();
        partition.partition_index = index;
        partition.leader_id = node;
        partition.leader_epoch = static_cast<std::int32_t>(call.broker.leader_epoch());
        partition.replica_nodes = partition.isr_nodes = {node};
    }
    return answer;
}

TopicAnswer unknown(std::optional<std::string> name, Uuid id, ErrorCode error) {
    TopicAnswer answer;
    answer.error_code = error;
    answer.name = std::move(name);
    answer.topic_id = id;
    return answer;
}

/// Makes the topics that are missing, before the answer; how each went, by name.
Task<std::vector<MetadataWriter::TopicOutcome>> create_missing(Call& call, std::vector<NewTopic> missing) {
    co_return co_await io::run_on(call.broker.metadata_shard(), call.here.shard,
                                  call.broker.metadata().create(std::move(missing), Validate::and_change));
}

using Asked = kafka::MetadataRequest::Topic;

enum class Missing { are_made, stay_missing };

Task<std::vector<TopicAnswer>> answer_topics(Call& call, std::vector<Asked> asked, Missing missing_topics) {
    std::vector<NewTopic> missing;
    bool                  makes_offsets = false;
    for (const Asked& topic : asked) {
        bool is_new = missing_topics == Missing::are_made && topic.topic_id.is_zero() && topic.name &&
                      !call.here.image.find(*topic.name) &&
                      std::ranges::find(missing, *topic.name, &NewTopic::name) == missing.end();
        if (!is_new) continue;
        if (*topic.name == OffsetsTopic::name)
            makes_offsets = true;
        else
            missing.emplace_back().name = *topic.name;
    }
    std::vector<MetadataWriter::TopicOutcome> created;
    std::vector<std::string>                  names;
    for (const NewTopic& topic : missing) names.push_back(topic.name);
    if (!missing.empty()) created = co_await create_missing(call, std::move(missing));
    if (makes_offsets)
        co_await io::run_on(call.broker.metadata_shard(), call.here.shard, call.broker.offsets().ensure());
    std::vector<TopicAnswer> answers;
    for (Asked& topic : asked) {
        bool is_by_id = !topic.topic_id.is_zero();
        auto found =
            is_by_id ? call.here.image.find(topic.topic_id) : call.here.image.find(topic.name.value_or(""));
        if (found) {
            answers.push_back(described(call, *found));
            continue;
        }
        ErrorCode error = is_by_id ? ErrorCode::unknown_topic_id : ErrorCode::unknown_topic_or_partition;
        for (std::size_t i = 0; i < created.size(); ++i)
            if (!is_by_id && names[i] == topic.name && !created[i]) error = created[i].error().code;
        if (!is_by_id && topic_name_problem(topic.name.value_or("")))
            error = ErrorCode::invalid_topic_exception;
        answers.push_back(unknown(is_by_id ? std::nullopt : topic.name, topic.topic_id, error));
    }
    co_return answers;
}

} // namespace

// Metadata, v0-12: the broker, and topics with their partitions. Topics that are missing are made first,
// where the client and auto.create.topics.enable allow it: what is answered can be used.
//   v1 all topics by null, controller   v4 auto creation asked for   v7 leader epoch   v8 authorized
//   operations v9 flexible   v10 topic ids (KIP-516)   v12 topics by id
Task<kafka::MetadataResponse> metadata(Call& call, kafka::MetadataRequest request) {
    kafka::MetadataResponse response;
    auto&                   self = response.brokers.emplace_back();
    io::Endpoint            address = call.session.advertised();
    self.node_id = call.broker.options().node_id;
    self.host = address.host;
    self.port = address.port;
    if (!call.broker.options().broker_rack.empty()) self.rack = call.broker.options().broker_rack;
    response.cluster_id = call.broker.cluster_id();
    response.controller_id = self.node_id;
    bool creates = (call.version < 4 || request.allow_auto_topic_creation) &&
                   call.broker.options().auto_create_topics_enable;
    bool wants_all = !request.topics || (call.version == 0 && request.topics->empty());
    if (wants_all) {
        for (const auto& [name, topic] : call.here.image.topics())
            response.topics.push_back(described(call, *topic));
    } else {
        response.topics = co_await answer_topics(call, *std::move(request.topics),
                                                 creates ? Missing::are_made : Missing::stay_missing);
    }
    if (request.include_cluster_authorized_operations)
        response.cluster_authorized_operations = operations::every_cluster;
    if (request.include_topic_authorized_operations)
        for (TopicAnswer& topic : response.topics)
            if (topic.error_code == ErrorCode::none)
                topic.topic_authorized_operations = operations::every_topic;
    co_return response;
}

} // namespace riacho::broker
