#pragma once

#include "io/disk.hpp"
#include "storage/log/log.hpp"
#include "storage/store/layout.hpp"

#include <string>
#include <utility>
#include <vector>

/// What lies in a partition's files behind its recovery point: for a start that was told to go on with what
/// is left.
namespace riacho::storage {

/// One batch in a segment whose checksum is right.
struct FoundBatch {
    std::string   path;
    std::uint64_t position = 0;
    std::uint32_t size = 0;
    Offset        base;
    Offset        last;
};
/// All of them, in the order of their offsets. Files that cannot be read have none.
Task<std::vector<FoundBatch>> batches_past(io::Disk& disk, std::string folder, RecoveryPoint point);

/// Copies everything behind the point to lost+found/<name>, synced. Gives where to; empty where there is
/// nothing.
Task<std::string> keep_what_is_cut(io::Disk& disk, Layout layout, std::string folder, RecoveryPoint point);

/// A name in lost+found that is free.
Task<std::string> free_name(io::Disk& disk, Layout layout, std::string name);

/// Batches of the log, with those found in the files where offsets are missing between them and behind them.
struct Merged {
    std::vector<ReplayedEntry>             entries;
    std::vector<std::pair<Offset, Offset>> gaps; ///< first and last offset that nobody has
};
Task<Merged> merge_found(io::Disk& disk, RecoveryPoint point, std::vector<ReplayedEntry> entries,
                         std::vector<FoundBatch> found);

} // namespace riacho::storage
