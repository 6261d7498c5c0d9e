#include "broker/handlers/produce_checks.hpp"

#include "broker/broker.hpp"
#include "io/run_on.hpp"
#include "kafka/batch/recompress.hpp"
#include "kafka/batch/validate.hpp"

#include <utility>
#include <vector>

namespace riacho::broker {
namespace {

using kafka::ErrorCode;
using Problems = Outcome<std::vector<kafka::RecordProblem>, kafka::BatchError>;

constexpr std::size_t unpacked_at_once = 1 << 20;
constexpr std::size_t recompressed_at_once = 16 << 10; // of the batch as it came
constexpr std::size_t unpacked_bytes_max = 100 << 20;

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
    rules.bytes_max = unpacked_at_once;
    if (!config.uses_log_append_time()) {
        rules.after_max_ms = config.timestamp_after_max_ms;
        rules.before_max_ms = config.timestamp_before_max_ms;
    }
    return rules;
}

ProduceAnswer refused_records(std::int32_t index, const std::vector<kafka::RecordProblem>& problems) {
    ProduceAnswer answer = refused_produce(index, error_of_batch(problems.front().code),
                                           "One or more records have been rejected");
    for (const kafka::RecordProblem& problem : problems)
        answer.record_errors.push_back(
            {.batch_index = problem.batch_index, .batch_index_error_message = problem.message});
    return answer;
}

Task<Problems> unpack(Bytes records, kafka::RecordRules rules) {
    rules.bytes_max = unpacked_bytes_max;
    co_return kafka::validate_records(*kafka::BatchView::first(records.view()), rules);
}

using Recompressed = Outcome<Bytes, kafka::BatchError>;

Task<Recompressed> recompressed(Bytes records, kafka::Recompression how) {
    co_return kafka::recompress(*kafka::BatchView::first(records.view()), how);
}

Task<Recompressed> recompress_on_pool(Call& call, Bytes records, kafka::Recompression how) {
    auto       turn = co_await call.here.unpacking.lock();
    io::Shard& thread = call.broker.world().pool.thread_for(static_cast<std::size_t>(call.session.peer.port));
    co_return co_await io::run_on(thread, call.here.shard, recompressed(std::move(records), how));
}

Task<Problems> unpack_on_pool(Call& call, Bytes records, kafka::RecordRules rules) {
    auto       turn = co_await call.here.unpacking.lock();
    io::Shard& thread = call.broker.world().pool.thread_for(static_cast<std::size_t>(call.session.peer.port));
    co_return co_await io::run_on(thread, call.here.shard, unpack(std::move(records), rules));
}

} // namespace

ProduceAnswer refused_produce(std::int32_t index, ErrorCode error, std::string message) {
    ProduceAnswer answer;
    answer.index = index;
    answer.error_code = error;
    answer.base_offset = -1;
    answer.log_start_offset = -1;
    if (!message.empty()) answer.error_message = std::move(message);
    return answer;
}

Task<std::optional<ProduceAnswer>> problem_with(Call& call, const ProducePartition& sent, const Topic& topic,
                                                ProduceTerms terms) {
    constexpr kafka::Version zstd_since = 7;
    kafka::BatchRules        rules;
    rules.batch_bytes_max = static_cast<std::size_t>(topic.config.max_message_bytes);
    rules.zstd = terms.version >= zstd_since ? kafka::Zstd::allowed : kafka::Zstd::refused;
    Bytes records = sent.records.value_or(Bytes{});
    auto  batch = kafka::validate(records.view(), rules);
    if (!batch)
        co_return refused_produce(sent.index, error_of_batch(batch.error().code), batch.error().detail);
    if (batch->attributes().is_transactional())
        co_return refused_produce(
            sent.index, ErrorCode::invalid_txn_state,
            "transactional batches are not supported yet; idempotent and plain ones are");
    if (needs_every_record(*batch, topic.config, terms.now)) {
        kafka::RecordRules each = record_rules(topic.config, terms.now);
        Problems           problems = kafka::validate_records(*batch, each);
        if (!problems && problems.error().code == kafka::BatchError::too_large)
            problems = co_await unpack_on_pool(call, records, each);
        if (!problems)
            co_return refused_produce(sent.index, error_of_batch(problems.error().code),
                                      problems.error().detail);
        if (!problems->empty()) co_return refused_records(sent.index, *problems);
    } else if (kafka::count_of_records(*batch) == kafka::RecordCount::wrong) {
        co_return refused_produce(sent.index, ErrorCode::invalid_record,
                                  "the records are not as many as the batch says");
    }
    co_return std::nullopt;
}

Task<std::optional<ProduceAnswer>> compress_for(Call& call, ProducePartition& sent,
                                                std::shared_ptr<const Topic> topic) {
    auto wanted = topic->config.compression();
    auto batch = kafka::BatchView::first(sent.records->view());
    if (!wanted || batch->attributes().compression() == *wanted) co_return std::nullopt;
    kafka::Recompression how{*wanted, topic->config.compression_level(), unpacked_bytes_max};
    bool                 is_small = batch->size() <= recompressed_at_once;
    auto                 packed = is_small ? co_await recompressed(*sent.records, how)
                                           : co_await recompress_on_pool(call, *sent.records, how);
    if (!packed)
        co_return refused_produce(sent.index, error_of_batch(packed.error().code), packed.error().detail);
    if (packed->size() > static_cast<std::size_t>(topic->config.max_message_bytes))
        co_return refused_produce(sent.index, ErrorCode::message_too_large,
                                  "The batch is larger than max.message.bytes when it is compressed as the "
                                  "topic wants it.");
    sent.records = *std::move(packed);
    co_return std::nullopt;
}

} // namespace riacho::broker
