#include "storage/log/key_snapshot.hpp"

#include "codec/crc32c.hpp"
#include "kafka/batch/batch_builder.hpp"
#include "kafka/batch/record_cursor.hpp"
#include "storage/wal/little.hpp"

#include <algorithm>
#include <utility>

namespace riacho::storage {
namespace {

constexpr std::string_view key_snapshot_magic = "RIACHOKS";
constexpr std::uint32_t    key_snapshot_version = 1;
constexpr std::size_t      key_snapshot_crc_at = 12;
constexpr std::size_t      key_snapshot_header_bytes = 16;
constexpr std::size_t      snapshot_batch_bytes = 256 << 10;
constexpr std::size_t      snapshot_decompressed_max = 64 << 20;

std::uint32_t key_snapshot_crc(ByteView file) {
    return crc32c(file.subspan(key_snapshot_header_bytes), crc32c(file.first(key_snapshot_crc_at)));
}

} // namespace

std::optional<KeySnapshot> decode_key_snapshot(Bytes file, TopicPartition partition) {
    LittleReader reader(file.view());
    if (as_text(reader.view(key_snapshot_magic.size())) != key_snapshot_magic) return std::nullopt;
    auto version = reader.number<std::uint32_t>();
    auto crc = reader.number<std::uint32_t>();
    if (!reader.is_good() || version != key_snapshot_version || crc != key_snapshot_crc(file.view()))
        return std::nullopt;
    TopicPartition owner = reader.partition();
    KeySnapshot    snapshot{{reader.number<std::int64_t>()}, {}};
    if (!reader.is_good() || owner != partition || snapshot.until.value < 0) return std::nullopt;
    snapshot.batches = file.slice(reader.rest());
    snapshot.file = std::move(file);
    return snapshot;
}

KeyTable::Added KeyTable::add(const Bytes& batches) {
    kafka::BatchCursor cursor(batches.view());
    while (auto batch = cursor.next())
        if (!add_batch(*batch)) return Added::impossible;
    return cursor.error() ? Added::impossible : Added::yes;
}

bool KeyTable::add_batch(const kafka::BatchView& batch) {
    if (batch.attributes().is_control() || batch.attributes().is_transactional()) return false;
    if (!batch.crc_matches()) return false;
    auto cursor = kafka::RecordCursor::open(batch, snapshot_decompressed_max);
    if (!cursor) return false;
    while (const kafka::Record* record = cursor->next()) {
        if (!record->key) continue;
        std::string key(as_text(*record->key));
        if (record->value)
            last_[std::move(key)] = {++order_, record->timestamp, Bytes::copy_of(*record->value)};
        else
            last_.erase(key);
    }
    return !cursor->error();
}

Bytes KeyTable::file(TopicPartition partition, Offset until) const {
    std::vector<const std::pair<const std::string, Last>*> rows;
    for (const auto& row : last_) rows.push_back(&row);
    std::ranges::sort(rows, {}, [](const auto* row) { return row->second.order; });
    LittleWriter writer;
    writer.view(as_bytes(key_snapshot_magic)).number(key_snapshot_version).number(std::uint32_t{0});
    writer.partition(partition).number(until.value);
    kafka::BatchBuilder builder({});
    for (const auto* row : rows) {
        builder.add({.timestamp = row->second.timestamp,
                     .key = as_bytes(row->first),
                     .value = row->second.value.view()});
        if (builder.size() < snapshot_batch_bytes) continue;
        writer.view(builder.build().view());
        builder = kafka::BatchBuilder({});
    }
    if (!builder.empty()) writer.view(builder.build().view());
    store_little(writer.content().data() + key_snapshot_crc_at, key_snapshot_crc(writer.content()));
    return Bytes::copy_of(writer.content());
}

} // namespace riacho::storage
