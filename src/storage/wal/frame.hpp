#pragma once

#include "base/bytes.hpp"
#include "storage/wal/wal.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

/// One round of the write-ahead log as it lies in a file; docs/formats/wal.md draws it.
namespace riacho::storage {

/// A frame starts on a block and fills whole blocks.
inline constexpr std::size_t   wal_block = 4096;
inline constexpr std::size_t   frame_header_bytes = 24;
inline constexpr std::size_t   entry_header_bytes = 40;
inline constexpr std::uint32_t frame_bytes_max = 64u << 20;

/// Drawn anew each time a file joins the log: frames of an earlier use never validate.
struct Salt {
    std::uint64_t value = 0;
    auto          operator<=>(const Salt&) const = default;
};

constexpr std::size_t whole_blocks(std::size_t bytes) {
    return (bytes + wal_block - 1) / wal_block * wal_block;
}
/// What an entry takes at most: a frame of its own.
constexpr std::size_t lone_entry_bytes(std::size_t bytes) {
    return whole_blocks(frame_header_bytes + entry_header_bytes + bytes);
}

/// A frame ready to be written: `pieces` point into it and into the entries, which the caller keeps.
struct EncodedFrame {
    std::vector<std::byte> headers;
    std::vector<ByteView>  pieces;
    std::size_t            size = 0; ///< whole blocks
};
EncodedFrame encode_frame(FrameNumber number, Salt salt, std::span<const Entry* const> entries);

/// Says which file follows: the bytes of a `next` entry.
struct NextFile {
    std::uint64_t number = 0;
    Salt          salt;
};
Entry                   next_entry(NextFile next);
std::optional<NextFile> decode_next_file(ByteView bytes);

/// What the first block of a frame claims; nothing of it is proved before the checksum is.
struct FrameClaim {
    std::uint32_t crc = 0;
    std::uint32_t bytes = 0; ///< header and entries, without the padding of the last block
    FrameNumber   number;
    std::uint32_t count = 0;
    std::size_t   size() const { return whole_blocks(bytes); }
};
/// Nothing where the numbers make no sense. `block` is at least a frame header.
std::optional<FrameClaim> frame_claim(ByteView block);
/// `frame` is all blocks of what was claimed.
bool frame_validates(ByteView frame, Salt salt);

enum class FrameDamage { none, unknown_kind, malformed };
struct DecodedFrame {
    FrameNumber        number;
    std::vector<Entry> entries;
    FrameDamage        damage = FrameDamage::none;
};
/// The entries of a frame that validates. Their bytes are slices of `frame`, copied where a small slice would
/// keep a large frame alive.
DecodedFrame decode_frame(const Bytes& frame);

} // namespace riacho::storage
