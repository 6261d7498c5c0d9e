#pragma once

#include "base/outcome.hpp"
#include "broker/config/broker_options.hpp"
#include "broker/metadata/image.hpp"
#include "io/event.hpp"
#include "kafka/error_code.hpp"
#include "storage/store.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace riacho::broker {

struct Local;

/// What a topic is to be; -1 for the broker's default.
struct NewTopic {
    std::string  name;
    std::int32_t partitions = -1;
    std::int16_t replication_factor = -1;
    /// Replicas by partition, where the client assigns them itself: they must name this broker.
    std::vector<std::vector<std::int32_t>> assignments;
    Overrides                              overrides;
    enum class Kind { by_client, internal } kind = Kind::by_client;
};

enum class Validate { only, and_create };

/// Changes __cluster_metadata, one change after the other, and brings what became durable to the image of
/// every shard before it answers. Lives on the first shard.
class MetadataWriter {
public:
    MetadataWriter(io::World& world, const BrokerOptions& options, storage::Store& store,
                   const std::vector<std::unique_ptr<Local>>& locals);

    /// Reads the whole of __cluster_metadata into the images; writes its first records into a new folder.
    Task<Outcome<void, storage::StoreError>> load();

    using TopicOutcome = Outcome<Topic, kafka::ErrorCode>;
    /// All that are valid, in one round; each is whole or not there.
    Task<std::vector<TopicOutcome>> create(std::vector<NewTopic> topics, Validate validate);
    /// Removes the topic and its files. unknown_topic_id when it is gone.
    Task<Outcome<void, kafka::ErrorCode>> remove(Uuid topic_id);
    /// A number that no producer has had, over all starts.
    Task<Outcome<ProducerId, kafka::ErrorCode>> next_producer_id();

private:
    TopicOutcome                            check(const NewTopic& topic) const;
    Outcome<std::int32_t, kafka::ErrorCode> check_assignments(const NewTopic& topic) const;
    Task<Outcome<void, kafka::ErrorCode>>   append(std::vector<Bytes> records);
    Task<>                                  publish(std::vector<Change> changes);
    Task<>                                  replay(Bytes batches);

    io::World&                                 world_;
    const BrokerOptions&                       options_;
    storage::Store&                            store_;
    const std::vector<std::unique_ptr<Local>>& locals_;
    storage::Log*                              log_ = nullptr;
    io::Mutex                                  turns_;
    std::int64_t                               next_producer_id_ = 0;
    std::int64_t                               producer_ids_end_ = 0; ///< of the block that is durable
};

} // namespace riacho::broker
