#include "broker/broker.hpp"
#include "broker/handlers/handlers.hpp"
#include "broker/handlers/leader_epoch.hpp"
#include "io/gather.hpp"
#include "io/run_on.hpp"

#include <set>

namespace riacho::broker {
namespace {

using kafka::ErrorCode;
using OffsetAnswer = kafka::ListOffsetsResponse::Topic::Partition;
using OffsetQuestion = kafka::ListOffsetsRequest::Topic::Partition;

/// Timestamps that are questions.
constexpr std::int64_t latest = -1, earliest = -2, max_timestamp = -3, earliest_local = -4,
                       latest_tiered = -5, earliest_not_tiered = -6;

OffsetAnswer refused_offset(std::int32_t index, ErrorCode error) {
    OffsetAnswer answer;
    answer.partition_index = index;
    answer.error_code = error;
    return answer;
}

/// The version from which a question may be asked.
bool is_asked_too_early(std::int64_t question, kafka::Version version) {
    return (question == max_timestamp && version < 7) || (question == earliest_local && version < 8) ||
           (question == latest_tiered && version < 9) || (question == earliest_not_tiered && version < 11) ||
           question < earliest_not_tiered;
}

Task<OffsetAnswer> look_up(Broker& broker, std::shared_ptr<const Topic> topic, OffsetQuestion asked) {
    Local& local = broker.local_of(topic->partition(asked.partition_index));
    auto   partition = co_await local.partitions.use(topic, asked.partition_index);
    if (!partition) co_return refused_offset(asked.partition_index, partition.error().code);
    if (ErrorCode error = check_leader_epoch(broker, asked.current_leader_epoch); error != ErrorCode::none)
        co_return refused_offset(asked.partition_index, error);
    storage::Log& log = (*partition)->log();
    OffsetAnswer  answer = refused_offset(asked.partition_index, ErrorCode::none);
    answer.leader_epoch = static_cast<std::int32_t>(broker.leader_epoch());
    std::optional<storage::TimestampedOffset> found;
    switch (asked.timestamp) {
    case latest:
        answer.offset = (*partition)->last_stable_offset().value;
        co_return answer;
    case earliest:
    case earliest_local:
        answer.offset = log.log_start().value;
        co_return answer;
    case latest_tiered:
    case earliest_not_tiered:
        answer.leader_epoch = -1;
        co_return answer; // nothing is tiered here
    case max_timestamp:
        found = co_await log.find_max_timestamp();
        break;
    default:
        found = co_await log.find_timestamp(Timestamp{asked.timestamp});
        break;
    }
    answer.leader_epoch = -1;
    if (found) {
        answer.offset = found->offset.value;
        answer.timestamp = found->timestamp.ms;
        answer.leader_epoch = static_cast<std::int32_t>(found->leader_epoch);
    }
    co_return answer;
}

Task<OffsetAnswer> answered_offset(OffsetAnswer answer) { co_return answer; }

Task<OffsetAnswer> look_up_or_refuse(Call& call, std::shared_ptr<const Topic> topic,
                                     const OffsetQuestion& asked) {
    if (!topic || !topic->has(asked.partition_index))
        return answered_offset(refused_offset(asked.partition_index, ErrorCode::unknown_topic_or_partition));
    if (is_asked_too_early(asked.timestamp, call.version))
        return answered_offset(refused_offset(asked.partition_index, ErrorCode::unsupported_version));
    io::Shard& owner = call.broker.local_of(topic->partition(asked.partition_index)).shard;
    return io::run_on(owner, call.here.shard, look_up(call.broker, std::move(topic), asked));
}

} // namespace

// ListOffsets, v1-11: where a partition begins and ends, and the first record of a time or later.
//   v2 isolation level (read_committed ends at the last stable offset, which is the high watermark while
//   there are no transactions)   v4 leader epoch   v6 flexible   v7 the largest timestamp (KIP-734)   v8
//   earliest local (KIP-405)   v9 latest tiered (KIP-1005)   v10 timeout of tiered storage   v11 earliest
//   that is not tiered yet (KIP-1023)
Task<kafka::ListOffsetsResponse> list_offsets(Call& call, kafka::ListOffsetsRequest request) {
    std::vector<Task<OffsetAnswer>> work;
    for (const auto& topic : request.topics) {
        auto                   found = call.here.image.find(topic.name);
        std::set<std::int32_t> seen;
        for (const auto& partition : topic.partitions) {
            bool is_twice = !seen.insert(partition.partition_index).second;
            work.push_back(is_twice ? answered_offset(refused_offset(partition.partition_index,
                                                                     ErrorCode::invalid_request))
                                    : look_up_or_refuse(call, found, partition));
        }
    }
    auto                       answers = co_await io::gather(call.here.shard, std::move(work));
    auto                       next = answers.begin();
    kafka::ListOffsetsResponse response;
    for (auto& topic : request.topics) {
        auto& answer = response.topics.emplace_back();
        answer.name = std::move(topic.name);
        for (std::size_t i = 0; i < topic.partitions.size(); ++i)
            answer.partitions.push_back(std::move(*next++));
    }
    co_return response;
}

} // namespace riacho::broker
