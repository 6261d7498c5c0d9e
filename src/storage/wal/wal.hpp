#pragma once

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/outcome.hpp"
#include "base/time_histogram.hpp"
#include "io/shard.hpp"
#include "riacho/task.hpp"

#include <atomic>
#include <compare>
#include <cstdint>

namespace riacho::storage {

/// Frames are numbered consecutively over all files of the log's life; 0 before the first one.
struct FrameNumber {
    std::uint64_t value = 0;
    auto          operator<=>(const FrameNumber&) const = default;
};

/// When a frame is acknowledged: after its sync, or when the page cache has it (Kafka's own promise).
enum class Durability : std::uint8_t { synced = 0, os = 1 };

enum class EntryKind : std::uint8_t {
    batch = 1,          ///< `bytes` is a record batch with its base offset and leader epoch in place
    external_batch = 2, ///< `bytes` is an encoded ExternalBatch: the batch lies in its segment, synced
    log_start = 3,      ///< `base_offset` is the partition's new log start
    next = 4            ///< the wal's own: names the file that follows
};

/// One effect on one partition. Entries of one partition become durable in the order in which they were
/// appended.
struct Entry {
    EntryKind      kind = EntryKind::batch;
    std::uint16_t  volume = 0; ///< which broker's folder, where several share the log
    TopicPartition partition;
    Offset         base_offset{0};
    LeaderEpoch    leader_epoch{0};
    Bytes          bytes;
};

enum class WalError {
    failed, ///< a write or a sync went wrong: nothing is acknowledged any more until a restart
    full,   ///< no room came before the deadline
    stopped ///< the broker is stopping
};

/// The write-ahead log as its users see it. Rounds form while the one before is being synced; one frame is
/// one round, one is in flight. docs/formats/wal.md draws the files.
/// May be called from any shard of the world.
class Wal {
public:
    virtual ~Wal() = default;

    /// Room in the ring for an entry of `bytes`, waited for in the order of asking, at the latest until
    /// `deadline` (of `home.now()`). Must be had before the batch gets its number; `append` uses it up.
    /// Does not suspend when there is room.
    virtual Task<Outcome<void, WalError>> reserve(io::Shard& home, std::size_t bytes, Time deadline) = 0;
    /// The same for what makes room: deletes and log starts. One file's worth of the ring is kept for them.
    virtual Task<Outcome<void, WalError>> reserve_for_removal(io::Shard& home, std::size_t bytes,
                                                              Time deadline) {
        return reserve(home, bytes, deadline);
    }
    /// Room that was reserved and will not be used: the batch turned out to be a duplicate, or was refused.
    virtual void give_back(std::size_t bytes) { static_cast<void>(bytes); }
    /// Joins the forming round before its first suspension, so that the order of calls on one shard is the
    /// order in the log. Ends on `home` when the entry is durable, and gives its frame. What ends with one
    /// frame resumes in the order of its entries, for each shard in one piece: nothing else of that shard
    /// runs between.
    virtual Task<Outcome<FrameNumber, WalError>> append(io::Shard& home, Entry entry) = 0;

    virtual bool        has_failed() const = 0;
    virtual FrameNumber last_durable() const = 0;
    /// The largest entry that fits a frame of this log; what is larger goes to its segment first.
    virtual std::size_t entry_bytes_max() const = 0;
    /// How long the syncs of frames took; nothing where none are made. Comes back to `home`.
    virtual Task<TimeHistogram> sync_times(io::Shard& home) {
        static_cast<void>(home);
        co_return TimeHistogram();
    }
};

} // namespace riacho::storage
