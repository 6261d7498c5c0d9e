#include "kafka/batch/validate.hpp"

#include "kafka/batch/record_cursor.hpp"
#include "kafka/batch/varint_reader.hpp"

#include <fmt/core.h>

namespace riacho::kafka {
namespace {

constexpr std::size_t problems_max = 100;

/// Nothing where the header agrees with itself.
std::optional<Failure<BatchError>> contradiction_in(const BatchView& batch) {
    auto invalid = [](std::string detail) { return Failure(BatchError::invalid_record, std::move(detail)); };
    std::int32_t count = batch.records_count();
    if (count <= 0) return invalid(fmt::format("Invalid reported count for record batch: {}", count));
    if (batch.last_offset_delta() < 0 || batch.last_offset_delta() != count - 1) {
        return invalid(fmt::format("Inconsistent batch offset range [0, {}] and count of records {}",
                                   batch.last_offset_delta(), count));
    }
    BatchAttributes attributes = batch.attributes();
    if (attributes.is_control()) return invalid("Clients are not allowed to write control records");
    auto producer_id = static_cast<std::int64_t>(batch.producer_id());
    if (producer_id < -1) return invalid(fmt::format("Invalid producerId {}", producer_id));
    if (producer_id >= 0 && (batch.base_sequence() < 0 || batch.producer_epoch() < 0)) {
        return invalid(
            fmt::format("Invalid sequence number {} or epoch {} in record batch with producerId {}",
                        batch.base_sequence(), batch.producer_epoch(), producer_id));
    }
    if (producer_id < 0 && attributes.is_transactional())
        return invalid("A transactional record batch must have a producerId");
    if (attributes.timestamp_type() == TimestampType::log_append_time) {
        return Failure(BatchError::invalid_timestamp,
                       std::string("Invalid message timestamp type: producers may not set LogAppendTime"));
    }
    return std::nullopt;
}

/// Whether the record's headers are as many as it says and fill it.
bool headers_fit(const Record& record) {
    HeaderCursor headers = record.headers();
    while (headers.next()) {}
    return !headers.failed();
}

std::optional<RecordProblem> problem_of(const Record& record, const RecordRules& rules) {
    if (rules.keys == Keys::required && !record.key) {
        return RecordProblem{record.offset_delta, BatchError::invalid_record,
                             "Compacted topic cannot accept message without key."};
    }
    std::int64_t at = record.timestamp.ms;
    if (at == -1) return std::nullopt;
    // Unsigned: a hostile timestamp may be further from now than a signed number can say.
    bool          past = at <= rules.now.ms;
    std::uint64_t gap = static_cast<std::uint64_t>(rules.now.ms) - static_cast<std::uint64_t>(at);
    std::int64_t  limit = past ? rules.before_max_ms : rules.after_max_ms;
    bool          unlimited = limit == std::numeric_limits<std::int64_t>::max();
    if (unlimited || (past ? gap : 0 - gap) <= static_cast<std::uint64_t>(limit)) return std::nullopt;
    return RecordProblem{
        record.offset_delta, BatchError::invalid_timestamp,
        fmt::format("Timestamp {} of message with offset {} is out of range.", at, record.offset.value)};
}

} // namespace

Outcome<BatchView, BatchError> validate(ByteView records, const BatchRules& rules) {
    TRY(BatchView batch, BatchView::first(records));
    if (batch.size() != records.size()) {
        return fail(BatchError::more_than_one,
                    fmt::format("A partition's records must be exactly one batch, but {} "
                                "bytes follow the first",
                                records.size() - batch.size()));
    }
    auto compression = batch.attributes().compression();
    if (!compression) return fail(BatchError::unsupported_compression, "Unknown compression type");
    if (compression == Compression::zstd && rules.zstd == Zstd::refused)
        return fail(BatchError::unsupported_compression, "zstd needs version 7 of Produce or later");
    if (batch.base_offset().value != 0) {
        return fail(BatchError::invalid_record,
                    fmt::format("The baseOffset of the record batch should be 0, but it is {}",
                                batch.base_offset().value));
    }
    if (batch.size() > rules.batch_bytes_max) {
        return fail(BatchError::too_large,
                    fmt::format("The record batch size is {} bytes which exceeds the maximum "
                                "configured value of {}",
                                batch.size(), rules.batch_bytes_max));
    }
    if (std::uint32_t computed = batch.computed_crc(); computed != batch.crc()) {
        return fail(BatchError::corrupt, fmt::format("Record is corrupt (stored crc = {}, computed crc = {})",
                                                     batch.crc(), computed));
    }
    if (auto failure = contradiction_in(batch)) return std::unexpected(*std::move(failure));
    return batch;
}

RecordCount count_of_records(const BatchView& batch) {
    if (batch.attributes().compression() != Compression::none) return RecordCount::hidden;
    VarintReader reader(batch.payload());
    std::int32_t count = batch.records_count();
    for (; count > 0 && !reader.failed(); count--) {
        std::int32_t size = reader.varint();
        if (size <= 0) return RecordCount::wrong;
        reader.take(static_cast<std::size_t>(size));
    }
    return count == 0 && !reader.failed() && reader.rest().empty() ? RecordCount::right : RecordCount::wrong;
}

Outcome<std::vector<RecordProblem>, BatchError> validate_records(const BatchView&   batch,
                                                                 const RecordRules& rules) {
    TRY(RecordCursor cursor, RecordCursor::open(batch, rules.bytes_max));
    std::vector<RecordProblem> problems;
    std::int32_t               expected = 0;
    while (const Record* record = cursor.next()) {
        if (record->offset_delta != expected) {
            return fail(BatchError::invalid_record,
                        fmt::format("Record {} of the batch has the offset delta {}", expected,
                                    record->offset_delta));
        }
        if (!headers_fit(*record)) {
            return fail(BatchError::invalid_record,
                        fmt::format("The headers of record {} do not match its size", expected));
        }
        if (problems.size() < problems_max)
            if (auto problem = problem_of(*record, rules)) problems.push_back(*std::move(problem));
        expected++;
    }
    if (cursor.error()) {
        return fail(*cursor.error(),
                    fmt::format("The batch's records do not match its count of {}: after {} comes "
                                "what is no record or one too many",
                                batch.records_count(), expected));
    }
    return problems;
}

} // namespace riacho::kafka
