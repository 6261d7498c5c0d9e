#include "kafka/batch/record_cursor.hpp"

#include "kafka/batch/varint_reader.hpp"

namespace riacho::kafka {
namespace {

/// Hostile deltas wrap around instead of overflowing.
std::int64_t wrapping_sum(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

} // namespace

HeaderCursor::HeaderCursor(ByteView headers) {
    VarintReader reader(headers);
    left_ = reader.varint();
    rest_ = reader.rest();
    // The smallest header is two bytes: the sizes of an empty name and of no value.
    failed_ = reader.failed() || left_ < 0 || static_cast<std::size_t>(left_) > rest_.size() / 2 ||
              (left_ == 0 && !rest_.empty());
    if (failed_) left_ = 0;
}

std::optional<RecordHeader> HeaderCursor::next() {
    if (failed_ || left_ == 0) return std::nullopt;
    VarintReader reader(rest_);
    auto         key = reader.nullable();
    auto         value = reader.nullable();
    rest_ = reader.rest();
    left_--;
    if (reader.failed() || !key || (left_ == 0 && !rest_.empty())) {
        failed_ = true;
        return std::nullopt;
    }
    return RecordHeader{as_text(*key), value};
}

RecordCursor::RecordCursor(const BatchView& batch)
    : rest_(batch.payload()), base_offset_(batch.base_offset()), base_timestamp_(batch.base_timestamp()),
      left_(batch.records_count()) {
    if (batch.attributes().timestamp_type() == TimestampType::log_append_time)
        log_append_time_ = batch.max_timestamp();
}

Outcome<RecordCursor, BatchError> RecordCursor::open(const BatchView& batch, std::size_t bytes_max) {
    auto compression = batch.attributes().compression();
    if (!compression) return fail(BatchError::unsupported_compression, "Unknown compression type");
    if (batch.records_count() < 0) return fail(BatchError::invalid_record, "Negative count of records");
    RecordCursor cursor(batch);
    if (*compression == Compression::none) return cursor;
    auto decompressed = decompress(*compression, batch.payload(), bytes_max);
    if (!decompressed) {
        bool large = decompressed.error().code == CompressionError::too_large;
        return fail(large ? BatchError::too_large : BatchError::corrupt, decompressed.error().detail);
    }
    cursor.decompressed_ = *std::move(decompressed);
    cursor.rest_ = cursor.decompressed_.view();
    return cursor;
}

const Record* RecordCursor::next() {
    if (error_) return nullptr;
    if (left_ == 0) {
        if (!rest_.empty()) error_ = BatchError::invalid_record;
        return nullptr;
    }
    VarintReader reader(rest_);
    std::int32_t size = reader.varint();
    ByteView     body = size < 0 ? ByteView{} : reader.take(static_cast<std::size_t>(size));
    if (reader.failed() || !parse(body)) {
        error_ = BatchError::invalid_record;
        return nullptr;
    }
    record_.bytes = rest_.first(rest_.size() - reader.rest().size());
    rest_ = reader.rest();
    left_--;
    return &record_;
}

bool RecordCursor::parse(ByteView body) {
    VarintReader reader(body);
    record_.attributes = reader.int8();
    std::int64_t timestamp_delta = reader.varlong();
    record_.offset_delta = reader.varint();
    record_.key = reader.nullable();
    record_.value = reader.nullable();
    record_.header_bytes = reader.rest();
    record_.offset = {wrapping_sum(base_offset_.value, record_.offset_delta)};
    record_.timestamp =
        log_append_time_ ? *log_append_time_ : Timestamp{wrapping_sum(base_timestamp_.ms, timestamp_delta)};
    return !reader.failed() && !record_.header_bytes.empty();
}

} // namespace riacho::kafka
