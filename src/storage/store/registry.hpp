#pragma once

#include "io/event.hpp"
#include "storage/log/log.hpp"
#include "storage/store/checkpoint.hpp"

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace riacho::storage {

/// A partition whose log nobody has opened yet: what a checkpoint says of it must not be forgotten.
struct ClosedLog {
    std::string topic;
    Recovered   recovered;
    enum class State { serving, offline } state = State::serving;
    /// Files that are surely cut at the point, as a clean stop left them; others may hold more.
    enum class Files { exact, perhaps_longer } files = Files::perhaps_longer;
    /// The oldest frame that an offline partition holds in the ring.
    std::optional<FrameNumber> needs_from;
};

struct OpenLog {
    std::string          topic;
    std::unique_ptr<Log> log;
};

/// The logs of one shard, touched only there.
struct ShardLogs {
    explicit ShardLogs(io::Shard& home) : shard(home), opening(home), in_use(home) {}

    io::Shard&                                    shard;
    std::unordered_map<TopicPartition, OpenLog>   open;
    std::unordered_map<TopicPartition, ClosedLog> closed;
    io::Mutex                                     opening; ///< one log is opened at a time
    io::Mutex                                     in_use;  ///< held where an open log must not be removed

    Log* find(TopicPartition partition) {
        auto found = open.find(partition);
        return found == open.end() ? nullptr : found->second.log.get();
    }
};

/// What a checkpoint takes of one shard, or of all.
struct Collected {
    std::vector<PartitionPoint> partitions;
    std::vector<ProducersOf>    producers;
    /// No partition needs anything below it.
    FrameNumber low_water;

    void add(TopicPartition partition, const LogCheckpoint& checkpoint, PartitionPoint::State state);
    void add(TopicPartition partition, const ClosedLog& closed);
    void add(Collected other);
};

} // namespace riacho::storage
