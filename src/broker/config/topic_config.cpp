#include "broker/config/topic_config.hpp"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <utility>

namespace riacho::broker {
namespace {

using Row = Option<TopicConfig>;
using enum OptionType;
using Config = TopicConfig;

std::vector<Row> retention_rows() {
    return {
        list_option("cleanup.policy", &Config::cleanup_policy,
                    "What happens to old segments: delete, compact, or both.", {"compact", "delete"}),
        whole_option("delete.retention.ms", int64, &Config::delete_retention_ms,
                     "How long a compacted topic keeps the mark of a deleted key.", at_least(0)),
        whole_option("file.delete.delay.ms", int64, &Config::file_delete_delay_ms,
                     "How long a deleted segment's file stays.", at_least(0)),
        whole_option("local.retention.bytes", int64, &Config::local_retention_bytes,
                     "Tiered storage: bytes that stay local.", at_least(-2)),
        whole_option("local.retention.ms", int64, &Config::local_retention_ms,
                     "Tiered storage: how long segments stay local.", at_least(-2)),
        whole_option("max.compaction.lag.ms", int64, &Config::max_compaction_lag_ms,
                     "The longest time that a record may stay uncompacted.", at_least(1)),
        real_option("min.cleanable.dirty.ratio", &Config::min_cleanable_dirty_ratio,
                    "The share of uncompacted bytes from which a log is compacted.", 0, 1),
        whole_option("min.compaction.lag.ms", int64, &Config::min_compaction_lag_ms,
                     "The shortest time that a record stays uncompacted.", at_least(0)),
        boolean_option("remote.log.copy.disable", &Config::remote_log_copy_disable,
                       "Tiered storage: stop copying segments."),
        boolean_option("remote.log.delete.on.disable", &Config::remote_log_delete_on_disable,
                       "Tiered storage: delete remote segments when it is turned off."),
        boolean_option("remote.storage.enable", &Config::remote_storage_enable,
                       "Tiered storage: keep old segments elsewhere."),
        limit_option("retention.bytes", int64, &Config::retention_bytes,
                     "Bytes of a partition from which its oldest segments go; -1 for no limit."),
        limit_option("retention.ms", int64, &Config::retention_ms,
                     "Age of a segment's newest record from which it goes; -1 for no limit."),
    };
}

std::vector<Row> segment_rows() {
    return {
        whole_option("flush.messages", int64, &Config::flush_messages,
                     "Kafka's forced flush; here every acknowledged record is synced.", at_least(1)),
        whole_option("flush.ms", int64, &Config::flush_ms,
                     "Kafka's forced flush; here every acknowledged record is synced.", at_least(0)),
        whole_option("index.interval.bytes", int32, &Config::index_interval_bytes,
                     "Bytes of records between two entries of the offset index.", at_least(0)),
        boolean_option("preallocate", &Config::preallocate, "Reserve the disk space of a new segment."),
        whole_option("segment.bytes", int32, &Config::segment_bytes,
                     "Roll the active segment once it is this large.", at_least(14)),
        whole_option("segment.index.bytes", int32, &Config::segment_index_bytes,
                     "The largest size of a segment's index.", at_least(4)),
        whole_option("segment.jitter.ms", int64, &Config::segment_jitter_ms,
                     "The largest random delay taken off segment.ms.", at_least(0)),
        whole_option("segment.ms", int64, &Config::segment_ms, "Roll the active segment once it is this old.",
                     at_least(1)),
    };
}

std::vector<Row> record_rows() {
    return {
        whole_option("compression.gzip.level", int32, &Config::compression_gzip_level,
                     "The level of gzip where the broker compresses.", between(-1, 9)),
        whole_option("compression.lz4.level", int32, &Config::compression_lz4_level,
                     "The level of lz4 where the broker compresses.", between(1, 17)),
        text_option("compression.type", &Config::compression_type,
                    "How records are kept; producer keeps them as they came.",
                    {"uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"}),
        whole_option("compression.zstd.level", int32, &Config::compression_zstd_level,
                     "The level of zstd where the broker compresses.", between(-131072, 22)),
        whole_option("max.message.bytes", int32, &Config::max_message_bytes,
                     "The largest record batch that the topic takes.", at_least(0)),
        whole_option("message.timestamp.after.max.ms", int64, &Config::timestamp_after_max_ms,
                     "How far a record's time may lie ahead of the broker's.", at_least(0)),
        whole_option("message.timestamp.before.max.ms", int64, &Config::timestamp_before_max_ms,
                     "How far a record's time may lie behind the broker's.", at_least(0)),
        text_option("message.timestamp.type", &Config::timestamp_type,
                    "Whose time a record carries: the producer's or the broker's.",
                    {"CreateTime", "LogAppendTime"}),
    };
}

std::vector<Row> replication_rows() {
    return {
        list_option("follower.replication.throttled.replicas", &Config::follower_throttled_replicas,
                    "Replicas whose replication is throttled on the follower."),
        list_option("leader.replication.throttled.replicas", &Config::leader_throttled_replicas,
                    "Replicas whose replication is throttled on the leader."),
        whole_option("min.insync.replicas", int32, &Config::min_insync_replicas,
                     "Replicas that must have a record before acks=all is answered.", at_least(1)),
        boolean_option("unclean.leader.election.enable", &Config::unclean_leader_election_enable,
                       "Let a replica lead that has not everything."),
    };
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 28> synonyms{{
    {"cleanup.policy", "log.cleanup.policy"},
    {"compression.gzip.level", "compression.gzip.level"},
    {"compression.lz4.level", "compression.lz4.level"},
    {"compression.type", "compression.type"},
    {"compression.zstd.level", "compression.zstd.level"},
    {"delete.retention.ms", "log.cleaner.delete.retention.ms"},
    {"file.delete.delay.ms", "log.segment.delete.delay.ms"},
    {"flush.messages", "log.flush.interval.messages"},
    {"flush.ms", "log.flush.interval.ms"},
    {"index.interval.bytes", "log.index.interval.bytes"},
    {"local.retention.bytes", "log.local.retention.bytes"},
    {"local.retention.ms", "log.local.retention.ms"},
    {"max.compaction.lag.ms", "log.cleaner.max.compaction.lag.ms"},
    {"max.message.bytes", "message.max.bytes"},
    {"message.timestamp.after.max.ms", "log.message.timestamp.after.max.ms"},
    {"message.timestamp.before.max.ms", "log.message.timestamp.before.max.ms"},
    {"message.timestamp.type", "log.message.timestamp.type"},
    {"min.cleanable.dirty.ratio", "log.cleaner.min.cleanable.ratio"},
    {"min.compaction.lag.ms", "log.cleaner.min.compaction.lag.ms"},
    {"min.insync.replicas", "min.insync.replicas"},
    {"preallocate", "log.preallocate"},
    {"retention.bytes", "log.retention.bytes"},
    {"retention.ms", "log.retention.ms"},
    {"segment.bytes", "log.segment.bytes"},
    {"segment.index.bytes", "log.index.size.max.bytes"},
    {"segment.jitter.ms", "log.roll.jitter.ms"},
    {"segment.ms", "log.roll.ms"},
    {"unclean.leader.election.enable", "unclean.leader.election.enable"},
}};

} // namespace

bool TopicConfig::is_compacted() const {
    return std::ranges::find(cleanup_policy, "compact") != cleanup_policy.end();
}
bool TopicConfig::is_deleted() const {
    return std::ranges::find(cleanup_policy, "delete") != cleanup_policy.end();
}

std::optional<Compression> TopicConfig::compression() const {
    if (compression_type == "producer") return std::nullopt;
    for (Compression kind : {Compression::gzip, Compression::snappy, Compression::lz4, Compression::zstd})
        if (compression_type == name_of(kind)) return kind;
    return Compression::none;
}
std::optional<int> TopicConfig::compression_level() const {
    switch (compression().value_or(Compression::none)) {
    case Compression::gzip:
        return compression_gzip_level;
    case Compression::lz4:
        return compression_lz4_level;
    case Compression::zstd:
        return compression_zstd_level;
    default:
        return std::nullopt;
    }
}

std::span<const Option<TopicConfig>> topic_options() {
    static const std::vector<Row> table = [] {
        std::vector<Row> rows;
        for (auto part : {retention_rows(), segment_rows(), record_rows(), replication_rows()})
            rows.insert(rows.end(), part.begin(), part.end());
        std::ranges::sort(rows, {}, &Row::name);
        return rows;
    }();
    return table;
}

const Option<TopicConfig>* find_topic_option(std::string_view name) {
    auto table = topic_options();
    auto found = std::ranges::lower_bound(table, name, {}, &Row::name);
    return found != table.end() && found->name == name ? &*found : nullptr;
}

std::string_view broker_synonym(std::string_view topic_option) {
    auto found =
        std::ranges::find(synonyms, topic_option, &std::pair<std::string_view, std::string_view>::first);
    return found == synonyms.end() ? std::string_view{} : found->second;
}

std::expected<TopicConfig, std::string> with_overrides(TopicConfig config, const Overrides& overrides) {
    for (const auto& [name, value] : overrides) {
        const Row* option = find_topic_option(name);
        if (!option) return std::unexpected(fmt::format("Unknown topic config name: {}", name));
        if (auto set = option->set(config, value); !set)
            return std::unexpected(
                fmt::format("Invalid value {} for configuration {}: {}", value, name, set.error()));
    }
    return config;
}

storage::LogOptions log_options(const TopicConfig& config) {
    storage::LogOptions options;
    options.segment_bytes = static_cast<std::uint64_t>(config.segment_bytes);
    options.segment_ms = config.segment_ms;
    options.retention_bytes = config.retention_bytes;
    options.retention_ms = config.retention_ms;
    options.index_interval_bytes = static_cast<std::uint32_t>(config.index_interval_bytes);
    options.segment_index_bytes = static_cast<std::uint32_t>(config.segment_index_bytes);
    options.is_deleted = config.is_deleted();
    options.is_compacted = config.is_compacted();
    options.delete_retention_ms = config.delete_retention_ms;
    options.min_compaction_lag_ms = milliseconds(config.min_compaction_lag_ms);
    options.max_compaction_lag_ms = milliseconds(config.max_compaction_lag_ms);
    options.min_cleanable_dirty_ratio = config.min_cleanable_dirty_ratio;
    return options;
}

} // namespace riacho::broker
