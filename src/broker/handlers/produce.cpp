#include "broker/append_error.hpp"
#include "broker/broker.hpp"
#include "broker/handlers/handlers.hpp"
#include "io/gather.hpp"
#include "io/run_on.hpp"
#include "kafka/batch/patch.hpp"
#include "kafka/batch/validate.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace riacho::broker {
namespace {

using kafka::ErrorCode;
using PartitionAnswer = kafka::ProduceResponse::Topic::Partition;

/// What one request asks of every partition in it.
struct ProduceTerms {
    kafka::Version version;
    Time           deadline;
    Timestamp      now;
};

ErrorCode error_of_batch(kafka::BatchError error) {
    switch (error) {
    case kafka::BatchError::corrupt:
        return ErrorCode::corrupt_message;
    case kafka::BatchError::unsupported_compression:
        return ErrorCode::unsupported_compression_type;
    case kafka::BatchError::too_large:
        return ErrorCode::message_too_large;
    case kafka::BatchError::invalid_timestamp:
        return ErrorCode::invalid_timestamp;
    default:
        return ErrorCode::invalid_record;
    }
}

PartitionAnswer refused(std::int32_t index, ErrorCode error, std::string message = {}) {
    PartitionAnswer answer;
    answer.index = index;
    answer.error_code = error;
    answer.base_offset = -1;
    answer.log_start_offset = -1;
    if (!message.empty()) answer.error_message = std::move(message);
    return answer;
}

/// The header says most; records are looked at one by one only where a rule needs it.
bool needs_every_record(const kafka::BatchView& batch, const TopicConfig& config, Timestamp now) {
    if (config.is_compacted() || batch.attributes().compression() != Compression::none) return true;
    if (config.uses_log_append_time()) return false;
    Timestamp newest = batch.max_timestamp();
    return newest.ms - now.ms > config.timestamp_after_max_ms ||
           (config.timestamp_before_max_ms != INT64_MAX && now.ms - newest.ms > 0);
}

kafka::RecordRules record_rules(const TopicConfig& config, Timestamp now) {
    kafka::RecordRules rules;
    rules.keys = config.is_compacted() ? kafka::Keys::required : kafka::Keys::optional;
    rules.now = now;
    if (!config.uses_log_append_time()) {
        rules.after_max_ms = config.timestamp_after_max_ms;
        rules.before_max_ms = config.timestamp_before_max_ms;
    }
    return rules;
}

PartitionAnswer refused(std::int32_t index, const std::vector<kafka::RecordProblem>& problems) {
    PartitionAnswer answer =
        refused(index, error_of_batch(problems.front().code), "One or more records have been rejected");
    for (const kafka::RecordProblem& problem : problems)
        answer.record_errors.push_back(
            {.batch_index = problem.batch_index, .batch_index_error_message = problem.message});
    return answer;
}

/// Why the records cannot be taken, or nothing.
std::optional<PartitionAnswer> problem_with(const kafka::ProduceRequest::Topic::Partition& sent,
                                            const Topic& topic, const ProduceTerms& terms) {
    constexpr kafka::Version zstd_since = 7;
    kafka::BatchRules        rules;
    rules.batch_bytes_max = static_cast<std::size_t>(topic.config.max_message_bytes);
    rules.zstd = terms.version >= zstd_since ? kafka::Zstd::allowed : kafka::Zstd::refused;
    Bytes records = sent.records.value_or(Bytes{});
    auto  batch = kafka::validate(records.view(), rules);
    if (!batch) return refused(sent.index, error_of_batch(batch.error().code), batch.error().detail);
    if (batch->attributes().is_transactional())
        return refused(sent.index, ErrorCode::invalid_txn_state,
                       "transactional batches are not supported yet; idempotent and plain ones are");
    if (needs_every_record(*batch, topic.config, terms.now)) {
        auto problems = kafka::validate_records(*batch, record_rules(topic.config, terms.now));
        if (!problems)
            return refused(sent.index, error_of_batch(problems.error().code), problems.error().detail);
        if (!problems->empty()) return refused(sent.index, *problems);
    } else if (kafka::count_of_records(*batch) == kafka::RecordCount::wrong) {
        return refused(sent.index, ErrorCode::invalid_record,
                       "the records are not as many as the batch says");
    }
    return std::nullopt;
}

/// On the partition's shard.
Task<PartitionAnswer> append(Broker& broker, std::shared_ptr<const Topic> topic,
                             kafka::ProduceRequest::Topic::Partition sent, ProduceTerms terms) {
    Local& local = broker.local_of(topic->partition(sent.index));
    auto   partition = co_await local.partitions.use(topic, sent.index);
    if (!partition) co_return refused(sent.index, partition.error().code, partition.error().detail);
    PartitionAnswer answer;
    answer.index = sent.index;
    if (topic->config.uses_log_append_time()) {
        kafka::set_log_append_time(sent.records->writable(), terms.now);
        answer.log_append_time_ms = terms.now.ms;
    }
    auto appended =
        co_await (*partition)->log().append(*std::move(sent.records), broker.leader_epoch(), terms.deadline);
    if (!appended) co_return refused(sent.index, error_of(appended.error().code), appended.error().detail);
    answer.base_offset = appended->base_offset.value;
    answer.log_start_offset = appended->log_start.value;
    co_return answer;
}

Task<PartitionAnswer> answer_now(PartitionAnswer answer) { co_return answer; }

Task<PartitionAnswer> start(Call& call, const std::string& name, std::shared_ptr<const Topic> topic,
                            kafka::ProduceRequest::Topic::Partition& sent, ProduceTerms terms) {
    if (!topic || !topic->has(sent.index))
        return answer_now(refused(sent.index, ErrorCode::unknown_topic_or_partition));
    if (topic->is_internal())
        return answer_now(refused(sent.index, ErrorCode::invalid_topic_exception,
                                  "Cannot append to internal topic " + name));
    if (auto problem = problem_with(sent, *topic, terms)) return answer_now(*std::move(problem));
    io::Shard& owner = call.broker.local_of(topic->partition(sent.index)).shard;
    auto       work = append(call.broker, topic, std::move(sent), terms);
    if (&owner == &call.here.shard) return work;
    return io::run_on(owner, call.here.shard, std::move(work));
}

/// The answer to a request that is wrong as a whole: the same error for every partition.
kafka::ProduceResponse refused(const kafka::ProduceRequest& request, ErrorCode error,
                               const std::string& message) {
    kafka::ProduceResponse response;
    for (const auto& topic : request.topic_data) {
        auto& answer = response.responses.emplace_back();
        answer.name = topic.name;
        for (const auto& partition : topic.partition_data)
            answer.partition_responses.push_back(refused(partition.index, error, message));
    }
    return response;
}

std::optional<kafka::ProduceResponse> answered(Call& call, std::int16_t acks,
                                               kafka::ProduceResponse response) {
    if (acks != 0) return response;
    for (const auto& topic : response.responses)
        for (const auto& partition : topic.partition_responses)
            if (partition.error_code != ErrorCode::none) {
                // as Kafka: with acks=0 there is no other way to tell
                call.must_close_because = fmt::format("a produce with acks=0 to {}-{} failed: {}", topic.name,
                                                      partition.index, name_of(partition.error_code));
            }
    return std::nullopt;
}

} // namespace

