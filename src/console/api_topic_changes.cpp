#include "codec/uuid.hpp"
#include "console/api.hpp"
#include "console/api_parts.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <set>
#include <utility>

namespace riacho::console {
namespace {

using data::Json;
using kafka::ErrorCode;

constexpr std::int32_t change_timeout_ms = 30'000;

std::unexpected<Problem> refused(ErrorCode error, const std::optional<std::string>& message) {
    return std::unexpected(problem_of(error, message.value_or("")));
}

OrProblem<kafka::CreateTopicsRequest::Topic> new_topic_in(Body& body) {
    kafka::CreateTopicsRequest::Topic topic;
    TRY(topic.name, body.text("name", {0, 1024}));
    TRY(auto partitions, body.number_or_none("partitions", 1, 100'000));
    TRY(auto replicas, body.number_or_none("replication_factor", 1, INT16_MAX));
    topic.num_partitions =
        static_cast<std::int32_t>(partitions.value_or(-1)); // -1: the cluster's default (KIP-464)
    topic.replication_factor = static_cast<std::int16_t>(replicas.value_or(-1));
    const Json* configs = body.take("configs");
    if (configs && !configs->object()) return bad_request("configs: must be an object");
    if (configs)
        for (const data::JsonMember& config : *configs->object()) {
            if (!config.value.string() || code_points(*config.value.string()) > 65536)
                return bad_request(fmt::format("configs.{}: must be a text of at most 65536", config.name));
            topic.configs.push_back({config.name, *config.value.string()});
        }
    if (auto end = body.end(); !end) return std::unexpected(end.error());
    return topic;
}

enum class Is { there, gone };

/// A broker of Apache Kafka learns of a topic, or of its end, only after the controller has answered.
Task<> wait_until_known(Asked asked, std::string topic, Is expected) {
    constexpr Time known_after_max = std::chrono::seconds(2), look_every = std::chrono::milliseconds(50);
    io::Shard&     shard = asked.exchange.shard();
    for (Time end = shard.now() + known_after_max; shard.now() < end; co_await shard.sleep_for(look_every)) {
        asked.cluster().forget();
        auto picture = co_await asked.cluster().picture();
        if (!picture || (*picture)->topics.contains(topic) == (expected == Is::there)) co_return;
    }
}

/// Those that were named, or all of the topic.
OrProblem<std::vector<std::int32_t>> partitions_in(Body& body, const TopicPicture& topic) {
    std::vector<std::int32_t> partitions;
    const Json*               named = body.take("partitions");
    if (named && (!named->array() || named->array()->empty()))
        return bad_request("partitions: must be a list of numbers");
    if (named)
        for (const Json& one : *named->array()) {
            auto number = one.int64();
            if (!number || *number < 0 || *number > INT32_MAX)
                return bad_request("partitions: must be a list of numbers");
            if (*number >= static_cast<std::int64_t>(topic.partitions.size()))
                return std::unexpected(
                    problem_of(ErrorCode::unknown_topic_or_partition,
                               fmt::format("{} has no partition {}", topic.name, *number)));
            partitions.push_back(static_cast<std::int32_t>(*number));
        }
    else
        for (const PartitionPicture& one : topic.partitions) partitions.push_back(one.index);
    if (auto end = body.end(); !end) return std::unexpected(end.error());
    return partitions;
}

} // namespace

Task<OrProblem<Answer>> create_topic(Asked asked) {
    CO_TRY(bool validate_only, flag_in(asked.target(), "validate_only", "false"));
    CO_TRY(Body body, co_await Body::of(asked.exchange));
    CO_TRY(auto topic, new_topic_in(body));
    kafka::CreateTopicsRequest request{
        .topics = {topic}, .timeout_ms = change_timeout_ms, .validate_only = validate_only};
    auto response = co_await asked.cluster().admin().create_topics(std::move(request));
    if (!response) co_return std::unexpected(problem_of(response.error()));
    const auto& made = response->topics.at(0);
    if (made.error_code != ErrorCode::none) co_return refused(made.error_code, made.error_message);
    if (!validate_only) co_await wait_until_known(asked, topic.name, Is::there);
    Json id = validate_only || made.topic_id == Uuid{} ? Json(nullptr) : Json(uuid_text(made.topic_id));
    co_return Answer{Json::Object{{"name", made.name},
                                  {"topic_id", std::move(id)},
                                  {"partitions", made.num_partitions},
                                  {"replication_factor", made.replication_factor}},
                     validate_only ? http::Status::ok : http::Status::created};
}

Task<OrProblem<Answer>> delete_topic(Asked asked) {
    auto response = co_await asked.cluster().admin().delete_topics({asked.topic()});
    if (!response) co_return std::unexpected(problem_of(response.error()));
    const auto& deleted = response->responses.at(0);
    if (deleted.error_code != ErrorCode::none) co_return refused(deleted.error_code, deleted.error_message);
    co_await wait_until_known(asked, asked.topic(), Is::gone);
    co_return Answer{nullptr, http::Status::no_content};
}

Task<OrProblem<Answer>> add_partitions(Asked asked) {
    CO_TRY(bool validate_only, flag_in(asked.target(), "validate_only", "false"));
    CO_TRY(Body body, co_await Body::of(asked.exchange));
    CO_TRY(auto total, body.number_or_none("total", 1, 100'000));
    if (auto end = body.end(); !end) co_return std::unexpected(end.error());
    if (!total) co_return bad_request("total is missing");
    kafka::CreatePartitionsRequest request;
    request.topics.push_back({asked.topic(), static_cast<std::int32_t>(*total), std::nullopt});
    request.timeout_ms = change_timeout_ms;
    request.validate_only = validate_only;
    auto response = co_await asked.cluster().admin().create_partitions(std::move(request));
    if (!response) co_return std::unexpected(problem_of(response.error()));
    const auto& result = response->results.at(0);
    if (result.error_code != ErrorCode::none) co_return refused(result.error_code, result.error_message);
    asked.cluster().forget();
    co_return co_await get_topic(asked);
}

Task<OrProblem<Answer>> empty_topic(Asked asked) {
    CO_TRY(Body body, co_await Body::of(asked.exchange));
    asked.cluster().forget(); // what is deleted is what is there now
    CO_TRY(auto picture, co_await asked.cluster().picture());
    CO_TRY(const TopicPicture* topic, topic_in(*picture, asked.topic()));
    CO_TRY(auto partitions, partitions_in(body, *topic));
    std::vector<client::PartitionAsk> before;
    for (std::int32_t partition : partitions) {
        const PartitionPicture* seen = picture->find(topic->name, partition);
        if (!seen || !seen->end)
            co_return std::unexpected(problem_of(ErrorCode::leader_not_available,
                                                 fmt::format("partition {} does not answer", partition)));
        before.push_back({topic->name, partition, *seen->end});
    }
    auto        deleted = co_await asked.cluster().admin().delete_records(before);
    Json::Array emptied;
    for (std::size_t i = 0; i < before.size(); ++i) {
        if (!deleted[i]) co_return std::unexpected(problem_of(deleted[i].error()));
        if (deleted[i]->error_code != ErrorCode::none)
            co_return refused(deleted[i]->error_code, std::nullopt);
        emptied.push_back(Json::Object{{"partition", before[i].partition},
                                       {"start", int64_json(deleted[i]->low_watermark)}});
    }
    asked.cluster().forget();
    co_return Answer{Json::Object{{"partitions", std::move(emptied)}}};
}

} // namespace riacho::console
