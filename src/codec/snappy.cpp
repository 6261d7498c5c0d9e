#include "base/check.hpp"
#include "codec/compressors.hpp"
#include "codec/endian.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <snappy.h>

// The framing of Java's xerial library, which Kafka's clients share:
//
//   82 'S' 'N' 'A' 'P' 'P' 'Y' 00 | int32 version = 1 | int32 oldest reader = 1
//   then for each block of up to 32 KiB: int32 packed size | raw snappy
//
// Streams may follow each other, header and all. Some clients send raw snappy without any framing.
namespace riacho::compressors {
namespace {

constexpr std::array<std::uint8_t, 8> xerial_magic{0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0};
constexpr std::size_t                 xerial_header_size = 16;
constexpr std::size_t                 xerial_block_size = 32 * 1024;

bool starts_xerial(ByteView packed) {
    return packed.size() >= xerial_header_size &&
           std::ranges::equal(
               packed.first(xerial_magic.size()), xerial_magic,
               [](std::byte a, std::uint8_t b) { return std::to_integer<std::uint8_t>(a) == b; });
}

const char* snappy_input(ByteView bytes) { return reinterpret_cast<const char*>(bytes.data()); }

/// Appends one raw block to `output`; nothing when all is well.
std::optional<CompressionError> append_block(GrowingOutput& output, ByteView packed) {
    std::size_t size = 0;
    if (!::snappy::GetUncompressedLength(snappy_input(packed), packed.size(), &size))
        return CompressionError::damaged;
    // A copy of 64 bytes takes at least two: a larger claim is a lie, and is not reserved for.
    if (size > packed.size() * 32) return CompressionError::damaged;
    if (!output.ensure_room(size)) return CompressionError::too_large;
    auto* to = reinterpret_cast<char*>(output.room().data());
    if (!::snappy::RawUncompress(snappy_input(packed), packed.size(), to)) return CompressionError::damaged;
    output.wrote(size);
    return std::nullopt;
}

} // namespace

Result snappy(ByteView plain) {
    std::size_t blocks = (plain.size() + xerial_block_size - 1) / xerial_block_size;
    std::size_t block_max = 4 + ::snappy::MaxCompressedLength(xerial_block_size);
    auto        buffer = std::make_shared<Buffer>(xerial_header_size + blocks * block_max);
    std::byte*  to = buffer->span().data();
    for (std::uint8_t byte : xerial_magic) *to++ = std::byte{byte};
    store_big(to, std::int32_t{1});
    store_big(to + 4, std::int32_t{1});
    to += 8;
    for (; !plain.empty(); plain = plain.subspan(std::min(plain.size(), xerial_block_size))) {
        std::size_t size = 0;
        ::snappy::RawCompress(snappy_input(plain), std::min(plain.size(), xerial_block_size),
                              reinterpret_cast<char*>(to + 4), &size);
        store_big(to, static_cast<std::int32_t>(size));
        to += 4 + size;
    }
    return Bytes::copy_of(ByteView(buffer->span().data(), to));
}

Result unsnappy(ByteView packed, std::size_t bytes_max) {
    auto refuse = [](CompressionError error) {
        return fail(error, "snappy: damaged or larger than the limit");
    };
    if (!starts_xerial(packed)) {
        GrowingOutput output(0, bytes_max);
        if (auto error = append_block(output, packed)) return refuse(*error);
        return output.finish();
    }
    GrowingOutput output(packed.size() * 2, bytes_max);
    while (!packed.empty()) {
        if (starts_xerial(packed)) {
            packed = packed.subspan(xerial_header_size);
            continue;
        }
        if (packed.size() < 4) return refuse(CompressionError::damaged);
        auto size = load_big<std::uint32_t>(packed.data());
        packed = packed.subspan(4);
        if (size > packed.size()) return refuse(CompressionError::damaged);
        if (auto error = append_block(output, packed.first(size))) return refuse(*error);
        packed = packed.subspan(size);
    }
    return output.finish();
}

} // namespace riacho::compressors
