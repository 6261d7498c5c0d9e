#include "broker/broker.hpp"
#include "broker/handlers/handlers.hpp"
#include "io/run_on.hpp"

#include <map>
#include <set>

namespace riacho::broker {
namespace {

using kafka::ErrorCode;
using LogFolder = kafka::DescribeLogDirsResponse::Result;

constexpr std::size_t disk_key = 0; // any thread of the pool

struct Room {
    std::uint64_t total = 0;
    std::uint64_t free = 0;
};

Task<Room> room_on(io::Disk& disk, std::string folder) {
    std::uint64_t total = co_await disk.total_bytes(folder);
    co_return Room{total, co_await disk.free_bytes(std::move(folder))};
}

using Asked = std::map<std::string, std::set<std::int32_t>>;

/// What there is of what was asked for.
Asked asked_partitions(const Image& image, const kafka::DescribeLogDirsRequest& request) {
    Asked asked;
    if (!request.topics) {
        for (const auto& [name, topic] : image.topics())
            for (std::int32_t index = 0; index < topic->partitions; ++index) asked[name].insert(index);
        return asked;
    }
    for (const auto& wish : *request.topics) {
        auto topic = image.find(wish.topic);
        for (std::int32_t index : wish.partitions)
            if (topic && topic->has(index)) asked[wish.topic].insert(index);
    }
    return asked;
}

} // namespace

// DescribeLogDirs, v1-5: the one folder with Kafka's files, the size of each partition in it, and the room on
// its disk. A partition whose files cannot be opened is left out.
//   v2 flexible   v3 error   v4 room on the disk (KIP-827)   v5 cordoned (KIP-1066)
Task<kafka::DescribeLogDirsResponse> describe_log_dirs(Call& call, kafka::DescribeLogDirsRequest request) {
    LogFolder folder;
    folder.log_dir = call.broker.store().log_folder();
    try {
        io::World& world = call.broker.world();
        Room       room = co_await io::run_on(world.pool.thread_for(disk_key), call.here.shard,
                                              room_on(world.disk, folder.log_dir));
        folder.total_bytes = static_cast<std::int64_t>(room.total);
        folder.usable_bytes = static_cast<std::int64_t>(room.free);
    } catch (const io::DiskError&) { folder.error_code = ErrorCode::kafka_storage_error; }
    Asked asked = asked_partitions(call.here.image, request);
    for (const auto& [name, indexes] : asked) {
        LogFolder::Topic answer{.name = name};
        auto             topic = call.here.image.find(name);
        for (std::int32_t index : indexes) {
            if (!topic) continue; // deleted meanwhile
            Local& owner = call.broker.local_of(topic->partition(index));
            auto   size =
                co_await io::run_on(owner.shard, call.here.shard, owner.partitions.size(topic, index));
            if (!size) continue;
            answer.partitions.push_back(
                {.partition_index = index, .partition_size = static_cast<std::int64_t>(*size)});
        }
        if (!answer.partitions.empty()) folder.topics.push_back(std::move(answer));
    }
    kafka::DescribeLogDirsResponse response;
    response.results.push_back(std::move(folder));
    co_return response;
}

} // namespace riacho::broker
