#include "broker/broker.hpp"
#include "broker/handlers/handlers.hpp"
#include "io/run_on.hpp"

namespace riacho::broker {
namespace {

using kafka::ErrorCode;
using DeleteAnswer = kafka::DeleteTopicsResponse::Topic;

struct Doomed {
    std::optional<std::string> name;
    Uuid                       id;
};

std::vector<Doomed> doomed_topics(kafka::DeleteTopicsRequest request) {
    std::vector<Doomed> doomed;
    for (auto& topic : request.topics) doomed.push_back({std::move(topic.name), topic.topic_id});
    for (auto& name : request.topic_names) doomed.push_back({std::move(name), {}});
    return doomed;
}

Task<DeleteAnswer> remove_topic(Call& call, Doomed doomed) {
    DeleteAnswer answer;
    answer.name = doomed.name;
    answer.topic_id = doomed.id;
    if (doomed.name && !doomed.id.is_zero()) {
        answer.error_code = ErrorCode::invalid_request;
        answer.error_message = "You may not specify both topic name and topic id.";
        co_return answer;
    }
    auto topic = doomed.name ? call.here.image.find(*doomed.name) : call.here.image.find(doomed.id);
    if (!topic) {
        answer.error_code = doomed.name ? ErrorCode::unknown_topic_or_partition : ErrorCode::unknown_topic_id;
        co_return answer;
    }
    if (topic->is_internal()) {
        answer.error_code = ErrorCode::invalid_request;
        answer.error_message = "Topic " + topic->name + " is internal and is not allowed to be deleted.";
        co_return answer;
    }
    if (!call.broker.options().delete_topic_enable) {
        answer.error_code = ErrorCode::topic_deletion_disabled;
        answer.error_message = "delete.topic.enable is false";
        co_return answer;
    }
    answer.name = topic->name;
    answer.topic_id = topic->id;
    auto removed = co_await io::run_on(call.broker.metadata_shard(), call.here.shard,
                                       call.broker.metadata().remove(topic->id));
    if (!removed) {
        answer.error_code = removed.error().code;
        answer.error_message = removed.error().detail;
    }
    co_return answer;
}

} // namespace

// DeleteTopics, v1-6: answered when the topics are gone, durably.
//   v4 flexible   v5 error message   v6 by topic id (KIP-516)
Task<kafka::DeleteTopicsResponse> delete_topics(Call& call, kafka::DeleteTopicsRequest request) {
    kafka::DeleteTopicsResponse response;
    for (Doomed& topic : doomed_topics(std::move(request)))
        response.responses.push_back(co_await remove_topic(call, std::move(topic)));
    co_return response;
}

} // namespace riacho::broker
