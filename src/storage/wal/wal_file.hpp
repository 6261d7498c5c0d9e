#pragma once

#include "base/bytes.hpp"
#include "base/outcome.hpp"
#include "io/disk.hpp"
#include "io/shard.hpp"
#include "storage/wal/frame.hpp"
#include "storage/wal/wal.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace riacho::storage {

/// What this program writes; a file of a newer one is refused, with both versions named.
inline constexpr std::uint32_t wal_format_version = 1;

/// The first block of a file of the write-ahead log.
struct WalFileHeader {
    std::uint64_t number = 0;
    Salt          salt;
    Durability    mode = Durability::synced;
    auto          operator<=>(const WalFileHeader&) const = default;
};
/// One whole block.
Bytes encode(const WalFileHeader& header);

enum class HeaderProblem { damaged, newer_format };
/// `block` is the file's first block.
Outcome<WalFileHeader, HeaderProblem> decode_wal_file_header(ByteView block);

/// "<folder>/<20 digits>.wal"
std::string                  wal_file_path(const std::string& folder, std::uint64_t number);
std::optional<std::uint64_t> wal_file_number(std::string_view name);
/// What is being filled with zeros and has no name of its own yet.
inline constexpr std::string_view wal_filling_suffix = ".filling";

/// An open file of the ring.
struct WalFile {
    WalFileHeader             header;
    std::string               path;
    std::unique_ptr<io::File> file;
    std::uint64_t filled = 0; ///< bytes that are written and synced: overwriting them needs no room
    FrameNumber   first;      ///< of its first frame, written or to come
    FrameNumber   last;       ///< of the last frame written to it; below `first` when it has none
    /// Has frames that were written and not synced (durability=os).
    enum class Unsynced { no, yes } unsynced = Unsynced::no;
};

/// Zeros from `from` up to `to`, pushed to the disk 1 MiB at a time, so that no sync of a frame finds more
/// before it; between two pieces other work of `thread`, on which it runs, has its turn.
Task<> fill_with_zeros(io::File& file, std::uint64_t from, std::uint64_t to, io::Shard* thread = nullptr);
/// Makes a zeroed, synced file of `bytes` with its header and its name, both synced.
Task<std::unique_ptr<WalFile>> make_wal_file(io::Disk& disk, std::string folder, WalFileHeader header,
                                             std::uint64_t bytes, io::Shard* thread = nullptr);
/// Gives a file that nobody needs any more a new header, then a new name, both synced. What it holds never
/// validates again, as the salt is another one.
Task<> relabel(io::Disk& disk, std::string folder, WalFile& file, WalFileHeader header);

} // namespace riacho::storage
