#pragma once

#include "base/ids.hpp"
#include "base/outcome.hpp"
#include "io/world.hpp"
#include "riacho/task.hpp"
#include "storage/log/log.hpp"
#include "storage/store/metadata_snapshot.hpp"
#include "storage/wal/wal.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace riacho::storage {

struct StoreOptions {
    Durability                durability = Durability::synced;
    std::uint64_t             wal_file_bytes = 16u << 20; ///< wal.file.bytes
    std::uint64_t             wal_bytes_max = 1u << 30;   ///< wal.bytes.max; at most a tenth of the disk
    std::uint64_t             wal_round_bytes_max = 4u << 20;
    std::chrono::milliseconds checkpoint_interval_ms = std::chrono::seconds(60);
    std::uint64_t             checkpoint_bytes = 128u << 20; ///< or after so many bytes of frames
    CleanerOptions            cleaner;
    /// disk.reserve.bytes: what is kept free for writing out; at most a hundredth of the disk.
    std::uint64_t disk_reserve_bytes = 64u << 20;
    std::size_t   open_files_max = 2000;        ///< of segments and indexes that stay open after their use
    std::size_t   tails_bytes_max = 256u << 20; ///< of all partitions: what is not yet in segments
    /// Whether a start goes on with what is left where the disk lost something that was acknowledged.
    enum class Loss { refused, accepted } loss = Loss::refused;
    /// Whether a start brings back what was set aside of partitions that went offline.
    enum class Stranded { stay, merge } stranded = Stranded::stay;
};

enum class StoreError {
    in_use,       ///< another process holds the folder
    newer_format, ///< written by a newer version: both are named
    damaged,      ///< checkpoint, WAL or metadata: file and offset are named
    disk          ///< not writable, full, EIO
};

/// The topic id of __cluster_metadata, as Kafka's.
inline constexpr Uuid cluster_metadata_id = [] {
    Uuid id;
    id.bytes.back() = std::byte{1};
    return id;
}();
inline constexpr TopicPartition   cluster_metadata{cluster_metadata_id, PartitionIndex{0}};
inline constexpr std::string_view cluster_metadata_topic = "__cluster_metadata";

/// Whether nothing of a removed partition can come back, by a cut of the power neither; what is left behind
/// is removed by the next start, as long as the metadata's log still says that the topic was deleted.
enum class Removal { complete, left_to_next_start };

/// What is kept of the metadata behind its newest snapshot: Kafka's metadata.max.retention.*.
struct SnapshotRetention {
    std::optional<std::uint64_t>             bytes = 100u << 20; ///< of the log and all snapshots
    std::optional<std::chrono::milliseconds> time = std::chrono::hours(7 * 24);
    /// The log stays from here on, whatever is behind a snapshot: the first deletion whose folders may still
    /// be there.
    Offset log_from{0};
};

/// One volume: a data folder with Kafka's log dir in "log/" and ours in "wal/" (ring, checkpoint, producers).
/// Owns the write-ahead log, the checkpointer and every partition's log. docs/formats/ draws the files.
///
/// Opening recovers what was acknowledged (store/recovery.hpp). It learns the live topics from
/// __cluster_metadata itself; logs are opened lazily, except those that have entries to replay.
class Store {
public:
    virtual ~Store() = default;

    /// The shard that owns a partition: the metadata's is the first.
    virtual io::Shard& shard_of(TopicPartition partition) const = 0;
    /// How many times this folder has been started; raised durably before `open_store` ends. Leader epochs
    /// derive from it.
    virtual std::uint32_t starts() const = 0;
    /// Kafka's cluster id (meta.properties), made at the first start.
    virtual const std::string& cluster_id() const = 0;
    /// Kafka's log dir.
    virtual std::string log_folder() const = 0;
    virtual Wal&        wal() = 0;

    /// Opens the log of a live partition, or makes an empty one. On the partition's shard, which keeps it
    /// until `remove_log` or `stop`. `name` is the topic's.
    virtual Task<Outcome<Log*, LogDamage>> open_log(TopicPartition partition, std::string name,
                                                    LogOptions options) = 0;
    /// Whether it has a log that was written to and is not damaged, open or not. On the partition's shard.
    virtual bool holds(TopicPartition partition) const = 0;
    /// How the partition is kept from now on, if its log is open: recovery opens logs whose topics' own
    /// options it does not know. On the partition's shard.
    virtual void set_options(TopicPartition partition, const LogOptions& options) = 0;
    /// After the topic's removal is durable in the metadata: closes the log and removes the folder. On the
    /// partition's shard.
    virtual Task<Removal> remove_log(TopicPartition partition, std::string name) = 0;

    /// The snapshot of the metadata that the start found, and relied on: the log says the rest, from its end
    /// on. None: the log says all. On the first shard, before another one is kept.
    virtual Task<Outcome<std::optional<MetadataSnapshot>, StoreError>> read_metadata_snapshot() = 0;
    /// Makes a snapshot durable; behind it old ones and the beginning of the log may go. Where this fails
    /// what was there holds. On the first shard.
    virtual Task<Outcome<void, StoreError>> keep_metadata_snapshot(MetadataSnapshot  snapshot,
                                                                   SnapshotRetention keep) = 0;

    /// Runs a checkpoint now and ends when it is durable, or could not be made (logged; the last one holds).
    /// The checkpointer runs them by itself too. On the first shard.
    virtual Task<> checkpoint() = 0;
    /// Compacts what is worth it now, the dirtiest first, and ends when nothing is. Runs by itself too. On
    /// the first shard.
    virtual Task<> clean() = 0;
    /// How compaction goes on from now; whether there is any was said at the start. On the first shard.
    virtual void set_cleaner(const CleanerOptions& options) = 0;
    /// Clean stop: everything written out and what Kafka leaves, or, at `deadline`, as it stands: recovery
    /// does the rest. On the first shard; nothing appends any more.
    virtual Task<> stop(Time deadline) = 0;
};

/// `folder` is made if missing. Runs on the first shard of the world. `log_options` gives how a partition is
/// kept by topic name, for logs that recovery must open before the broker knows its topics.
Task<Outcome<std::unique_ptr<Store>, StoreError>>
open_store(io::World& world, std::string folder, StoreOptions options,
           std::function<LogOptions(std::string_view topic)> log_options);

} // namespace riacho::storage
