#include "storage/store/metadata_snapshot.hpp"

#include "kafka/batch/record_cursor.hpp"

#include <charconv>
#include <fmt/core.h>
#include <utility>
#include <variant>

namespace riacho::storage {
namespace {

constexpr std::size_t      offset_digits_of_name = 20;
constexpr std::size_t      epoch_digits_of_name = 10;
constexpr std::string_view snapshot_suffix = ".checkpoint";
constexpr std::size_t      control_bytes_max = 1 << 20; // nobody compresses one

/// All of `digits`.
template <class T> std::optional<T> number_of(std::string_view digits) {
    T value = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size() || value < 0) return std::nullopt;
    return value;
}

/// The one record of a control batch.
std::optional<kafka::QuorumRecord> control_record_of(const kafka::BatchView& batch) {
    if (!batch.attributes().is_control()) return std::nullopt;
    auto cursor = kafka::RecordCursor::open(batch, control_bytes_max);
    if (!cursor) return std::nullopt;
    const kafka::Record* record = cursor->next();
    if (!record || !record->key || !record->value) return std::nullopt;
    auto decoded = kafka::decode_quorum_record(Bytes::copy_of(*record->key), Bytes::copy_of(*record->value));
    if (!decoded) return std::nullopt;
    return *std::move(decoded);
}

template <class M> bool is_control(const kafka::BatchView& batch) {
    auto record = control_record_of(batch);
    return record && std::holds_alternative<M>(*record);
}

} // namespace

std::string snapshot_name(SnapshotId id) {
    return fmt::format("{:020}-{:010}{}", id.until.value, static_cast<std::int32_t>(id.epoch),
                       snapshot_suffix);
}

std::optional<SnapshotId> parse_snapshot_name(std::string_view name) {
    constexpr std::size_t epoch_at = offset_digits_of_name + 1;
    if (name.size() != epoch_at + epoch_digits_of_name + snapshot_suffix.size()) return std::nullopt;
    if (name[offset_digits_of_name] != '-' || !name.ends_with(snapshot_suffix)) return std::nullopt;
    auto until = number_of<std::int64_t>(name.substr(0, offset_digits_of_name));
    auto epoch = number_of<std::int32_t>(name.substr(epoch_at, epoch_digits_of_name));
    if (!until || !epoch) return std::nullopt;
    return SnapshotId{{*until}, LeaderEpoch{*epoch}};
}

MetadataSnapshotBuilder::MetadataSnapshotBuilder(About about) : about_(about), open_(next_batch({})) {
    add_control(kafka::SnapshotHeaderRecord{.last_contained_log_timestamp = about.last_contained.ms});
}

kafka::BatchBuilder MetadataSnapshotBuilder::next_batch(kafka::BatchAttributes attributes) const {
    return kafka::BatchBuilder(
        {.base_offset = next_, .leader_epoch = about_.id.epoch, .attributes = attributes});
}

void MetadataSnapshotBuilder::push(kafka::BatchBuilder& batch) {
    next_.value += batch.count();
    batches_.push_back(batch.build());
    open_ = next_batch({});
}

void MetadataSnapshotBuilder::add_control(const kafka::QuorumRecord& record) {
    auto bytes = kafka::encode_quorum_record(record);
    auto batch = next_batch({kafka::BatchAttributes::control_bit});
    batch.add({.timestamp = about_.now, .key = bytes.key.view(), .value = bytes.value.view()});
    push(batch);
}

void MetadataSnapshotBuilder::end_batch() {
    if (!open_.empty()) push(open_);
}

void MetadataSnapshotBuilder::add(std::span<const Bytes> records) {
    std::size_t size = open_.size();
    for (const Bytes& record : records)
        size += kafka::BatchBuilder::size_of({.timestamp = about_.now, .value = record.view()});
    if (size > batch_bytes) end_batch();
    for (const Bytes& record : records) open_.add({.timestamp = about_.now, .value = record.view()});
}

MetadataSnapshot MetadataSnapshotBuilder::build() {
    end_batch();
    add_control(kafka::SnapshotFooterRecord{});
    return {about_.id, std::move(batches_)};
}

Outcome<MetadataSnapshot, SnapshotError> decode_metadata_snapshot(Bytes file, SnapshotId id) {
    auto               damaged = [](std::string why) { return fail(SnapshotError::damaged, std::move(why)); };
    MetadataSnapshot   snapshot{id, {}};
    Offset             next{0};
    bool               has_ended = false;
    kafka::BatchCursor cursor(file.view());
    while (auto batch = cursor.next()) {
        if (!batch->crc_matches())
            return damaged(fmt::format("the batch at {} has a wrong checksum", next.value));
        if (batch->base_offset() != next || batch->last_offset_delta() < 0)
            return damaged(
                fmt::format("offset {} stands where {} should", batch->base_offset().value, next.value));
        if (batch->leader_epoch() != id.epoch) return damaged("a batch of another epoch");
        if (next.value == 0 && !is_control<kafka::SnapshotHeaderRecord>(*batch))
            return damaged("it does not begin with a snapshot's header");
        if (has_ended) return damaged("something follows its footer");
        has_ended = is_control<kafka::SnapshotFooterRecord>(*batch);
        next = batch->next_offset();
        snapshot.batches.push_back(file.slice(batch->view()));
    }
    if (cursor.error())
        return damaged(fmt::format("bytes that are no batch, where {} should be", next.value));
    if (!has_ended) return damaged("it has no footer");
    return snapshot;
}

std::optional<Timestamp> last_contained_of(ByteView start_of_file) {
    auto batch = kafka::BatchView::first(start_of_file);
    if (!batch || !batch->crc_matches()) return std::nullopt;
    auto record = control_record_of(*batch);
    if (!record || !std::holds_alternative<kafka::SnapshotHeaderRecord>(*record)) return std::nullopt;
    return Timestamp{std::get<kafka::SnapshotHeaderRecord>(*record).last_contained_log_timestamp};
}

} // namespace riacho::storage
