#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/outcome.hpp"
#include "io/world.hpp"
#include "riacho/task.hpp"
#include "storage/clean/plan.hpp"
#include "storage/disk_space.hpp"
#include "storage/log/key_snapshot.hpp"
#include "storage/log/log_options.hpp"
#include "storage/wal/wal.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace riacho::storage {

/// Up to here a partition's segment files are synced: everything past it is in the write-ahead log.
struct RecoveryPoint {
    Offset        segment_base{0};
    std::uint64_t position = 0; ///< bytes of that segment's .log
    Offset        offset{0};    ///< the end of the log at that position
    auto          operator<=>(const RecoveryPoint&) const = default;
};

enum class AppendError {
    out_of_order_sequence,  ///< KIP-98: a gap, or a batch older than the five that are remembered
    invalid_producer_epoch, ///< an epoch below the producer's current one
    batch_larger_than_segment,
    no_room,        ///< ring, memory or disk had no room before the deadline; retriable
    disk_full,      ///< no free space beyond the reserve: nothing was written; retriable
    offline,        ///< this partition's files failed; the others serve
    storage_failed, ///< the write-ahead log failed: only a restart ends it
    stopped
};

struct Appended {
    Offset base_offset{0};
    Offset log_start{0};
    enum class Kind { written, duplicate } kind = Kind::written;
};

enum class ReadError {
    offset_out_of_range,
    offline,
    io ///< the file did not give what it should: this read fails, the partition stays
};

/// How much a read may give.
struct ReadRoom {
    ReadRoom(std::size_t bytes, std::size_t first = SIZE_MAX) : bytes_max(bytes), first_max(first) {}
    std::size_t bytes_max; ///< 0: nothing, whatever is there
    std::size_t first_max; ///< of the first batch, which may be larger than `bytes_max`
};

struct ReadResult {
    Bytes       batches;    ///< whole batches, as they lie; empty at the end of the log
    Offset      next{0};    ///< the offset after the last one
    std::size_t needed = 0; ///< the size of the first batch, where that has no room: nothing was read
};

struct EpochEnd {
    LeaderEpoch epoch = LeaderEpoch::none;
    Offset      end; ///< first offset of a later epoch, or the end of the log; -1 where unknown
};

struct TimestampedOffset {
    Offset      offset;
    Timestamp   timestamp;
    LeaderEpoch leader_epoch = LeaderEpoch::none;
};

/// What a checkpoint takes of one partition.
struct LogCheckpoint {
    RecoveryPoint point;
    Offset        log_start{0};
    Offset        end{0};
    Bytes         producer_state; ///< Kafka's ProducerSnapshot at `point`, empty when there is none
    /// The oldest frame that this partition still needs; none when the point covers everything durable.
    std::optional<FrameNumber> needs_from;
};

/// What a durable checkpoint says of one partition.
struct DurableCheckpoint {
    RecoveryPoint point;
    Offset        log_start{0}; ///< what was published since may be lost (durability=os)
    FrameNumber   first_frame;  ///< recovery would read the frames from here on
};

/// Whether there is something to compact.
struct CleanState {
    Cleanable now;
    enum class Then { rest, clean, checkpoint_first } then = Then::rest;
};

/// Hears what a log publishes, on the log's shard, in order.
class LogObserver {
public:
    virtual ~LogObserver() = default;
    /// The high watermark moved, or the log start did.
    virtual void published() = 0;
};

/// The store, as its logs tell it what they cannot settle alone. On the log's shard.
class LogWatch {
public:
    virtual ~LogWatch() = default;
    virtual void went_offline(TopicPartition partition) = 0;
};

/// One partition: segments, the tail in memory, indexes, producer state, leader epochs. Belongs to one shard;
/// every call is made there, and file work is done on a pool thread. Answers read only published, durable
/// state: `high_watermark()` moves after the sync of the frame, never before.
/// The folder is made when the first byte is written out, so a partition at rest costs no files.
class Log {
public:
    struct Place {
        io::Shard&     shard;
        io::World&     world;
        Wal&           wal;
        MemoryBudget&  tails;  ///< the tails of all partitions draw from it
        std::string    folder; ///< <log dir>/<topic>-<index>
        TopicPartition partition;
        LogOptions     options;
        std::uint16_t  volume = 0;      ///< what its entries say
        DiskSpace*     space = nullptr; ///< null: the disk has no end
        SpaceUse       use = SpaceUse::clients;
        LogWatch*      watch = nullptr; ///< may be null
    };

    virtual ~Log() = default;

    // -- what is published
    virtual Offset log_start() const = 0;
    virtual Offset high_watermark() const = 0;
    /// The number that the next batch gets: in flight ones are below it.
    virtual Offset      end() const = 0;
    virtual LeaderEpoch last_epoch() const = 0;
    virtual bool        is_offline() const = 0;
    virtual void        set_observer(LogObserver* observer) = 0;
    virtual void        set_options(const LogOptions& options) = 0;
    /// Bytes of the segments and of what is not yet written out.
    virtual std::uint64_t size_bytes() const = 0;

    /// `batch` is one validated v2 batch (kafka/batch/) that nobody else reads yet: it gets its base offset
    /// and `epoch` in place. Sequence rules, duplicates, room, number and the entry in the forming round come
    /// in the order of the calls; ends when the batch is durable and published. A duplicate ends when its
    /// original is durable.
    virtual Task<Outcome<Appended, AppendError>> append(Bytes batch, LeaderEpoch epoch, Time deadline) = 0;

