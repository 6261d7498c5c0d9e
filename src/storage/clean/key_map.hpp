#pragma once

#include "base/bytes.hpp"
#include "base/ids.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace riacho::storage {

/// SipHash-1-3: who does not know the seed cannot make keys collide.
std::uint64_t seeded_hash(std::uint64_t seed, ByteView key);

/// Which offset each key was seen at last, in bounded memory: what compaction knows of the dirty part of a
/// partition. Keys are kept and compared whole, so that two with one hash never stand for each other.
///
/// Open addressing: a slot is the place of an entry, in units of 8 bytes from 1 on, 0 where it is free.
/// An entry is int64 offset, uint32 size, the key, filled up to 8 bytes; entries lie in blocks.
class KeyMap {
public:
    using Hash = std::uint64_t (*)(std::uint64_t seed, ByteView key);
    /// Memory grows up to `bytes_max`.
    explicit KeyMap(std::size_t bytes_max, std::uint64_t seed = 0, Hash hash = seeded_hash);

    enum class Noted {
        yes,
        full,     ///< nothing changed: another pass has to take it from here
        too_large ///< it would not fit in an empty map either
    };
    Noted                 note(ByteView key, Offset offset);
    std::optional<Offset> find(ByteView key) const;

    std::size_t size() const { return size_; }
    bool        is_empty() const { return size_ == 0; }
    /// What it holds now.
    std::size_t bytes() const { return blocks_.size() * block_bytes_ + slots_.size() * sizeof(Slot); }

private:
    using Slot = std::uint32_t;
    static constexpr std::size_t block_bytes_max = 1 << 20;
    static constexpr std::size_t slots_min = 1024;

    std::byte* entry(Slot slot) { return blocks_[place_of(slot) / block_bytes_].get() + in_block(slot); }
    const std::byte* entry(Slot slot) const {
        return blocks_[place_of(slot) / block_bytes_].get() + in_block(slot);
    }
    static std::size_t place_of(Slot slot) { return (std::size_t{slot} - 1) * 8; }
    std::size_t        in_block(Slot slot) const { return place_of(slot) % block_bytes_; }
    /// Of the slot that has the key, or of the free one where it belongs.
    std::size_t find_slot(ByteView key) const;
    bool        ensure_slots();
    bool        ensure_room(std::size_t entry_bytes);

    std::size_t                               bytes_max_;
    std::size_t                               block_bytes_;
    std::uint64_t                             seed_;
    Hash                                      hash_;
    std::vector<Slot>                         slots_;
    std::vector<std::unique_ptr<std::byte[]>> blocks_;
    std::size_t                               used_ = 0; // of the last block
    std::size_t                               size_ = 0;
};

} // namespace riacho::storage
