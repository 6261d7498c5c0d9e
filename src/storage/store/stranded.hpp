#pragma once

#include "base/outcome.hpp"
#include "io/disk.hpp"
#include "storage/log/log.hpp"
#include "storage/store.hpp"
#include "storage/store/layout.hpp"
#include "storage/wal/ring.hpp"

#include <string>
#include <vector>

/// What the write-ahead log had of a partition that is offline: set aside, so that the ring is free of it,
/// and brought back by a start that is told to. docs/formats/stranded.md draws the file.
namespace riacho::storage {

inline constexpr std::uint32_t stranded_format_version = 1;

struct Stranded {
    TopicPartition             partition;
    std::string                topic;
    std::vector<ReplayedEntry> entries; ///< in the order of the log; external batches as plain ones
};

std::string stranded_path(const Layout& layout, const TopicPartition& partition);
/// "<topic id>-<index>".
std::optional<TopicPartition> stranded_name(std::string_view name);

Bytes                         encode(const Stranded& stranded);
Outcome<Stranded, StoreError> decode_stranded(Bytes bytes, std::string_view path);

/// Every entry of a partition in the chain. Fails where the chain does not reach `last`.
Task<Outcome<std::vector<ReplayedEntry>, StoreError>>
entries_in_chain(io::Disk& disk, std::string folder, ChainStart chain, TopicPartition partition);
/// Copies what external batches lie in the segments, as far as it can be read and is right.
Task<std::vector<ReplayedEntry>> with_external_bytes(io::Disk& disk, std::string partition_folder,
                                                     std::vector<ReplayedEntry> entries);
/// Durable, name included, when it ends. Throws DiskError.
Task<> write_stranded(io::Disk& disk, Layout layout, Stranded stranded);
/// Without entries where there is no such file.
Task<Outcome<Stranded, StoreError>> read_stranded(io::Disk& disk, Layout layout, TopicPartition partition);
/// Nothing where there is none.
Task<> remove_stranded(io::Disk& disk, Layout layout, TopicPartition partition);

} // namespace riacho::storage
