#include "storage/wal/frame.hpp"

#include "base/check.hpp"
#include "codec/crc32c.hpp"
#include "codec/endian.hpp"
#include "storage/wal/little.hpp"

#include <array>

namespace riacho::storage {
namespace {

constexpr std::array<std::byte, wal_block> zero_block{};

std::uint32_t frame_seed(Salt salt) {
    std::byte bytes[sizeof salt.value];
    store_little(bytes, salt.value);
    return crc32c(bytes);
}

void put_entry_header(std::byte* to, const Entry& entry) {
    to[0] = static_cast<std::byte>(entry.kind);
    store_little(to + 2, entry.volume);
    store_little(to + 4, static_cast<std::uint32_t>(entry.bytes.size()));
    std::ranges::copy(entry.partition.topic_id.bytes, to + 8);
    store_little(to + 24, static_cast<std::int32_t>(entry.partition.index));
    store_little(to + 28, static_cast<std::int32_t>(entry.leader_epoch));
    store_little(to + 32, entry.base_offset.value);
}

bool is_known(std::uint8_t kind) {
    return kind >= static_cast<std::uint8_t>(EntryKind::batch) &&
           kind <= static_cast<std::uint8_t>(EntryKind::next);
}

} // namespace

EncodedFrame encode_frame(FrameNumber number, Salt salt, std::span<const Entry* const> entries) {
    EncodedFrame frame;
    frame.headers.resize(frame_header_bytes + entries.size() * entry_header_bytes);
    std::byte*  at = frame.headers.data() + frame_header_bytes;
    std::size_t bytes = frame.headers.size();
    frame.pieces.reserve(2 * entries.size() + 2);
    frame.pieces.emplace_back(frame.headers.data(), frame_header_bytes);
    for (const Entry* entry : entries) {
        put_entry_header(at, *entry);
        frame.pieces.emplace_back(at, entry_header_bytes);
        if (!entry->bytes.empty()) frame.pieces.push_back(entry->bytes.view());
        at += entry_header_bytes;
        bytes += entry->bytes.size();
    }
    check(bytes <= frame_bytes_max, "a round fits a frame");
    frame.size = whole_blocks(bytes);
    if (frame.size > bytes) frame.pieces.push_back(ByteView(zero_block).first(frame.size - bytes));

    std::byte* header = frame.headers.data();
    store_little(header + 4, static_cast<std::uint32_t>(bytes));
    store_little(header + 8, number.value);
    store_little(header + 16, static_cast<std::uint32_t>(entries.size()));
    std::uint32_t crc = crc32c(frame.pieces[0].subspan(4), frame_seed(salt));
    for (ByteView piece : std::span(frame.pieces).subspan(1)) crc = crc32c(piece, crc);
    store_little(header, crc);
    return frame;
}

Entry next_entry(NextFile next) {
    LittleWriter writer;
    writer.number(next.number).number(next.salt.value);
    return {.kind = EntryKind::next, .partition = {}, .bytes = Bytes::copy_of(writer.content())};
}

std::optional<NextFile> decode_next_file(ByteView bytes) {
    LittleReader reader(bytes);
    NextFile     next{reader.number<std::uint64_t>(), {reader.number<std::uint64_t>()}};
    if (!reader.is_done()) return std::nullopt;
    return next;
}

std::optional<FrameClaim> frame_claim(ByteView block) {
    const std::byte* header = block.data();
    FrameClaim       claim{load_little<std::uint32_t>(header),
                     load_little<std::uint32_t>(header + 4),
                           {load_little<std::uint64_t>(header + 8)},
                     load_little<std::uint32_t>(header + 16)};
    if (claim.count == 0 || claim.number.value == 0 || claim.bytes > frame_bytes_max) return std::nullopt;
    if (claim.bytes < frame_header_bytes + std::uint64_t{claim.count} * entry_header_bytes)
        return std::nullopt;
    return claim;
}

bool frame_validates(ByteView frame, Salt salt) {
    if (frame.size() < wal_block) return false;
    auto claim = frame_claim(frame);
    return claim && claim->size() == frame.size() && crc32c(frame.subspan(4), frame_seed(salt)) == claim->crc;
}

DecodedFrame decode_frame(const Bytes& frame) {
    auto claim = frame_claim(frame.view());
    check(claim.has_value(), "only a frame that validates is decoded");
    DecodedFrame decoded{claim->number, {}, FrameDamage::none};
    LittleReader reader(frame.view().first(claim->bytes));
    reader.view(frame_header_bytes);
    decoded.entries.reserve(claim->count);
    for (std::uint32_t i = 0; i < claim->count && decoded.damage == FrameDamage::none; ++i) {
        Entry entry;
        auto  kind = reader.number<std::uint8_t>();
        reader.view(1);
        entry.kind = static_cast<EntryKind>(kind);
        entry.volume = reader.number<std::uint16_t>();
        auto size = reader.number<std::uint32_t>();
        entry.partition = reader.partition();
        entry.leader_epoch = LeaderEpoch{reader.number<std::int32_t>()};
        entry.base_offset = {reader.number<std::int64_t>()};
        ByteView bytes = reader.view(size);
        entry.bytes = size < frame.held_bytes() / 2 ? Bytes::copy_of(bytes) : frame.slice(bytes);
        if (!reader.is_good())
            decoded.damage = FrameDamage::malformed;
        else if (!is_known(kind))
            decoded.damage = FrameDamage::unknown_kind;
        else
            decoded.entries.push_back(std::move(entry));
    }
    if (decoded.damage == FrameDamage::none && !reader.is_done()) decoded.damage = FrameDamage::malformed;
    return decoded;
}

} // namespace riacho::storage
