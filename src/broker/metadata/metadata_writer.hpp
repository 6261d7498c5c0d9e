#pragma once

#include "base/outcome.hpp"
#include "broker/config/broker_options.hpp"
#include "broker/config/config_change.hpp"
#include "broker/metadata/image.hpp"
#include "broker/metadata/topic_replay.hpp"
#include "io/event.hpp"
#include "kafka/error_code.hpp"
#include "storage/store.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
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

/// What the configuration of one topic is to become.
struct TopicAlteration {
    std::string               topic;
    std::vector<ConfigChange> changes;
    /// What `changes` do not name: goes back to the broker's default with AlterConfigs.
    enum class Others { stay, go } others = Others::stay;
};

/// What the configuration of this broker, or of all brokers (""), is to become.
struct BrokerAlteration {
    std::string               broker;
    std::vector<ConfigChange> changes;
    TopicAlteration::Others   others = TopicAlteration::Others::stay;
};

struct MorePartitions {
    std::string  topic;
    std::int32_t count = 0; ///< with those that there are
    /// Replicas of each new partition, where the client assigns them itself: they must name this broker.
    std::optional<std::vector<std::vector<std::int32_t>>> assignments;
};

enum class Validate { only, and_change };

/// Kafka's limit on what one request may add.
inline constexpr std::int64_t                     new_partitions_max = 10'000;
inline std::unexpected<Failure<kafka::ErrorCode>> too_many_partitions() {
    return fail(kafka::ErrorCode::policy_violation, "Excessively large number of partitions per request.");
}

/// Changes __cluster_metadata, one change after the other, and brings what became durable to the image of
/// every shard before it answers. Lives on the first shard.
class MetadataWriter {
public:
    MetadataWriter(io::World& world, const BrokerOptions& options, storage::Store& store,
                   const std::vector<std::unique_ptr<Local>>& locals);

    /// Reads the metadata's snapshot, and what __cluster_metadata has behind it, into the images; writes its
    /// first records into a new folder.
    Task<Outcome<void, storage::StoreError>> load();

    using Done = Outcome<void, kafka::ErrorCode>;
    using TopicOutcome = Outcome<Topic, kafka::ErrorCode>;
    /// All that are valid, in one round; each is whole or not there.
    Task<std::vector<TopicOutcome>> create(std::vector<NewTopic> topics, Validate validate);
    /// Removes the topic and its files. unknown_topic_id when it is gone.
    Task<Done> remove(Uuid topic_id);
    /// Each topic is named once, here and below; each alteration is whole or not there, and in force on every
    /// shard, in logs that are open too, when this ends.
    Task<std::vector<Done>> alter(std::vector<TopicAlteration> alterations, Validate validate);
    /// Each is whole or not there. What may change while the broker runs is in force on every shard.
    Task<std::vector<Done>> alter(std::vector<BrokerAlteration> alterations, Validate validate);
    Task<std::vector<Done>> add_partitions(std::vector<MorePartitions> wanted, Validate validate);
    /// A number that no producer has had, over all starts.
    Task<Outcome<ProducerId, kafka::ErrorCode>> next_producer_id();

    /// Writes snapshots when options.metadata says so, until `stopping`.
    Task<> watch_snapshots(io::Event& stopping);
    /// Writes one now, if there is anything new: all topics, as they are durable at this moment. What is
    /// behind it may go, but for deletions whose folders are not gone. A failure is logged; what was there
    /// holds.
    Task<Outcome<void, storage::StoreError>> keep_snapshot();

private:
    // metadata_snapshots.cpp
    struct SnapshotContent;
    static Task<storage::MetadataSnapshot>     encode(SnapshotContent content);
    bool                                       snapshot_is_due() const;
    Task<Outcome<Offset, storage::StoreError>> load_snapshot(TopicReplay& replay);

    TopicOutcome check(const NewTopic& topic) const;
    Done         check_assignments(const std::vector<std::vector<std::int32_t>>& assignments) const;
    Leader       leader() const;
    /// Gives the base offset.
    Task<Outcome<Offset, kafka::ErrorCode>> append(std::vector<Bytes> records);
    Task<>                                  publish(std::vector<Change> changes);
    Task<bool>                              remove_partitions(std::shared_ptr<const Topic> topic);
    TopicOutcome                            altered(const TopicAlteration& alteration) const;
    TopicOutcome                            with_more(const MorePartitions& wanted) const;
    // metadata_brokers.cpp
    using BrokerOutcome = Outcome<Overrides, kafka::ErrorCode>;
    BrokerOutcome        altered(const BrokerAlteration& alteration) const;
    Task<Done>           change(std::string broker, Overrides after);
    std::vector<Change>  broker_changes(const std::map<std::string, Overrides>& brokers) const;
    std::string          own_name() const { return std::to_string(options_.node_id); }
    const BrokerOptions& current() const;
    // metadata_alterations.cpp
    Task<std::vector<Done>> change(std::vector<TopicOutcome> topics, Validate validate);

    io::World&                                 world_;
    const BrokerOptions&                       options_;
    storage::Store&                            store_;
    const std::vector<std::unique_ptr<Local>>& locals_;
    storage::Log*                              log_ = nullptr;
    io::Mutex                                  turns_;
    std::int64_t                               next_producer_id_ = 0;
    std::int64_t                               producer_ids_end_ = 0; ///< of the block that is durable
    Features                                   features_;
    // -- for snapshots
    io::Mutex        snapshotting_; ///< taken before turns_
    Offset           snapshot_until_{0};
    Time             snapshot_time_{0};         ///< of the last one, or of the start
    Time             snapshot_not_before_{0};   ///< after a failure
    std::uint64_t    bytes_since_snapshot_ = 0; ///< of new batches
    Timestamp        last_time_;                ///< of the last batch
    std::uint64_t    not_kept_ = 0;
    std::set<Offset> removals_; ///< deletions whose folders may still be there
};

} // namespace riacho::broker
