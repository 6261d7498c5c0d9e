#pragma once

#include "base/outcome.hpp"
#include "broker/config/broker_options.hpp"
#include "broker/metadata/image.hpp"
#include "broker/partition/partition.hpp"
#include "io/event.hpp"
#include "kafka/error_code.hpp"
#include "storage/store.hpp"

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace riacho::broker {

/// The partitions of one shard. Their logs are opened at their first use.
class Partitions {
public:
    /// `image` is the shard's.
    Partitions(io::Shard& shard, const Image& image, storage::Store& store, const BrokerOptions& options)
        : shard_(shard), image_(image), store_(store), options_(options), opening_(shard), relays_(shard) {}

    /// A partition that this shard owns. Does not suspend once it is open. Fails with
    /// unknown_topic_or_partition once its topic is deleted, kafka_storage_error where its files are damaged.
    Task<Outcome<PartitionUse, kafka::ErrorCode>> use(std::shared_ptr<const Topic> topic, std::int32_t index);
    /// Its bytes, in segments and on the way there; fails like `use`.
    Task<Outcome<std::uint64_t, kafka::ErrorCode>> size(std::shared_ptr<const Topic> topic,
                                                        std::int32_t                 index);
    /// Null where it is not open.
    storage::Log* open_log(TopicPartition partition) const;
    /// How the topic's logs that are open on this shard are kept from now on. Does not suspend.
    void configure(const Topic& topic);
    /// The topic's removal is durable: wakes who waits, lets work in progress end, and removes the files.
    Task<storage::Removal> remove(std::shared_ptr<const Topic> topic, std::int32_t index);
    /// Every waiting request looks again: the broker is stopping.
    void wake_all();
    /// Retention of every log, one after the other. It opens those that nobody has used since the start, so
    /// that compaction sees them too.
    Task<> enforce_retention();
    Task<> stop();

private:
    Task<>                                      open_unused();
    storage::LogOptions                         options_of(const Topic& topic) const;
    Task<Outcome<Partition*, kafka::ErrorCode>> open(std::shared_ptr<const Topic> topic, TopicPartition id);

    io::Shard&                                                     shard_;
    const Image&                                                   image_;
    storage::Store&                                                store_;
    const BrokerOptions&                                           options_;
    io::Mutex                                                      opening_;
    std::unordered_map<TopicPartition, std::unique_ptr<Partition>> partitions_;
    std::unordered_map<TopicPartition, std::unique_ptr<Partition>> removing_;
    io::Group                                                      relays_;
};

} // namespace riacho::broker
