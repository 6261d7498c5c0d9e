#pragma once

#include "base/outcome.hpp"
#include "io/disk.hpp"
#include "storage/log/log.hpp"
#include "storage/store.hpp"
#include "storage/store/layout.hpp"
#include "storage/wal/ring.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What recovery begins with; docs/formats/checkpoint.md draws both files.
namespace riacho::storage {

/// 1: what an offline partition had in the log stayed there. From 2 on it is in stranded/.
inline constexpr std::uint32_t checkpoint_format_version = 2;

struct PartitionPoint {
    TopicPartition partition;
    RecoveryPoint  point;
    Offset         log_start{0};
    enum class State : std::uint8_t { serving = 0, offline = 1 } state = State::serving;
    /// In a clean checkpoint: how long the segment of the point was left.
    std::uint64_t last_segment_bytes = 0;
    bool          operator==(const PartitionPoint&) const = default;
};

struct Checkpoint {
    std::uint64_t number = 0;
    std::uint32_t starts = 0;
    enum class Kind : std::uint8_t { running = 0, clean = 1 } kind = Kind::running;
    Durability                  mode = Durability::synced;
    ChainStart                  chain; ///< of a clean one: none, file number 0
    std::uint64_t               next_file_number = 1;
    FrameNumber                 last_durable;
    FrameNumber                 low_water;     ///< the oldest frame that some partition still needs
    std::uint64_t               producers = 0; ///< the number of the producers file; 0 where there is none
    std::vector<PartitionPoint> partitions;
    std::uint32_t               format = checkpoint_format_version; ///< in which it was read
};

Bytes                           encode(const Checkpoint& checkpoint);
Outcome<Checkpoint, StoreError> decode_checkpoint(ByteView bytes, std::string_view path);

/// Nothing where there is none. Throws DiskError.
Task<Outcome<std::optional<Checkpoint>, StoreError>> read_checkpoint(io::Disk& disk, Layout layout);
/// Temporary name, sync, rename, sync of the folder.
Task<> write_checkpoint(io::Disk& disk, Layout layout, Checkpoint checkpoint);

/// The state of all producers of one partition, at its recovery point.
struct ProducersOf {
    TopicPartition partition;
    Bytes          state;
};
Bytes                                         encode_producers(const std::vector<ProducersOf>& producers);
Outcome<std::vector<ProducersOf>, StoreError> decode_producers(Bytes bytes, std::string_view path);

Task<Outcome<std::vector<ProducersOf>, StoreError>> read_producers(io::Disk& disk, Layout layout,
                                                                   std::uint64_t number);
/// Durable, name included, when it ends: before the checkpoint that names it.
Task<> write_producers(io::Disk& disk, Layout layout, std::uint64_t number,
                       std::vector<ProducersOf> producers);
/// All producers files but that one.
Task<> remove_old_producers(io::Disk& disk, Layout layout, std::uint64_t number);

} // namespace riacho::storage
