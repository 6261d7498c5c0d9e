#pragma once

#include "base/option.hpp"
#include "codec/compression.hpp"
#include "storage/log/log_options.hpp"

#include <chrono>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace riacho::broker {

using std::chrono::milliseconds;

/// How one topic is kept: every topic configuration of Kafka, with its default. What needs a second broker,
/// tiered storage or Kafka's own flushing is known, checked, kept and described, and changes nothing here.
struct TopicConfig {
    std::vector<std::string>     cleanup_policy{"delete"};
    std::int32_t                 compression_gzip_level = -1;
    std::int32_t                 compression_lz4_level = 9;
    std::string                  compression_type = "producer";
    std::int32_t                 compression_zstd_level = 3;
    milliseconds                 delete_retention_ms = std::chrono::hours(24);
    milliseconds                 file_delete_delay_ms{60'000};
    std::int64_t                 flush_messages = INT64_MAX;
    std::int64_t                 flush_ms = INT64_MAX;
    std::vector<std::string>     follower_throttled_replicas;
    std::int32_t                 index_interval_bytes = 4096;
    std::vector<std::string>     leader_throttled_replicas;
    std::int64_t                 local_retention_bytes = -2;
    std::int64_t                 local_retention_ms = -2;
    std::int64_t                 max_compaction_lag_ms = INT64_MAX;
    std::int32_t                 max_message_bytes = 1'048'588;
    std::int64_t                 timestamp_after_max_ms = 3'600'000;
    std::int64_t                 timestamp_before_max_ms = INT64_MAX;
    std::string                  timestamp_type = "CreateTime";
    double                       min_cleanable_dirty_ratio = 0.5;
    std::int64_t                 min_compaction_lag_ms = 0;
    std::int32_t                 min_insync_replicas = 1;
    bool                         preallocate = false;
    bool                         remote_log_copy_disable = false;
    bool                         remote_log_delete_on_disable = false;
    bool                         remote_storage_enable = false;
    std::optional<std::uint64_t> retention_bytes;
    std::optional<milliseconds>  retention_ms = std::chrono::hours(7 * 24);
    std::int32_t                 segment_bytes = 1 << 30;
    std::int32_t                 segment_index_bytes = 10 << 20;
    std::int64_t                 segment_jitter_ms = 0;
    milliseconds                 segment_ms = std::chrono::hours(7 * 24);
    bool                         unclean_leader_election_enable = false;

    bool is_compacted() const;
    bool is_deleted() const;
    /// How batches are to lie; nothing where they stay as they come.
    std::optional<Compression> compression() const;
    /// Of that compression.
    std::optional<int> compression_level() const;
    bool               uses_log_append_time() const { return timestamp_type == "LogAppendTime"; }
};

/// Every topic configuration, by name: what CreateTopics accepts and DescribeConfigs lists.
std::span<const Option<TopicConfig>> topic_options();
const Option<TopicConfig>*           find_topic_option(std::string_view name);
/// The broker's option that gives a topic configuration its default, empty where there is none:
/// "retention.ms" has "log.retention.ms".
std::string_view broker_synonym(std::string_view topic_option);

/// Where groups and committed offsets are kept.
inline constexpr std::string_view offsets_topic_name = "__consumer_offsets";

/// What a topic overrides, as the metadata keeps it.
using Overrides = std::map<std::string, std::string, std::less<>>;

/// `defaults` with `overrides`; in words what is wrong with the first bad one, as Kafka says it.
std::expected<TopicConfig, std::string> with_overrides(TopicConfig defaults, const Overrides& overrides);

storage::LogOptions log_options(const TopicConfig& config);

} // namespace riacho::broker
