#include "broker/group/group_partition.hpp"

#include "base/check.hpp"

#include <cstddef>
#include <cstdlib>

namespace riacho::broker {

namespace {

constexpr char32_t replacement = 0xfffd;

struct CodePoint {
    char32_t    value;
    std::size_t size; ///< bytes of UTF-8
};

/// The first code point of `text`, which is not empty.
CodePoint first_code_point(std::string_view text) {
    auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    auto tail = [&](std::size_t at) { return at < text.size() && (byte(at) & 0xc0) == 0x80; };
    if (byte(0) < 0x80) return {byte(0), 1};
    std::size_t size = byte(0) >= 0xf0 ? 4 : byte(0) >= 0xe0 ? 3 : 2;
    if (byte(0) < 0xc2 || byte(0) > 0xf4) return {replacement, 1};
    char32_t value = byte(0) & (0x7fu >> size);
    for (std::size_t at = 1; at < size; ++at) {
        if (!tail(at)) return {replacement, at};
        value = (value << 6) | (byte(at) & 0x3fu);
    }
    return {value, size};
}

} // namespace

std::int32_t java_hash(std::string_view text) {
    std::uint32_t hash = 0;
    auto          add = [&hash](char32_t unit) { hash = 31 * hash + static_cast<std::uint32_t>(unit); };
    while (!text.empty()) {
        auto [value, size] = first_code_point(text);
        text.remove_prefix(size);
        if (value < 0x1'0000) {
            add(value);
        } else {
            add(0xd800 + ((value - 0x1'0000) >> 10));
            add(0xdc00 + ((value - 0x1'0000) & 0x3ff));
        }
    }
    return static_cast<std::int32_t>(hash);
}

PartitionIndex offsets_partition_of(std::string_view group_id, std::int32_t partitions) {
    check(partitions > 0, "__consumer_offsets has partitions");
    std::int32_t hash = java_hash(group_id);
    return PartitionIndex{hash == INT32_MIN ? 0 : std::abs(hash) % partitions};
}

} // namespace riacho::broker
