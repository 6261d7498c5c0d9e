#include "broker/broker.hpp"
#include "broker/handlers/handlers.hpp"
#include "broker/handlers/leader_epoch.hpp"
#include "io/run_on.hpp"

namespace riacho::broker {
namespace {

using kafka::ErrorCode;
using EpochAnswer = kafka::OffsetForLeaderEpochResponse::Topic::Partition;
using EpochQuestion = kafka::OffsetForLeaderEpochRequest::Topic::Partition;

Task<EpochAnswer> end_of_epoch(Broker& broker, std::shared_ptr<const Topic> topic, EpochQuestion asked) {
    EpochAnswer answer;
    answer.partition = asked.partition;
    Local& local = broker.local_of(topic->partition(asked.partition));
    auto   partition = co_await local.partitions.use(topic, asked.partition);
    answer.error_code =
        partition ? check_leader_epoch(broker, asked.current_leader_epoch) : partition.error().code;
    if (answer.error_code != ErrorCode::none) co_return answer;
    storage::EpochEnd end = (*partition)->log().epoch_end(LeaderEpoch{asked.leader_epoch});
    answer.leader_epoch = static_cast<std::int32_t>(end.epoch);
    answer.end_offset = end.end.value;
    co_return answer;
}

} // namespace

// OffsetForLeaderEpoch, v2-4: where the records of a leader epoch end, so that a client notices a log that
// was cut behind its back (KIP-101, KIP-320).
//   v3 replica id   v4 flexible
Task<kafka::OffsetForLeaderEpochResponse>
offset_for_leader_epoch(Call& call, kafka::OffsetForLeaderEpochRequest request) {
    kafka::OffsetForLeaderEpochResponse response;
    for (auto& asked : request.topics) {
        auto  topic = call.here.image.find(asked.topic);
        auto& answers = response.topics.emplace_back();
        answers.topic = std::move(asked.topic);
        for (const EpochQuestion& partition : asked.partitions) {
            if (!topic || !topic->has(partition.partition)) {
                EpochAnswer answer;
                answer.partition = partition.partition;
                answer.error_code = ErrorCode::unknown_topic_or_partition;
                answers.partitions.push_back(std::move(answer));
                continue;
            }
            io::Shard& owner = call.broker.local_of(topic->partition(partition.partition)).shard;
            answers.partitions.push_back(
                co_await io::run_on(owner, call.here.shard, end_of_epoch(call.broker, topic, partition)));
        }
    }
    co_return response;
}

} // namespace riacho::broker
