#pragma once

#include "base/option.hpp"
#include "broker/config/topic_config.hpp"
#include "broker/group/options.hpp"
#include "storage/store.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace riacho::broker {

/// How many connections an address may have.
using AddressLimits = std::map<std::string, std::int32_t>;

/// __cluster_metadata: its segments, when a snapshot is written, and how long what is behind it stays.
struct MetadataOptions {
    std::int32_t  segment_bytes = 1 << 30;                 ///< metadata.log.segment.bytes
    milliseconds  segment_ms = std::chrono::hours(7 * 24); ///< metadata.log.segment.ms
    std::uint64_t snapshot_bytes = 20u << 20;          ///< metadata.log.max.record.bytes.between.snapshots
    milliseconds  snapshot_ms = std::chrono::hours(1); ///< metadata.log.max.snapshot.interval.ms; 0: never
    std::optional<std::uint64_t> retention_bytes = 100u << 20;              ///< metadata.max.retention.bytes
    std::optional<milliseconds>  retention_ms = std::chrono::hours(7 * 24); ///< metadata.max.retention.ms
};

/// How a broker is run: Kafka's names and meanings, and a few of our own (durability, wal.*). Defaults are
/// Kafka's but where a single node for developers wants another; docs/configuration.md says which and why.
struct BrokerOptions {
    std::int32_t node_id = 1;
    bool         auto_create_topics_enable = true;
    std::int32_t num_partitions = 1;
    std::int16_t default_replication_factor = 1;
    bool         strict_replication_factor = false;
    bool         delete_topic_enable = true;
    std::string  broker_rack;

    std::int32_t  socket_request_max_bytes = 100 << 20;
    milliseconds  connections_max_idle_ms = std::chrono::minutes(10);
    std::int32_t  max_connections = INT32_MAX;
    std::int32_t  max_connections_per_ip = INT32_MAX;
    AddressLimits max_connections_per_ip_overrides;
    std::int32_t  max_connection_creation_rate = INT32_MAX;
    std::int32_t  connection_max_in_flight_requests = 64;
    std::size_t   connection_max_request_bytes = 32u << 20;
    std::int64_t  queued_max_request_bytes = 128 << 20;
    std::int64_t  queued_max_response_bytes = 128 << 20;
    std::int32_t  fetch_max_bytes = 55 << 20;

    milliseconds log_retention_check_interval_ms = std::chrono::minutes(5);
    milliseconds producer_id_expiration_ms = std::chrono::hours(24);
    std::int32_t offsets_topic_num_partitions = 50;
    std::int16_t offsets_topic_replication_factor = 3;
    std::int32_t offsets_topic_segment_bytes = 100 << 20;

    GroupOptions          groups;
    MetadataOptions       metadata;
    TopicConfig           topics; ///< what a topic has that overrides nothing
    storage::StoreOptions store;
    std::uint64_t         wal_external_bytes = 1u << 20;

    /// What was said of options that have no field of their own.
    std::map<std::string, std::string, std::less<>> kept;
    /// The names that somebody gave a value at the start, be it the default.
    std::set<std::string, std::less<>> said;
};

/// How the log of the topic `name` is kept.
storage::LogOptions log_options(const BrokerOptions& broker, std::string_view name, const TopicConfig& topic);

/// And how that of the metadata is.
storage::LogOptions metadata_log_options(const BrokerOptions& broker);

/// Every option of a broker, by name: those of BrokerOptions, the broker's names of the topic defaults
/// ("log.retention.ms"), and all others that Kafka has.
std::span<const Option<BrokerOptions>> broker_options();
const Option<BrokerOptions>*           find_broker_option(std::string_view name);
/// The options that say the same, the one that wins first: "log.retention.ms", in minutes, in hours.
std::vector<std::string_view> same_options(std::string_view name);

} // namespace riacho::broker
