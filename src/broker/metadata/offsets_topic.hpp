#pragma once

#include "base/outcome.hpp"
#include "broker/group/offsets_log.hpp"
#include "broker/metadata/metadata_writer.hpp"
#include "io/event.hpp"

#include <cstdint>
#include <memory>
#include <string_view>

namespace riacho::broker {

class Broker;
struct Local;

/// __consumer_offsets: made when the first group asks for its coordinator, read into the coordinators of its
/// partitions, and written by them.
class OffsetsTopic : public OffsetsLog {
public:
    static constexpr std::string_view name = "__consumer_offsets";

    explicit OffsetsTopic(Broker& broker);

    /// At the start, before any request: loads the coordinators where the topic is there already.
    Task<Outcome<void, kafka::ErrorCode>> load();
    /// Makes it where it is missing. Ends when every group can be coordinated. On the metadata's shard.
    Task<Outcome<void, kafka::ErrorCode>> ensure();

    Task<Outcome<void, kafka::ErrorCode>> append(PartitionIndex partition, Bytes batch) override;

private:
    NewTopic                              new_topic() const;
    Task<Outcome<void, kafka::ErrorCode>> load_all(std::shared_ptr<const Topic> topic);
    Task<Outcome<void, kafka::ErrorCode>> load_one(Local& local, std::shared_ptr<const Topic> topic,
                                                   std::int32_t index);

    Broker&   broker_;
    io::Mutex turns_;
    bool      is_loaded_ = false;
};

} // namespace riacho::broker
