#include "storage/clean/batch_filter.hpp"

#include "kafka/batch/batch_builder.hpp"
#include "kafka/batch/patch.hpp"
#include "kafka/batch/record_cursor.hpp"

#include <fmt/core.h>
#include <optional>
#include <utility>
#include <vector>

namespace riacho::storage {
namespace {

using kafka::BatchAttributes;
using kafka::BatchView;

bool is_left_alone(const BatchView& batch) {
    return batch.attributes().is_control() || batch.attributes().is_transactional() ||
           batch.size() > cleaned_batch_bytes_max;
}

/// The records are what the header says; what is not is neither noted nor written again.
bool is_sound(kafka::RecordCursor cursor, std::int32_t delta_max) {
    std::int32_t last = -1;
    while (const kafka::Record* record = cursor.next()) {
        if (record->offset_delta <= last || record->offset_delta > delta_max) return false;
        last = record->offset_delta;
        kafka::HeaderCursor headers = record->headers();
        while (headers.next()) continue;
        if (headers.failed()) return false;
    }
    return !cursor.error();
}

std::optional<kafka::RecordCursor> sound_records(const BatchView& batch) {
    auto cursor = kafka::RecordCursor::open(batch, cleaned_batch_bytes_max);
    if (!cursor || !is_sound(*cursor, batch.last_offset_delta())) return std::nullopt;
    return *std::move(cursor);
}

std::unexpected<Failure<CleanError>> damaged_batch(const BatchView& batch) {
    return fail(CleanError::damaged,
                fmt::format("the batch at offset {} does not validate", batch.base_offset().value));
}

/// The records of one batch that stay.
struct Kept {
    kafka::BatchBuilder builder;
    std::uint64_t       dropped = 0;
    bool                has_tombstone = false;
};

bool is_superseded(const kafka::Record& record, const KeyMap& keys, const CleanRules& rules) {
    if (record.offset >= rules.until) return false;
    if (!record.key) return true;
    auto last = keys.find(*record.key);
    return last && *last > record.offset;
}

std::optional<Timestamp> horizon_of(const BatchView& batch) {
    if (!batch.attributes().has_delete_horizon()) return std::nullopt;
    return batch.base_timestamp();
}

kafka::BatchOptions options_of(const BatchView& batch, std::optional<Timestamp> horizon) {
    BatchAttributes attributes = batch.attributes();
    attributes.bits &= static_cast<std::int16_t>(~BatchAttributes::delete_horizon_bit);
    if (horizon) attributes.bits |= BatchAttributes::delete_horizon_bit;
    kafka::BatchOptions options{.base_offset = batch.base_offset(),
                                .leader_epoch = batch.leader_epoch(),
                                .compression = *batch.attributes().compression(),
                                .attributes = attributes,
                                .producer_id = batch.producer_id(),
                                .producer_epoch = batch.producer_epoch(),
                                .base_sequence = batch.base_sequence(),
                                .base_timestamp = horizon,
                                .last_offset_delta = batch.last_offset_delta()};
    if (attributes.timestamp_type() == kafka::TimestampType::log_append_time)
        options.log_append_time = batch.max_timestamp();
    return options;
}

void add_record(kafka::BatchBuilder& to, const kafka::Record& record) {
    std::vector<kafka::RecordHeader> headers;
    kafka::HeaderCursor              cursor = record.headers();
    while (auto header = cursor.next()) headers.push_back(*header);
    to.add({record.timestamp, record.key, record.value, headers, record.offset_delta});
}

struct Pass {
    const KeyMap&     keys;
    const CleanRules& rules;
    /// What the written batch will say.
    std::optional<Timestamp> horizon;
};

/// Nothing where the records contradict the header.
std::optional<Kept> keep_records(const BatchView& batch, const Pass& pass) {
    auto cursor = sound_records(batch);
    if (!cursor) return std::nullopt;
    auto old_horizon = horizon_of(batch);
    bool is_past = old_horizon && pass.rules.now >= *old_horizon && batch.last_offset() < pass.rules.until &&
                   pass.rules.tombstones == CleanRules::Tombstones::go_in_time;
    Kept kept{kafka::BatchBuilder(options_of(batch, pass.horizon))};
    while (const kafka::Record* record = cursor->next()) {
        bool is_tombstone = !record->value;
        bool is_gone = is_tombstone && is_past;
        if (is_gone || is_superseded(*record, pass.keys, pass.rules)) {
            ++kept.dropped;
            continue;
        }
        kept.has_tombstone = kept.has_tombstone || is_tombstone;
        add_record(kept.builder, *record);
    }
    return kept;
}

/// The header alone: its offsets, its producer and sequence, its largest timestamp.
Bytes empty_batch(const BatchView& batch) {
    kafka::BatchHeader header = batch.header();
    header.batch_length =
        static_cast<std::int32_t>(kafka::batch_layout::header_size - kafka::batch_layout::length_overhead);
    header.attributes.bits &=
        static_cast<std::int16_t>(~(BatchAttributes::compression_mask | BatchAttributes::delete_horizon_bit));
    header.base_timestamp = {};
    header.records_count = 0;
    auto buffer = std::make_shared<Buffer>(kafka::batch_layout::header_size);
    kafka::store_header(buffer->span(), header);
    kafka::set_crc(buffer->span());
    return Bytes(std::move(buffer));
}

} // namespace

Outcome<NotedKeys, CleanError> note_keys(const BatchView& batch, Offset from, KeyMap& keys) {
    if (!batch.crc_matches()) return damaged_batch(batch);
    NotedKeys all{batch.next_offset()};
    if (is_left_alone(batch) || batch.records_count() == 0) return all;
    auto cursor = sound_records(batch);
    if (!cursor) return all;
    while (const kafka::Record* record = cursor->next()) {
        if (!record->key || record->offset < from) continue;
        if (keys.note(*record->key, record->offset) == KeyMap::Noted::full)
            return NotedKeys{record->offset, NotedKeys::Room::full};
    }
    return all;
}

Outcome<Filtered, CleanError> filter_batch(const BatchView& batch, const KeyMap& keys,
                                           const CleanRules& rules, WhenEmpty when_empty) {
    if (!batch.crc_matches()) return damaged_batch(batch);
    if (is_left_alone(batch)) return Filtered{Filtered::Kind::left_alone, {}, 0};
    if (batch.base_offset() >= rules.until) return Filtered{};
    if (batch.records_count() == 0) {
        if (when_empty == WhenEmpty::keep_header) return Filtered{};
        return Filtered{Filtered::Kind::dropped, {}, 0};
    }
    std::optional<Timestamp> horizon = horizon_of(batch);
    std::optional<Kept>      kept = keep_records(batch, {keys, rules, horizon});
    if (kept && kept->has_tombstone && !horizon) {
        horizon = Timestamp{rules.now.ms + rules.delete_retention_ms.count()};
        kept = keep_records(batch, {keys, rules, horizon});
    } else if (kept && kept->dropped == 0) {
        return Filtered{};
    }
    if (!kept) return Filtered{Filtered::Kind::left_alone, {}, 0};
    if (!kept->builder.empty())
        return Filtered{Filtered::Kind::rewritten, kept->builder.build(), kept->dropped};
    if (when_empty == WhenEmpty::drop) return Filtered{Filtered::Kind::dropped, {}, kept->dropped};
    return Filtered{Filtered::Kind::rewritten, empty_batch(batch), kept->dropped};
}

} // namespace riacho::storage
