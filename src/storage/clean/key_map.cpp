#include "storage/clean/key_map.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace riacho::storage {
namespace {

constexpr std::size_t entry_overhead = sizeof(std::int64_t) + sizeof(std::uint32_t);
constexpr std::size_t blocks_at_least = 4; // of a full map

std::size_t entry_size(std::size_t key_bytes) { return (entry_overhead + key_bytes + 7) / 8 * 8; }

template <class T> T load_native(const std::byte* from) {
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

struct SipState {
    std::uint64_t a, b, c, d;

    void round() {
        a += b;
        b = std::rotl(b, 13) ^ a;
        a = std::rotl(a, 32);
        c += d;
        d = std::rotl(d, 16) ^ c;
        a += d;
        d = std::rotl(d, 21) ^ a;
        c += b;
        b = std::rotl(b, 17) ^ c;
        c = std::rotl(c, 32);
    }
    void take(std::uint64_t word) {
        d ^= word;
        round();
        a ^= word;
    }
};

} // namespace

std::uint64_t seeded_hash(std::uint64_t seed, ByteView key) {
    std::uint64_t other = ~seed;
    SipState      state{seed ^ 0x736f6d6570736575, other ^ 0x646f72616e646f6d, seed ^ 0x6c7967656e657261,
                   other ^ 0x7465646279746573};
    std::size_t   at = 0;
    for (; at + 8 <= key.size(); at += 8) state.take(load_native<std::uint64_t>(key.data() + at));
    std::uint64_t last = std::uint64_t{key.size()} << 56;
    for (std::size_t i = 0; at + i < key.size(); ++i)
        last |= std::to_integer<std::uint64_t>(key[at + i]) << (8 * i);
    state.take(last);
    state.c ^= 0xff;
    for (int i = 0; i < 3; ++i) state.round();
    return state.a ^ state.b ^ state.c ^ state.d;
}

KeyMap::KeyMap(std::size_t bytes_max, std::uint64_t seed, Hash hash)
    : bytes_max_(bytes_max),
      block_bytes_(std::clamp<std::size_t>(bytes_max / blocks_at_least / 8 * 8, 64, block_bytes_max)),
      seed_(seed), hash_(hash) {}

std::size_t KeyMap::find_slot(ByteView key) const {
    std::size_t mask = slots_.size() - 1;
    for (std::size_t at = hash_(seed_, key) & mask;; at = (at + 1) & mask) {
        if (slots_[at] == 0) return at;
        const std::byte* found = entry(slots_[at]);
        auto             size = load_native<std::uint32_t>(found + sizeof(std::int64_t));
        if (size == key.size() && std::ranges::equal(key, ByteView(found + entry_overhead, size))) return at;
    }
}

std::optional<Offset> KeyMap::find(ByteView key) const {
    if (slots_.empty()) return std::nullopt;
    Slot slot = slots_[find_slot(key)];
    if (slot == 0) return std::nullopt;
    return Offset{load_native<std::int64_t>(entry(slot))};
}

KeyMap::Noted KeyMap::note(ByteView key, Offset offset) {
    std::size_t size = entry_size(key.size());
    if (size > block_bytes_) return Noted::too_large;
    if (slots_.empty() && !ensure_slots()) return Noted::too_large;
    std::size_t at = find_slot(key);
    if (slots_[at] == 0) {
        if (!ensure_slots() || !ensure_room(size)) return size_ == 0 ? Noted::too_large : Noted::full;
        at = find_slot(key); // they may have grown
        slots_[at] = static_cast<Slot>(((blocks_.size() - 1) * block_bytes_ + used_) / 8 + 1);
        used_ += size;
        ++size_;
        auto key_bytes = static_cast<std::uint32_t>(key.size());
        std::memcpy(entry(slots_[at]) + sizeof(std::int64_t), &key_bytes, sizeof key_bytes);
        std::ranges::copy(key, entry(slots_[at]) + entry_overhead);
    }
    std::memcpy(entry(slots_[at]), &offset.value, sizeof offset.value);
    return Noted::yes;
}

/// At most three quarters are taken; while they grow, the old ones are still there.
bool KeyMap::ensure_slots() {
    if ((size_ + 1) * 4 <= slots_.size() * 3) return true;
    std::size_t more = std::max(slots_min, slots_.size() * 2);
    if (bytes() + more * sizeof(Slot) > bytes_max_) return false;
    std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(more));
    for (Slot slot : old) {
        if (slot == 0) continue;
        const std::byte* from = entry(slot);
        auto             size = load_native<std::uint32_t>(from + sizeof(std::int64_t));
        slots_[find_slot(ByteView(from + entry_overhead, size))] = slot;
    }
    return true;
}

bool KeyMap::ensure_room(std::size_t entry_bytes) {
    if (!blocks_.empty() && used_ + entry_bytes <= block_bytes_) return true;
    if (bytes() + block_bytes_ > bytes_max_) return false;
    blocks_.push_back(std::make_unique_for_overwrite<std::byte[]>(block_bytes_));
    used_ = 0;
    return true;
}

} // namespace riacho::storage
