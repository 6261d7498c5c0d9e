#include "kafka/batch/control.hpp"

#include "kafka/batch/batch_builder.hpp"
#include "kafka/batch/record_cursor.hpp"

#include <array>

namespace riacho::kafka {
namespace {

constexpr std::size_t control_key_size = 4;
constexpr std::size_t marker_value_size = 6;
constexpr std::size_t control_bytes_max = 1024 * 1024; // of a compressed control batch, which nobody writes

} // namespace

Bytes build_marker(const TransactionMarker& marker) {
    std::array<std::byte, control_key_size>  key{};
    std::array<std::byte, marker_value_size> value{};
    store_big(key.data() + 2, static_cast<std::int16_t>(marker.type));
    store_big(value.data() + 2, marker.coordinator_epoch);
    BatchOptions options{
        .attributes = {BatchAttributes::transactional_bit | BatchAttributes::control_bit},
        .producer_id = marker.producer_id,
        .producer_epoch = marker.producer_epoch,
    };
    return BatchBuilder(options)
        .add({.timestamp = marker.timestamp, .key = ByteView(key), .value = ByteView(value)})
        .build();
}

std::optional<TransactionMarker> marker_of(const BatchView& batch) {
    if (!batch.attributes().is_control()) return std::nullopt;
    auto cursor = RecordCursor::open(batch, control_bytes_max);
    if (!cursor) return std::nullopt;
    const Record* record = cursor->next();
    if (!record || !record->key || record->key->size() < control_key_size) return std::nullopt;
    auto type = load_big<std::int16_t>(record->key->data() + 2);
    bool known =
        type == static_cast<int>(ControlType::abort) || type == static_cast<int>(ControlType::commit);
    if (!known || !record->value || record->value->size() < marker_value_size) return std::nullopt;
    return TransactionMarker{
        .type = ControlType{type},
        .producer_id = batch.producer_id(),
        .producer_epoch = batch.producer_epoch(),
        .coordinator_epoch = load_big<std::int32_t>(record->value->data() + 2),
        .timestamp = record->timestamp,
    };
}

} // namespace riacho::kafka
