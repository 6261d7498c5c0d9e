#include "broker/config/broker_options.hpp"

#include "broker/config/kept_config.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace riacho::broker {
namespace {

using BrokerRow = Option<BrokerOptions>;
using enum OptionType;

/// Of what we wait for ourselves: some 34 years, so that no clock overflows.
constexpr std::int64_t longest_ms = std::int64_t{1} << 40;

/// The row of a field that lies in a member of BrokerOptions.
template <class Part> BrokerRow inside(Part BrokerOptions::* part, Option<Part> row) {
    return {row.name, row.type, row.about,
            [part, set = row.set](BrokerOptions& options, std::string_view text) {
                return set(options.*part, text);
            },
            [part, get = row.get](const BrokerOptions& options) { return get(options.*part); }};
}

std::vector<BrokerRow> node_rows() {
    using O = BrokerOptions;
    return {
        boolean_option("auto.create.topics.enable", &O::auto_create_topics_enable,
                       "Make a topic when a producer asks for one that is missing."),
        text_option("broker.rack", &O::broker_rack, "The rack that clients are told."),
        whole_option("default.replication.factor", int32, &O::default_replication_factor,
                     "Replicas of a topic that does not say how many.", between(1, 32767)),
        boolean_option("delete.topic.enable", &O::delete_topic_enable, "Let topics be deleted."),
        whole_option("node.id", int32, &O::node_id, "The broker's number.", at_least(0)),
        whole_option("num.partitions", int32, &O::num_partitions,
                     "Partitions of a topic that does not say how many.", at_least(1)),
        boolean_option("strict.replication.factor", &O::strict_replication_factor,
                       "Refuse more replicas than there are brokers (one); off, up to five are accepted."),
        whole_option("fetch.max.bytes", int32, &O::fetch_max_bytes, "The most that one fetch returns.",
                     at_least(1024)),
    };
}

/// "127.0.0.1:200,::1:100": the count stands behind the last colon.
std::expected<AddressLimits, std::string> parse_address_limits(std::string_view text) {
    AddressLimits limits;
    auto          items = option_detail::parse_list(text, {});
    if (!items) return std::unexpected(items.error());
    for (const std::string& item : *items) {
        std::size_t colon = item.rfind(':');
        if (colon == std::string::npos || colon == 0)
            return std::unexpected("must be address:count, separated by commas");
        auto count =
            option_detail::parse_whole(std::string_view(item).substr(colon + 1), between(0, INT32_MAX));
        if (!count) return std::unexpected(count.error());
        limits[item.substr(0, colon)] = static_cast<std::int32_t>(*count);
    }
    return limits;
}

BrokerRow address_limits_row() {
    return {"max.connections.per.ip.overrides", string,
            "Another max.connections.per.ip for some addresses: address:count, separated by commas.",
            [](BrokerOptions& options, std::string_view text) -> std::expected<void, std::string> {
                auto limits = parse_address_limits(text);
                if (!limits) return std::unexpected(limits.error());
                options.max_connections_per_ip_overrides = *std::move(limits);
                return {};
            },
            [](const BrokerOptions& options) {
                std::string text;
                for (const auto& [address, count] : options.max_connections_per_ip_overrides)
                    text += (text.empty() ? "" : ",") + address + ":" + std::to_string(count);
                return text;
            }};
}

/// What one client, and all of them together, may take.
std::vector<BrokerRow> limit_rows() {
    using O = BrokerOptions;
    return {
        whole_option("connection.max.in.flight.requests", int32, &O::connection_max_in_flight_requests,
                     "Produce requests of one connection that wait for the disk at one time.", at_least(1)),
        whole_option("connection.max.request.bytes", int64, &O::connection_max_request_bytes,
                     "Bytes of those requests; the first one may be larger.", at_least(1)),
        whole_option("connections.max.idle.ms", int64, &O::connections_max_idle_ms,
                     "A connection that asks nothing for this long is closed; below 0: none is.",
                     at_least(-1)),
        whole_option("max.connection.creation.rate", int32, &O::max_connection_creation_rate,
                     "New connections in a second; more of them wait.", at_least(1)),
        whole_option("max.connections", int32, &O::max_connections,
                     "Connections at one time, in all; more of them wait.", at_least(0)),
        whole_option("max.connections.per.ip", int32, &O::max_connections_per_ip,
                     "Connections at one time from one address; more of them are closed.", at_least(0)),
        address_limits_row(),
        whole_option("queued.max.request.bytes", int64, &O::queued_max_request_bytes,
                     "Bytes of requests that arrive or are handled, of all connections; -1: no limit.",
                     at_least(-1)),
        whole_option(
            "queued.max.response.bytes", int64, &O::queued_max_response_bytes,
            "Bytes of decoded requests and of answers on their way, of all connections; -1: no limit.",
            at_least(-1)),
        whole_option("socket.request.max.bytes", int32, &O::socket_request_max_bytes, "The largest request.",
                     at_least(1)),
    };
}

std::vector<BrokerRow> log_rows() {
    using O = BrokerOptions;
    return {
        whole_option("log.retention.check.interval.ms", int64, &O::log_retention_check_interval_ms,
                     "Time between two looks for segments to delete.", between(1, longest_ms)),
        whole_option("producer.id.expiration.ms", int32, &O::producer_id_expiration_ms,
                     "An idle producer's sequence is forgotten after this.", at_least(1)),
        whole_option("offsets.topic.num.partitions", int32, &O::offsets_topic_num_partitions,
                     "Partitions of __consumer_offsets when it is made.", at_least(1)),
        whole_option("offsets.topic.replication.factor", int16, &O::offsets_topic_replication_factor,
                     "Replicas of __consumer_offsets; one is kept here.", at_least(1)),
        whole_option("offsets.topic.segment.bytes", int32, &O::offsets_topic_segment_bytes,
                     "Segment size of __consumer_offsets.", at_least(1)),
        whole_option("wal.external.bytes", int64, &O::wal_external_bytes,
                     "Batches of more bytes go to their segment before the write-ahead log names them.",
                     at_least(4096)),
    };
}

std::vector<BrokerRow> metadata_rows() {
    using M = MetadataOptions;
    auto in_metadata = [](Option<M> row) { return inside(&BrokerOptions::metadata, std::move(row)); };
    return {
        in_metadata(whole_option("metadata.log.max.record.bytes.between.snapshots", int64, &M::snapshot_bytes,
                                 "Bytes of new metadata after which a snapshot of all of it is written.",
                                 at_least(1))),
        in_metadata(whole_option("metadata.log.max.snapshot.interval.ms", int64, &M::snapshot_ms,
                                 "The longest time until a snapshot has what is new; 0: no such limit.",
                                 between(0, longest_ms))),
        in_metadata(whole_option("metadata.log.segment.bytes", int32, &M::segment_bytes,
                                 "Segment size of __cluster_metadata.", at_least(8 << 20))),
        in_metadata(whole_option("metadata.log.segment.ms", int64, &M::segment_ms,
                                 "A segment of __cluster_metadata ends after this.", between(1, longest_ms))),
        in_metadata(limit_option("metadata.max.retention.bytes", int64, &M::retention_bytes,
                                 "Beyond so many bytes the oldest snapshots of the metadata go, and the log "
                                 "behind them; -1: no limit.")),
        in_metadata(limit_option("metadata.max.retention.ms", int64, &M::retention_ms,
                                 "Snapshots of the metadata that are older go, and the log behind them, but "
                                 "for the newest; -1: no limit.")),
    };
}

BrokerRow durability_row() {
    return {"durability", string,
            "When a record is acknowledged: synced (on the medium) or os (in the page cache, as Kafka).",
            [](BrokerOptions& options, std::string_view text) -> std::expected<void, std::string> {
                if (text != "synced" && text != "os") return std::unexpected("must be one of synced, os");
                options.store.durability =
                    text == "os" ? storage::Durability::os : storage::Durability::synced;
                return {};
            },
            [](const BrokerOptions& options) {
                return std::string(options.store.durability == storage::Durability::os ? "os" : "synced");
            }};
}

std::vector<BrokerRow> cleaner_rows() {
    using C = storage::CleanerOptions;
    auto in_cleaner = [](Option<C> row) {
        auto in_store = [row](BrokerOptions& options, std::string_view text) {
            return row.set(options.store.cleaner, text);
        };
        return BrokerRow{row.name, row.type, row.about, in_store,
                         [row](const BrokerOptions& options) { return row.get(options.store.cleaner); }};
    };
    constexpr std::int64_t mebibyte = 1 << 20;
    return {
        in_cleaner(boolean_option("log.cleaner.enable", &C::is_enabled, "Compact topics with that policy.")),
        in_cleaner(whole_option("log.cleaner.backoff.ms", int64, &C::backoff_ms,
                                "Time between two looks for partitions to compact.", between(1, longest_ms))),
        in_cleaner(whole_option("log.cleaner.dedupe.buffer.size", int64, &C::dedupe_buffer_bytes,
                                "Memory for the keys of the partition that is being compacted.",
                                between(mebibyte, std::int64_t{1} << 34))),
        in_cleaner(whole_option("log.cleaner.io.buffer.size", int32, &C::io_buffer_bytes,
                                "Bytes that compaction reads in one piece of work.", at_least(4096))),
        in_cleaner(real_option("log.cleaner.io.max.bytes.per.second", &C::io_bytes_per_second_max,
                               "The most that compaction reads and writes, in all.", 1,
                               std::numeric_limits<double>::max())),
    };
}

std::vector<BrokerRow> store_rows() {
    using S = storage::StoreOptions;
    auto in_store = [](Option<S> row) { return inside(&BrokerOptions::store, std::move(row)); };
    return {
        durability_row(),
        in_store(whole_option("open.files.max", int32, &S::open_files_max,
                              "Files of segments and indexes that stay open after their use.", at_least(1))),
        in_store(whole_option("tail.max.bytes", int64, &S::tails_bytes_max,
                              "Bytes of all partitions that lie in memory until they are in segments.",
                              at_least(1 << 20))),
        in_store(whole_option(
            "disk.reserve.bytes", int64, &S::disk_reserve_bytes,
            "Room on the disk that produce leaves free, at most a hundredth of it; a file holds it.",
            at_least(0))),
        in_store(whole_option("wal.file.bytes", int64, &S::wal_file_bytes,
                              "Size of one file of the write-ahead log.", at_least(64 << 10))),
        in_store(whole_option("wal.bytes.max", int64, &S::wal_bytes_max,
                              "Size of the whole write-ahead log, at most a tenth of the disk.",
                              at_least(256 << 10))),
        in_store(whole_option("wal.checkpoint.interval.ms", int64, &S::checkpoint_interval_ms,
                              "The longest time between two checkpoints while records arrive.", at_least(1))),
        in_store(whole_option("wal.checkpoint.bytes", int64, &S::checkpoint_bytes,
                              "Bytes of frames after which a checkpoint is made.", at_least(64 << 10))),
    };
}

/// Kafka's coarser names of two topic defaults. Applied before the fine ones, which win. `by_default` is null
/// where Kafka has no value.
template <class Field>
BrokerRow coarse(std::string_view name, Field field, std::int64_t unit_ms, const char* by_default) {
    BrokerRow row{name, int32, "The same in a coarser unit; the name in milliseconds wins.",
                  [=](BrokerOptions& options, std::string_view text) -> std::expected<void, std::string> {
                      auto value = option_detail::parse_whole(text, between(-1, INT64_MAX / unit_ms));
                      if (!value) return std::unexpected(value.error());
                      options.kept[std::string(name)] = std::to_string(*value);
                      if (*value < 0)
                          options.topics.*field = {};
                      else
                          options.topics.*field = milliseconds(*value * unit_ms);
                      return {};
                  },
                  [=](const BrokerOptions& options) {
                      auto said = options.kept.find(name);
                      return said != options.kept.end() ? said->second
                                                        : std::string(by_default ? by_default : "");
                  }};
    row.is_unset_by_default = by_default == nullptr;
    return row;
}

BrokerRow kept_row(const KeptConfig& config) {
    BrokerRow row{
        config.name, config.type, config.about,
        [config](BrokerOptions& options, std::string_view text) -> std::expected<void, std::string> {
            if (auto checked = check_kept(config, text); !checked) return checked;
            options.kept[std::string(config.name)] = text;
            return {};
        },
        [config](const BrokerOptions& options) {
            auto said = options.kept.find(config.name);
            if (said != options.kept.end()) return said->second;
            return std::string(config.by_default ? config.by_default : "");
        }};
    row.dynamic = config.dynamic;
    row.standing = config.standing;
    row.is_unset_by_default = config.by_default == nullptr;
    return row;
}

std::vector<BrokerRow> kept_rows() {
    std::vector<BrokerRow> rows;
    for (const KeptConfig& config : kept_configs())
        if (config.reach != Reach::groups_only) rows.push_back(kept_row(config));
    return rows;
}

/// What Kafka changes while it runs, of the options that have fields; topic defaults are among it.
constexpr std::array<std::string_view, 9> changed_while_running{
    "log.cleaner.backoff.ms",       "log.cleaner.dedupe.buffer.size",
    "log.cleaner.io.buffer.size",   "log.cleaner.io.max.bytes.per.second",
    "max.connection.creation.rate", "max.connections",
    "max.connections.per.ip",       "max.connections.per.ip.overrides",
    "producer.id.expiration.ms",
};

/// Without a value of their own in Kafka until somebody says one.
constexpr std::array<std::string_view, 6> unset_by_default{"broker.rack",      "log.flush.interval.ms",
                                                           "log.retention.ms", "log.roll.jitter.ms",
                                                           "log.roll.ms",      "node.id"};

void note_what_is_said(BrokerRow& row) {
    row.set = [name = std::string(row.name), set = row.set](BrokerOptions& options, std::string_view text) {
        auto done = set(options, text);
        if (done) options.said.insert(name);
        return done;
    };
}

std::vector<BrokerRow> topic_default_rows() {
    constexpr std::int64_t minute_ms = 60'000, hour_ms = 60 * minute_ms;
    std::vector<BrokerRow> rows{
        coarse("log.retention.hours", &TopicConfig::retention_ms, hour_ms, "168"),
        coarse("log.retention.minutes", &TopicConfig::retention_ms, minute_ms, nullptr),
        coarse("log.roll.hours", &TopicConfig::segment_ms, hour_ms, "168"),
    };
    for (const auto& option : topic_options()) {
        std::string_view name = broker_synonym(option.name);
        if (name.empty()) continue;
        rows.push_back(inside(&BrokerOptions::topics, option));
        rows.back().name = name;
        rows.back().dynamic = Dynamic::cluster_wide;
    }
    return rows;
}

} // namespace

