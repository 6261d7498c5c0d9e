#pragma once

#include "base/outcome.hpp"
#include "broker/group/offsets_log.hpp"
#include "broker/metadata/metadata_writer.hpp"
#include "io/event.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace riacho::broker {

class Broker;
struct Local;

/// __consumer_offsets: made when the first group asks for its coordinator, read into the coordinators of its
/// partitions, and written by them.
class OffsetsTopic : public OffsetsLog {
public:
    static constexpr std::string_view name = offsets_topic_name;

    explicit OffsetsTopic(Broker& broker);

    /// At the start, before any request: loads the coordinators where the topic is there already.
    Task<Outcome<void, kafka::ErrorCode>> load();
    /// Makes it where it is missing. Ends when every group can be coordinated. On the metadata's shard.
    Task<Outcome<void, kafka::ErrorCode>> ensure();

    /// Whether each group's partition could be read. On the metadata's shard.
    Task<std::vector<bool>> serves(std::vector<std::string> groups);

    Task<Outcome<void, kafka::ErrorCode>> append(PartitionIndex partition, Bytes batch) override;

    /// How much of snapshots and logs was read to load the coordinators.
    std::uint64_t loaded_bytes() const { return loaded_bytes_; }

private:
    NewTopic                              new_topic() const;
    Task<Outcome<void, kafka::ErrorCode>> load_all(std::shared_ptr<const Topic> topic);
    Task<Outcome<void, kafka::ErrorCode>> load_one(Local& local, std::shared_ptr<const Topic> topic,
                                                   std::int32_t index);
    Task<Outcome<void, kafka::ErrorCode>> read_one(Local& local, storage::Log& log, PartitionIndex id);

    Broker&                    broker_;
    io::Mutex                  turns_;
    std::int32_t               partitions_ = 0;
    std::set<PartitionIndex>   unavailable_; ///< offline, or damaged: their groups are refused, others served
    bool                       is_loaded_ = false;
    std::atomic<std::uint64_t> loaded_bytes_ = 0;
};

} // namespace riacho::broker
