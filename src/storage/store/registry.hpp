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
    /// Whether what the log has of it is in stranded/: then its frames are nobody's.
    enum class Aside { no, yes } aside = Aside::no;
    /// Files that are surely cut at the point, as a clean stop left them; others may hold more.
    enum class Files { exact, perhaps_longer } files = Files::perhaps_longer;
};

struct OpenLog {
    std::string          topic;
    std::unique_ptr<Log> log;
    ClosedLog::Aside     aside = ClosedLog::Aside::no; ///< once it is offline
};

/// The logs of one shard, touched only there.
struct ShardLogs {
    explicit ShardLogs(io::Shard& home) : shard(home), opening(home), in_use(home) {}

    io::Shard&                                    shard;
    std::unordered_map<TopicPartition, OpenLog>   open;
    std::unordered_map<TopicPartition, ClosedLog> closed;
    /// Where compaction came, of logs that nobody has opened yet.
    std::unordered_map<TopicPartition, Offset> cleaned;
    io::Mutex                                  opening; ///< one log is opened at a time
    io::Mutex                                  in_use;  ///< held where an open log must not be removed

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
    /// Offline, and not yet in stranded/.
    struct ToStrand {
        TopicPartition partition;
        std::string    topic;
        LogCheckpoint  last;
    };
    std::vector<ToStrand> to_strand;

    void add(TopicPartition partition, const LogCheckpoint& checkpoint, PartitionPoint::State state);
    void add(TopicPartition partition, const ClosedLog& closed);
    void add_offline(TopicPartition partition, const OpenLog& open, LogCheckpoint last);
    void add(Collected other);
};

} // namespace riacho::storage
