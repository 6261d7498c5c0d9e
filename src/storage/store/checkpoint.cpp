#include "storage/store/checkpoint.hpp"

#include "codec/crc32c.hpp"
#include "storage/wal/little.hpp"

#include <fmt/core.h>

namespace riacho::storage {
namespace {

constexpr std::string_view checkpoint_magic = "RIACHOCP";
constexpr std::string_view producers_magic = "RIACHOPR";
constexpr std::size_t      store_file_header_bytes = 16; // magic, version, crc
constexpr std::size_t      store_file_crc_at = 12;

/// Magic, version and room for the checksum, which covers all the rest.
LittleWriter begin_store_file(std::string_view magic) {
    LittleWriter writer;
    writer.view(as_bytes(magic)).number(checkpoint_format_version).number(std::uint32_t{0});
    return writer;
}

std::uint32_t store_file_crc(ByteView file) {
    return crc32c(file.subspan(store_file_header_bytes), crc32c(file.first(store_file_crc_at)));
}

Bytes end_store_file(LittleWriter writer) {
    store_little(writer.content().data() + store_file_crc_at, store_file_crc(writer.content()));
    return Bytes::copy_of(writer.content());
}

/// A reader of what follows the header, which is proved.
Outcome<LittleReader, StoreError> open_store_file(ByteView file, std::string_view magic,
                                                  std::string_view path) {
    LittleReader reader(file);
    if (as_text(reader.view(magic.size())) != magic)
        return fail(StoreError::damaged, fmt::format("{} at 0: it is not such a file", path));
    auto version = reader.number<std::uint32_t>();
    if (reader.is_good() && version > checkpoint_format_version)
        return fail(StoreError::newer_format, fmt::format("{} has format version {}, this program knows {}",
                                                          path, version, checkpoint_format_version));
    auto crc = reader.number<std::uint32_t>();
    if (!reader.is_good() || version == 0 || crc != store_file_crc(file))
        return fail(StoreError::damaged, fmt::format("{} at 0: its checksum is wrong", path));
    return reader;
}

void put_point(LittleWriter& writer, const PartitionPoint& point) {
    writer.partition(point.partition).number(static_cast<std::uint8_t>(point.state));
    writer.number(point.point.segment_base.value)
        .number(point.point.position)
        .number(point.point.offset.value);
    writer.number(point.log_start.value).number(point.last_segment_bytes);
}

PartitionPoint read_point(LittleReader& reader) {
    PartitionPoint point;
    point.partition = reader.partition();
    point.state = static_cast<PartitionPoint::State>(reader.number<std::uint8_t>());
    point.point.segment_base = {reader.number<std::int64_t>()};
    point.point.position = reader.number<std::uint64_t>();
    point.point.offset = {reader.number<std::int64_t>()};
    point.log_start = {reader.number<std::int64_t>()};
    point.last_segment_bytes = reader.number<std::uint64_t>();
    return point;
}

} // namespace

Bytes encode(const Checkpoint& checkpoint) {
    LittleWriter writer = begin_store_file(checkpoint_magic);
    writer.number(checkpoint.number).number(checkpoint.starts);
    writer.number(static_cast<std::uint8_t>(checkpoint.kind))
        .number(static_cast<std::uint8_t>(checkpoint.mode));
    writer.number(std::uint16_t{0}); // reserved
    writer.number(checkpoint.chain.file_number).number(checkpoint.chain.salt.value);
    writer.number(checkpoint.chain.first_frame.value).number(checkpoint.next_file_number);
    writer.number(checkpoint.last_durable.value).number(checkpoint.low_water.value);
    writer.number(checkpoint.producers).number(static_cast<std::uint32_t>(checkpoint.partitions.size()));
    for (const PartitionPoint& point : checkpoint.partitions) put_point(writer, point);
    return end_store_file(std::move(writer));
}

Outcome<Checkpoint, StoreError> decode_checkpoint(ByteView bytes, std::string_view path) {
    TRY(LittleReader reader, open_store_file(bytes, checkpoint_magic, path));
    Checkpoint checkpoint;
    checkpoint.format = load_little<std::uint32_t>(bytes.data() + checkpoint_magic.size());
    checkpoint.number = reader.number<std::uint64_t>();
    checkpoint.starts = reader.number<std::uint32_t>();
    checkpoint.kind = static_cast<Checkpoint::Kind>(reader.number<std::uint8_t>());
    checkpoint.mode = static_cast<Durability>(reader.number<std::uint8_t>());
    reader.number<std::uint16_t>();
    checkpoint.chain.file_number = reader.number<std::uint64_t>();
    checkpoint.chain.salt = {reader.number<std::uint64_t>()};
    checkpoint.chain.first_frame = {reader.number<std::uint64_t>()};
    checkpoint.next_file_number = reader.number<std::uint64_t>();
    checkpoint.last_durable = {reader.number<std::uint64_t>()};
    checkpoint.low_water = {reader.number<std::uint64_t>()};
    checkpoint.producers = reader.number<std::uint64_t>();
    auto count = reader.number<std::uint32_t>();
    for (std::uint32_t i = 0; i < count && reader.is_good(); ++i)
        checkpoint.partitions.push_back(read_point(reader));
    if (!reader.is_done()) return fail(StoreError::damaged, fmt::format("{} at 16: it makes no sense", path));
    return checkpoint;
}

Task<Outcome<std::optional<Checkpoint>, StoreError>> read_checkpoint(io::Disk& disk, Layout layout) {
    auto content = co_await io::read_file(disk, layout.checkpoint());
    if (!content) co_return std::nullopt;
    CO_TRY(Checkpoint checkpoint, decode_checkpoint(content->view(), layout.checkpoint()));
    co_return checkpoint;
}

Task<> write_checkpoint(io::Disk& disk, Layout layout, Checkpoint checkpoint) {
    co_await io::replace_file(disk, layout.checkpoint(), encode(checkpoint));
}

// ---- producers

Bytes encode_producers(const std::vector<ProducersOf>& producers) {
    LittleWriter writer = begin_store_file(producers_magic);
    writer.number(static_cast<std::uint32_t>(producers.size()));
    for (const ProducersOf& one : producers) {
        writer.partition(one.partition).number(static_cast<std::uint32_t>(one.state.size()));
        writer.view(one.state.view());
    }
    return end_store_file(std::move(writer));
}

Outcome<std::vector<ProducersOf>, StoreError> decode_producers(Bytes bytes, std::string_view path) {
    TRY(LittleReader reader, open_store_file(bytes.view(), producers_magic, path));
    std::vector<ProducersOf> producers;
    auto                     count = reader.number<std::uint32_t>();
    for (std::uint32_t i = 0; i < count && reader.is_good(); ++i) {
        TopicPartition partition = reader.partition();
        auto           size = reader.number<std::uint32_t>();
        producers.push_back({partition, Bytes::copy_of(reader.view(size))});
    }
    if (!reader.is_done()) return fail(StoreError::damaged, fmt::format("{} at 16: it makes no sense", path));
    return producers;
}

Task<Outcome<std::vector<ProducersOf>, StoreError>> read_producers(io::Disk& disk, Layout layout,
                                                                   std::uint64_t number) {
    std::string path = layout.producers(number);
    auto        content = co_await io::read_file(disk, path);
    if (!content) co_return fail(StoreError::damaged, fmt::format("{} is missing", path));
    co_return decode_producers(*content, path);
}

Task<> write_producers(io::Disk& disk, Layout layout, std::uint64_t number,
                       std::vector<ProducersOf> producers) {
    co_await io::replace_file(disk, layout.producers(number), encode_producers(producers));
}

Task<> remove_old_producers(io::Disk& disk, Layout layout, std::uint64_t number) {
    std::string kept = layout.producers(number);
    for (const std::string& name : co_await disk.list(layout.wal())) {
        std::string path = fmt::format("{}/{}", layout.wal(), name);
        if (name.starts_with(Layout::producers_prefix) && path != kept) co_await disk.remove(path);
    }
}

} // namespace riacho::storage