storage::LogOptions log_options(const BrokerOptions& broker, std::string_view name,
                                const TopicConfig& topic) {
    storage::LogOptions options = log_options(topic);
    options.wal_external_bytes = broker.wal_external_bytes;
    options.producer_id_expiration_ms = broker.producer_id_expiration_ms;
    options.keeps_snapshot = name == offsets_topic_name;
    return options;
}

storage::LogOptions metadata_log_options(const BrokerOptions& broker) {
    storage::LogOptions options;
    options.is_deleted = false; // it is cut behind its snapshots
    options.segment_bytes = static_cast<std::uint64_t>(broker.metadata.segment_bytes);
    options.segment_ms = broker.metadata.segment_ms;
    options.wal_external_bytes = broker.wal_external_bytes;
    return options;
}

std::span<const Option<BrokerOptions>> broker_options() {
    static const std::vector<BrokerRow> table = [] {
        std::vector<BrokerRow> rows;
        for (auto part : {node_rows(), limit_rows(), log_rows(), metadata_rows(), cleaner_rows(),
                          store_rows(), topic_default_rows(), kept_rows()})
            rows.insert(rows.end(), part.begin(), part.end());
        for (const auto& row : group_options()) rows.push_back(inside(&BrokerOptions::groups, row));
        for (BrokerRow& row : rows) {
            if (std::ranges::find(changed_while_running, row.name) != changed_while_running.end())
                row.dynamic = Dynamic::cluster_wide;
            row.is_unset_by_default |=
                std::ranges::find(unset_by_default, row.name) != unset_by_default.end();
        }
        for (BrokerRow& row : rows) note_what_is_said(row);
        std::ranges::sort(rows, {}, &BrokerRow::name);
        return rows;
    }();
    return table;
}

const Option<BrokerOptions>* find_broker_option(std::string_view name) {
    auto table = broker_options();
    auto found = std::ranges::lower_bound(table, name, {}, &BrokerRow::name);
    return found != table.end() && found->name == name ? &*found : nullptr;
}

std::vector<std::string_view> same_options(std::string_view name) {
    static const std::vector<std::vector<std::string_view>> same{
        {"log.retention.ms", "log.retention.minutes", "log.retention.hours"},
        {"log.roll.ms", "log.roll.hours"},
        {"log.roll.jitter.ms", "log.roll.jitter.hours"},
    };
    for (const auto& names : same)
        if (std::ranges::find(names, name) != names.end()) return names;
    if (name == "log.flush.interval.ms") return {name, "log.flush.scheduler.interval.ms"};
    return {name};
}

} // namespace riacho::broker
