#include "storage/store/stranded.hpp"

#include "codec/crc32c.hpp"
#include "codec/uuid.hpp"
#include "kafka/batch/batch_view.hpp"
#include "storage/wal/little.hpp"
#include "storage/wal/scan.hpp"

#include <charconv>
#include <fmt/core.h>
#include <optional>
#include <utility>

namespace riacho::storage {
namespace {

constexpr std::string_view stranded_magic = "RIACHOST";
constexpr std::size_t      stranded_crc_at = 12;
constexpr std::size_t      stranded_header_bytes = 16;

std::uint32_t stranded_crc(ByteView file) {
    return crc32c(file.subspan(stranded_header_bytes), crc32c(file.first(stranded_crc_at)));
}

std::unexpected<Failure<StoreError>> no_stranded(std::string_view path, std::string_view why) {
    return fail(StoreError::damaged, fmt::format("{} {}", path, why));
}

/// The batch that an entry names, if its bytes are what they were.
Task<std::optional<Bytes>> external_bytes(io::Disk& disk, std::string folder, ExternalBatch at) {
    try {
        auto file = co_await disk.open(segment_path(folder, at.segment_base, ".log"), io::OpenMode::read);
        std::uint64_t file_bytes = co_await file->size();
        if (at.position > file_bytes || at.length > file_bytes - at.position) co_return std::nullopt;
        Bytes       bytes(std::make_shared<Buffer>(at.length));
        std::size_t size = co_await file->read(at.position, bytes.writable());
        if (size == at.length && crc32c(bytes.view()) == at.crc) co_return bytes;
    } catch (const io::DiskError&) {} // it stays where it lies
    co_return std::nullopt;
}

} // namespace

std::string stranded_path(const Layout& layout, const TopicPartition& partition) {
    return fmt::format("{}/{}-{}", layout.stranded(), uuid_text(partition.topic_id),
                       static_cast<std::int32_t>(partition.index));
}

std::optional<TopicPartition> stranded_name(std::string_view name) {
    std::size_t dash = name.rfind('-');
    if (dash == std::string_view::npos) return std::nullopt;
    auto         id = parse_uuid(name.substr(0, dash));
    std::int32_t index = 0;
    auto [end, error] = std::from_chars(name.data() + dash + 1, name.data() + name.size(), index);
    if (!id || error != std::errc() || end != name.data() + name.size()) return std::nullopt;
    return TopicPartition{*id, PartitionIndex{index}};
}

Bytes encode(const Stranded& stranded) {
    LittleWriter writer;
    writer.view(as_bytes(stranded_magic)).number(stranded_format_version).number(std::uint32_t{0});
    writer.partition(stranded.partition).number(static_cast<std::uint32_t>(stranded.topic.size()));
    writer.view(as_bytes(stranded.topic)).number(static_cast<std::uint32_t>(stranded.entries.size()));
    for (const ReplayedEntry& replayed : stranded.entries) {
        const Entry& entry = replayed.entry;
        writer.number(replayed.frame.value).number(static_cast<std::uint8_t>(entry.kind));
        writer.number(static_cast<std::int32_t>(entry.leader_epoch)).number(entry.base_offset.value);
        writer.number(static_cast<std::uint32_t>(entry.bytes.size())).view(entry.bytes.view());
    }
    store_little(writer.content().data() + stranded_crc_at, stranded_crc(writer.content()));
    return Bytes::copy_of(writer.content());
}

Outcome<Stranded, StoreError> decode_stranded(Bytes bytes, std::string_view path) {
    LittleReader reader(bytes.view());
    if (as_text(reader.view(stranded_magic.size())) != stranded_magic)
        return no_stranded(path, "at 0: it is not such a file");
    auto version = reader.number<std::uint32_t>();
    if (reader.is_good() && version > stranded_format_version)
        return fail(StoreError::newer_format, fmt::format("{} has format version {}, this program knows {}",
                                                          path, version, stranded_format_version));
    auto crc = reader.number<std::uint32_t>();
    if (!reader.is_good() || crc != stranded_crc(bytes.view()))
        return no_stranded(path, "at 0: its checksum is wrong");
    Stranded stranded;
    stranded.partition = reader.partition();
    stranded.topic = as_text(reader.view(reader.number<std::uint32_t>()));
    auto count = reader.number<std::uint32_t>();
    for (std::uint32_t i = 0; i < count && reader.is_good(); ++i) {
        ReplayedEntry replayed;
        replayed.frame = {reader.number<std::uint64_t>()};
        replayed.entry.kind = static_cast<EntryKind>(reader.number<std::uint8_t>());
        replayed.entry.partition = stranded.partition;
        replayed.entry.leader_epoch = LeaderEpoch{reader.number<std::int32_t>()};
        replayed.entry.base_offset = {reader.number<std::int64_t>()};
        replayed.entry.bytes = Bytes::copy_of(reader.view(reader.number<std::uint32_t>()));
        stranded.entries.push_back(std::move(replayed));
    }
    if (!reader.is_done()) return no_stranded(path, "at 16: it makes no sense");
    return stranded;
}

Task<Outcome<std::vector<ReplayedEntry>, StoreError>>
entries_in_chain(io::Disk& disk, std::string folder, ChainStart chain, TopicPartition partition) {
    std::vector<ReplayedEntry> entries;
    ChainReader                reader(disk, std::move(folder), chain);
    for (;;) {
        auto frame = co_await reader.next();
        if (!frame) co_return fail(StoreError::damaged, std::move(frame).error().detail);
        if (!*frame) break;
        for (Entry& entry : (*frame)->entries)
            if (entry.kind != EntryKind::next && entry.partition == partition)
                entries.push_back({std::move(entry), (*frame)->number});
    }
    co_return entries;
}

Task<std::vector<ReplayedEntry>> with_external_bytes(io::Disk& disk, std::string partition_folder,
                                                     std::vector<ReplayedEntry> entries) {
    for (ReplayedEntry& replayed : entries) {
        if (replayed.entry.kind != EntryKind::external_batch) continue;
        auto at = decode_external_batch(replayed.entry.bytes.view());
        auto bytes = at ? co_await external_bytes(disk, partition_folder, *at) : std::nullopt;
        if (!bytes) continue;
        replayed.entry.kind = EntryKind::batch;
        replayed.entry.bytes = *std::move(bytes);
    }
    co_return entries;
}

Task<> write_stranded(io::Disk& disk, Layout layout, Stranded stranded) {
    if (!co_await disk.exists(layout.stranded())) {
        co_await disk.make_folder(layout.stranded());
        co_await disk.sync_folder(layout.folder);
    }
    co_await io::replace_file(disk, stranded_path(layout, stranded.partition), encode(stranded));
}

Task<Outcome<Stranded, StoreError>> read_stranded(io::Disk& disk, Layout layout, TopicPartition partition) {
    std::string path = stranded_path(layout, partition);
    auto        content = co_await io::read_file(disk, path);
    if (!content) {
        Stranded nothing;
        nothing.partition = partition;
        co_return nothing;
    }
    co_return decode_stranded(*std::move(content), path);
}

Task<> remove_stranded(io::Disk& disk, Layout layout, TopicPartition partition) {
    std::string path = stranded_path(layout, partition);
    if (!co_await disk.exists(path)) co_return;
    co_await disk.remove(path);
    co_await disk.sync_folder(layout.stranded());
}

} // namespace riacho::storage