    /// Whole batches from the one that holds `from`, below `below` (the high watermark or less), as far as
    /// there is room for them. No budget counts what it gives: that is the caller's.
    virtual Task<Outcome<ReadResult, ReadError>> read(Offset from, Offset below, ReadRoom room) = 0;
    /// The last record of every key below an offset: all that is behind it is in the log. Nothing where none
    /// was kept, or it cannot be used.
    virtual Task<std::optional<KeySnapshot>> read_snapshot() = 0;
    /// The first record whose timestamp is `at` or later, below the high watermark.
    virtual Task<std::optional<TimestampedOffset>> find_timestamp(Timestamp at) = 0;
    /// The record with the largest timestamp (the first of them).
    virtual Task<std::optional<TimestampedOffset>> find_max_timestamp() = 0;
    /// The largest epoch that is at most `epoch`, and where it ends (KIP-101, KIP-320).
    virtual EpochEnd epoch_end(LeaderEpoch epoch) const = 0;

    /// Moves the log start up (a WAL entry; published when durable). Nothing when it is there already.
    virtual Task<Outcome<Offset, AppendError>> move_log_start(Offset to) = 0;
    /// Applies retention.ms, retention.bytes and the log start: rolls by segment.ms, moves the log start past
    /// whole segments. Files go when `release` allows it.
    virtual Task<> enforce_retention() = 0;

    // -- for the checkpointer and recovery (storage/ only)
    /// Writes out what is durable, syncs, and gives the new point. At a roll and every 64 MiB indexes are
    /// synced.
    virtual Task<LogCheckpoint> checkpoint() = 0;
    /// Ends when none of its entries is on the way to the write-ahead log. Where it is offline none comes
    /// after that.
    virtual Task<> settled() = 0;
    /// Bytes of what is durable and not yet in a segment, and writing them out without a sync: for the one
    /// who sees the budget of the tails or the ring run full.
    virtual std::uint64_t unwritten_bytes() const = 0;
    virtual Task<>        write_out() = 0;
    /// That checkpoint is durable: segment files that lie wholly below its log start and below its point may
    /// go, and others be compacted.
    virtual Task<> release(DurableCheckpoint durable) = 0;

    // -- for the cleaner (storage/ only); what is not compacted has nothing to clean
    virtual Task<CleanState> clean_state() = 0;
    /// One pass of compaction over what may be touched now, in small pieces with pauses between them; ends
    /// early when the log stops. Failures are logged, and end it for this log until the next start.
    virtual Task<> clean(CleanerOptions options) = 0;
    virtual void   stop_cleaning() = 0;
    /// Where the dirty part begins: Kafka's cleaner-offset-checkpoint.
    virtual Offset cleaned_until() const = 0;
    virtual void   set_cleaned_until(Offset offset) = 0;

    /// Writes everything out, cuts files at the end, writes Kafka's .snapshot and leader-epoch-checkpoint,
    /// syncs and closes. Gives the last checkpoint.
    virtual Task<LogCheckpoint> close_cleanly() = 0;
    /// Closes and removes the folder (renamed to Kafka's "-delete" name first, that synced).
    virtual Task<> remove() = 0;
    /// Ends the file work that is under way and starts no other: before a log dies that was neither closed
    /// cleanly nor removed. Recovery does the rest.
    virtual Task<> stop() = 0;
};

/// What recovery knows of a partition before its log is opened.
struct Recovered {
    /// From the checkpoint or the last external batch; none: nothing of it was ever synced (or it is new).
    std::optional<RecoveryPoint> point;
    Offset                       log_start{0};
    Bytes                        producer_state; ///< from the checkpoint's producer file, at its point
    /// The files end there and were left by a clean stop: of Kafka's too, then longer ones are validated.
    enum class Files { cut_at_point, left_by_clean_stop } files = Files::cut_at_point;
    /// Told to go on with what is left: offsets that nobody has are passed over.
    enum class Gaps { are_damage, move_the_end } gaps = Gaps::are_damage;
    /// What lies below is known from elsewhere: a log that ends earlier starts, and ends, there.
    Offset ends_at_least{0};
    /// There is surely none: the disk is not asked.
    enum class Folder { perhaps, none } folder = Folder::perhaps;
};

struct ReplayedEntry {
    Entry       entry;
    FrameNumber frame;
};

enum class LogDamage {
    segment_shorter_than_point,
    unreadable, ///< EIO, or content that does not validate below the point
    replay_gap  ///< an entry's base offset is neither below the end nor the end
};

/// Opens a log as recovery found it (docs/durability.md, "Recovery", 5): cuts everything past the point, then
/// applies `replay` in order; replayed batches lie in the tail as durable ones that are not yet written out.
/// A partition without point, folder and entries costs nothing until it is used.
Task<Outcome<std::unique_ptr<Log>, LogDamage>> open_log(Log::Place place, Recovered recovered,
                                                        std::vector<ReplayedEntry> replay);

/// "<folder>/<20 digits><suffix>", as Kafka names segment files.
std::string segment_path(const std::string& folder, Offset base, std::string_view suffix);

/// What an external batch's entry says: where the bytes lie, and their CRC32C.
struct ExternalBatch {
    Offset        segment_base{0};
    std::uint64_t position = 0;
    std::uint32_t length = 0;
    std::uint32_t crc = 0;
};
Bytes                        encode(const ExternalBatch& batch);
std::optional<ExternalBatch> decode_external_batch(ByteView bytes);

} // namespace riacho::storage
