#include "codec/endian.hpp"
#include "storage/log/log.hpp"

#include <fmt/core.h>

// The bytes of an external batch's entry, little endian as the rest of the write-ahead log:
//
//   uint64 base offset of the segment · uint64 position in its .log · uint32 length · uint32 CRC-32C
namespace riacho::storage {

namespace {

constexpr std::size_t external_batch_bytes = 24;

} // namespace

Bytes encode(const ExternalBatch& batch) {
    auto       buffer = std::make_shared<Buffer>(external_batch_bytes);
    std::byte* to = buffer->span().data();
    store_little(to, batch.segment_base.value);
    store_little(to + 8, batch.position);
    store_little(to + 16, batch.length);
    store_little(to + 20, batch.crc);
    return Bytes(std::move(buffer));
}

std::optional<ExternalBatch> decode_external_batch(ByteView bytes) {
    if (bytes.size() != external_batch_bytes) return std::nullopt;
    const std::byte* from = bytes.data();
    return ExternalBatch{{load_little<std::int64_t>(from)},
                         load_little<std::uint64_t>(from + 8),
                         load_little<std::uint32_t>(from + 16),
                         load_little<std::uint32_t>(from + 20)};
}

std::string segment_path(const std::string& folder, Offset base, std::string_view suffix) {
    return fmt::format("{}/{:020}{}", folder, base.value, suffix);
}

} // namespace riacho::storage
