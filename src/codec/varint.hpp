#pragma once

#include "base/bytes.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

/// Numbers in groups of 7 bits, lowest first, the high bit set on all but the last byte. `varint` and
/// `varlong` are zigzag coded (0, -1, 1, -2 become 0, 1, 2, 3), as in Kafka's records; the unsigned ones are
/// those of the flexible versions of its messages. Reading takes what Kafka takes: padded forms, and in the
/// last byte, bits that do not fit are dropped.
namespace riacho {

inline constexpr std::size_t varint_bytes_max = 5;
inline constexpr std::size_t varlong_bytes_max = 10;

/// A number that was read and how many bytes it took; 0 bytes when it is cut off or longer than its type
/// allows.
template <class T> struct Decoded {
    T           value{};
    std::size_t size = 0;
    explicit    operator bool() const { return size != 0; }
};

constexpr std::uint32_t zigzag(std::int32_t value) {
    return (static_cast<std::uint32_t>(value) << 1) ^ static_cast<std::uint32_t>(value >> 31);
}
constexpr std::uint64_t zigzag(std::int64_t value) {
    return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int32_t unzigzag(std::uint32_t value) {
    return static_cast<std::int32_t>((value >> 1) ^ (~(value & 1) + 1));
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
    return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

/// How many bytes the number takes.
constexpr std::size_t unsigned_varint_size(std::uint64_t value) {
    return static_cast<std::size_t>(std::bit_width(value | 1) + 6) / 7;
}
constexpr std::size_t varint_size(std::int32_t value) { return unsigned_varint_size(zigzag(value)); }
constexpr std::size_t varlong_size(std::int64_t value) { return unsigned_varint_size(zigzag(value)); }

namespace varint_detail {

template <class U, std::size_t bytes_max> Decoded<U> decode(ByteView from) {
    if (!from.empty() && (from[0] & std::byte{0x80}) == std::byte{0}) [[likely]]
        return {std::to_integer<U>(from[0]), 1};
    U           value = 0;
    std::size_t limit = from.size() < bytes_max ? from.size() : bytes_max;
    for (std::size_t i = 0; i < limit; i++) {
        value |= static_cast<U>(std::to_integer<U>(from[i] & std::byte{0x7f}) << (7 * i));
        if ((from[i] & std::byte{0x80}) == std::byte{0}) return {value, i + 1};
    }
    return {};
}

} // namespace varint_detail

inline Decoded<std::uint32_t> decode_unsigned_varint(ByteView from) {
    return varint_detail::decode<std::uint32_t, varint_bytes_max>(from);
}
inline Decoded<std::uint64_t> decode_unsigned_varlong(ByteView from) {
    return varint_detail::decode<std::uint64_t, varlong_bytes_max>(from);
}
inline Decoded<std::int32_t> decode_varint(ByteView from) {
    auto read = decode_unsigned_varint(from);
    return {unzigzag(read.value), read.size};
}
inline Decoded<std::int64_t> decode_varlong(ByteView from) {
    auto read = decode_unsigned_varlong(from);
    return {unzigzag(read.value), read.size};
}

/// Each writes at `to`, where there is room for the longest form (`varint_bytes_max`, `varlong_bytes_max`) or
/// for at least the number's own size, and says how many bytes it wrote.
inline std::size_t encode_unsigned_varlong(std::byte* to, std::uint64_t value) {
    std::size_t size = 0;
    for (; value >= 0x80; value >>= 7) to[size++] = static_cast<std::byte>(value | 0x80);
    to[size++] = static_cast<std::byte>(value);
    return size;
}
inline std::size_t encode_unsigned_varint(std::byte* to, std::uint32_t value) {
    return encode_unsigned_varlong(to, value);
}
inline std::size_t encode_varint(std::byte* to, std::int32_t value) {
    return encode_unsigned_varlong(to, zigzag(value));
}
inline std::size_t encode_varlong(std::byte* to, std::int64_t value) {
    return encode_unsigned_varlong(to, zigzag(value));
}

inline void append_unsigned_varlong(std::vector<std::byte>& to, std::uint64_t value) {
    std::byte   bytes[varlong_bytes_max];
    std::size_t size = encode_unsigned_varlong(bytes, value);
    to.insert(to.end(), bytes, bytes + size);
}
inline void append_unsigned_varint(std::vector<std::byte>& to, std::uint32_t value) {
    append_unsigned_varlong(to, value);
}
inline void append_varint(std::vector<std::byte>& to, std::int32_t value) {
    append_unsigned_varlong(to, zigzag(value));
}
inline void append_varlong(std::vector<std::byte>& to, std::int64_t value) {
    append_unsigned_varlong(to, zigzag(value));
}

} // namespace riacho
