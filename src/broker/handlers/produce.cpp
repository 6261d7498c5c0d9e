#include "broker/append_error.hpp"
#include "broker/broker.hpp"
#include "broker/handlers/handlers.hpp"
#include "broker/handlers/produce_checks.hpp"
#include "io/gather.hpp"
#include "io/run_on.hpp"
#include "kafka/batch/patch.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace riacho::broker {
namespace {

using kafka::ErrorCode;

/// On the partition's shard.
Task<ProduceAnswer> append(Broker& broker, std::shared_ptr<const Topic> topic, ProducePartition sent,
                           ProduceTerms terms) {
    Local& local = broker.local_of(topic->partition(sent.index));
    auto   partition = co_await local.partitions.use(topic, sent.index);
    if (!partition) co_return refused_produce(sent.index, partition.error().code, partition.error().detail);
    ProduceAnswer answer;
    answer.index = sent.index;
    if (topic->config.uses_log_append_time()) {
        kafka::set_log_append_time(sent.records->writable(), terms.now);
        answer.log_append_time_ms = terms.now.ms;
    }
    auto appended =
        co_await (*partition)->log().append(*std::move(sent.records), broker.leader_epoch(), terms.deadline);
    if (!appended)
        co_return refused_produce(sent.index, error_of(appended.error().code), appended.error().detail);
    answer.base_offset = appended->base_offset.value;
    answer.log_start_offset = appended->log_start.value;
    co_return answer;
}

Task<ProduceAnswer> answer_now(ProduceAnswer answer) { co_return answer; }

/// The append, which runs when it is awaited; or the answer, where the records cannot be taken.
Task<Task<ProduceAnswer>> prepare(Call& call, const std::string& name, std::shared_ptr<const Topic> topic,
                                  ProducePartition& sent, ProduceTerms terms) {
    if (!topic || !topic->has(sent.index))
        co_return answer_now(refused_produce(sent.index, ErrorCode::unknown_topic_or_partition));
    if (topic->is_internal())
        co_return answer_now(refused_produce(sent.index, ErrorCode::invalid_topic_exception,
                                             "Cannot append to internal topic " + name));
    if (auto problem = co_await problem_with(call, sent, *topic, terms))
        co_return answer_now(*std::move(problem));
    if (topic->config.compression())
        if (auto problem = co_await compress_for(call, sent, topic))
            co_return answer_now(*std::move(problem));
    io::Shard& owner = call.broker.local_of(topic->partition(sent.index)).shard;
    auto       work = append(call.broker, topic, std::move(sent), terms);
    if (&owner == &call.here.shard) co_return work;
    co_return io::run_on(owner, call.here.shard, std::move(work));
}

/// The answer to a request that is wrong as a whole: the same error for every partition.
kafka::ProduceResponse refused(const kafka::ProduceRequest& request, ErrorCode error,
                               const std::string& message) {
    kafka::ProduceResponse response;
    for (const auto& topic : request.topic_data) {
        auto& answer = response.responses.emplace_back();
        answer.name = topic.name;
        for (const auto& partition : topic.partition_data)
            answer.partition_responses.push_back(refused_produce(partition.index, error, message));
    }
    return response;
}

/// What a partition was sent, if it is one of ours.
struct Sent {
    std::shared_ptr<const Topic> topic;
    Traffic                      traffic;
};

Sent sent_to(std::shared_ptr<const Topic> topic, const ProducePartition& partition) {
    if (!topic || !topic->has(partition.index)) return {};
    Traffic traffic{.produce_requests = 1};
    if (partition.records) {
        auto batch = kafka::BatchView::first(partition.records->view());
        if (batch) traffic.messages_in = static_cast<std::uint64_t>(std::max(batch->records_count(), 0));
        traffic.bytes_in = partition.records->size();
    }
    return {std::move(topic), traffic};
}

void count(Local& here, const Sent& sent, ErrorCode error) {
    if (!sent.topic) return;
    here.traffic.add(sent.topic->id, error == ErrorCode::none
                                         ? sent.traffic
                                         : Traffic{.produce_requests = 1, .failed_produce_requests = 1});
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
    ProduceTerms                     terms{call.version,
                       call.here.shard.now() + std::chrono::milliseconds(std::max(request.timeout_ms, 0)),
                       call.broker.world().clock.wall()};
    std::vector<Task<ProduceAnswer>> work;
    std::vector<Sent>                sent;
    {
        // Until the appends begin: a batch that takes long to check is not overtaken by the connection's
        // next.
        auto turn = co_await call.session.numbering.lock();
        for (auto& topic : request.topic_data) {
            auto found = call.here.image.find(topic.name);
            for (auto& partition : topic.partition_data) {
                sent.push_back(sent_to(found, partition));
                work.push_back(co_await prepare(call, topic.name, found, partition, terms));
            }
        }
    }
    Time                       began = call.here.shard.now();
    std::vector<ProduceAnswer> answers;
    if (work.size() == 1)
        answers.push_back(co_await std::move(work.front()));
    else
        answers = co_await io::gather(call.here.shard, std::move(work));
    call.waited = call.here.shard.now() - began;

    for (std::size_t i = 0; i < sent.size(); ++i) count(call.here, sent[i], answers[i].error_code);

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
