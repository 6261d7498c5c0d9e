#include "broker/append_error.hpp"
#include "broker/broker.hpp"
#include "broker/handlers/handlers.hpp"
#include "io/gather.hpp"
#include "io/run_on.hpp"

#include <map>

namespace riacho::broker {
namespace {

using kafka::ErrorCode;
using RecordsAnswer = kafka::DeleteRecordsResponse::Topic::Partition;
using RecordsWish = kafka::DeleteRecordsRequest::Topic::Partition;

constexpr std::int64_t all_there_is = -1;

RecordsAnswer refused_deletion(std::int32_t index, ErrorCode error) {
    return {.partition_index = index, .low_watermark = -1, .error_code = error};
}

/// On the partition's shard.
Task<RecordsAnswer> move_start(Broker& broker, std::shared_ptr<const Topic> topic, RecordsWish wish) {
    Local& local = broker.local_of(topic->partition(wish.partition_index));
    auto   partition = co_await local.partitions.use(topic, wish.partition_index);
    if (!partition) co_return refused_deletion(wish.partition_index, partition.error().code);
    storage::Log& log = (*partition)->log();
    Offset        end = log.high_watermark();
    Offset        start = wish.offset == all_there_is ? end : Offset{wish.offset};
    if (start.value < 0 || start > end)
        co_return refused_deletion(wish.partition_index, ErrorCode::offset_out_of_range);
    auto moved = co_await log.move_log_start(start);
    if (!moved) co_return refused_deletion(wish.partition_index, error_of(moved.error().code));
    co_return RecordsAnswer{.partition_index = wish.partition_index, .low_watermark = moved->value};
}

Task<RecordsAnswer> answered_deletion(RecordsAnswer answer) { co_return answer; }

Task<RecordsAnswer> move_start_or_refuse(Call& call, std::shared_ptr<const Topic> topic, RecordsWish wish) {
    std::int32_t index = wish.partition_index;
    if (!topic || !topic->has(index))
        return answered_deletion(refused_deletion(index, ErrorCode::unknown_topic_or_partition));
    if (topic->is_internal())
        return answered_deletion(refused_deletion(index, ErrorCode::invalid_topic_exception));
    if (topic->config.is_compacted() && !topic->config.is_deleted())
        return answered_deletion(refused_deletion(index, ErrorCode::policy_violation));
    io::Shard& owner = call.broker.local_of(topic->partition(index)).shard;
    return io::run_on(owner, call.here.shard, move_start(call.broker, std::move(topic), wish));
}

/// Each partition once, as the last wish for it says.
std::map<std::string, std::map<std::int32_t, RecordsWish>>
wishes_by_topic(const kafka::DeleteRecordsRequest& request) {
    std::map<std::string, std::map<std::int32_t, RecordsWish>> wishes;
    for (const auto& topic : request.topics)
        for (const auto& partition : topic.partitions)
            wishes[topic.name][partition.partition_index] = partition;
    return wishes;
}

} // namespace

// DeleteRecords, v0-2: moves the start of partitions up; answered when that is durable.
//   v2 flexible
Task<kafka::DeleteRecordsResponse> delete_records(Call& call, kafka::DeleteRecordsRequest request) {
    auto                             wishes = wishes_by_topic(request);
    std::vector<Task<RecordsAnswer>> work;
    for (const auto& [name, partitions] : wishes)
        for (const auto& [index, wish] : partitions)
            work.push_back(move_start_or_refuse(call, call.here.image.find(name), wish));
    auto answers = co_await io::gather(call.here.shard, std::move(work));

    kafka::DeleteRecordsResponse response;
    auto                         next = answers.begin();
    for (const auto& [name, partitions] : wishes) {
        auto& topic = response.topics.emplace_back();
        topic.name = name;
        for (std::size_t i = 0; i < partitions.size(); ++i) topic.partitions.push_back(*next++);
    }
    co_return response;
}

} // namespace riacho::broker