// Produce, v3-11: appends one record batch to each partition, and answers when all are durable.
//   v5 log start   v7 zstd   v8 record errors (KIP-467)   v9 flexible   v10 current leader (KIP-951)
Task<std::optional<kafka::ProduceResponse>> produce(Call& call, kafka::ProduceRequest request) {
    std::int16_t acks = request.acks;
    if (acks < -1 || acks > 1)
        co_return refused(request, ErrorCode::invalid_required_acks, "acks must be -1, 0 or 1");
    if (request.transactional_id)
        co_return answered(call, acks,
                           refused(request, ErrorCode::invalid_txn_state,
                                   "transactions are not supported yet; idempotent producers are"));
    ProduceTerms                       terms{call.version,
                       call.here.shard.now() + std::chrono::milliseconds(std::max(request.timeout_ms, 0)),
                       call.broker.world().clock.wall()};
    std::vector<Task<PartitionAnswer>> work;
    for (auto& topic : request.topic_data) {
        auto found = call.here.image.find(topic.name);
        for (auto& partition : topic.partition_data)
            work.push_back(start(call, topic.name, found, partition, terms));
    }
    std::vector<PartitionAnswer> answers;
    if (work.size() == 1)
        answers.push_back(co_await std::move(work.front()));
    else
        answers = co_await io::gather(call.here.shard, std::move(work));

    kafka::ProduceResponse response;
    auto                   next = answers.begin();
    for (auto& topic : request.topic_data) {
        auto& answer = response.responses.emplace_back();
        answer.name = std::move(topic.name);
        for (std::size_t i = 0; i < topic.partition_data.size(); ++i)
            answer.partition_responses.push_back(std::move(*next++));
    }
    co_return answered(call, acks, std::move(response));
}

} // namespace riacho::broker
