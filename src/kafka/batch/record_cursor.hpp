#pragma once

#include "kafka/batch/batch_view.hpp"
#include "kafka/batch/record.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace riacho::kafka {

/// Iterates the records of one batch without an allocation per record; a compressed batch is decompressed
/// once. Any input is safe: what does not fit ends the iteration with an error.
///     TRY(auto cursor, RecordCursor::open(batch, bytes_max));
///     while (const Record* record = cursor.next()) ...
///     if (cursor.error()) ...
class RecordCursor {
public:
    /// `batch`'s bytes must outlive the cursor. Fails with too_large when more than `bytes_max` come out of a
    /// compressed batch, with corrupt when it does not decompress.
    static Outcome<RecordCursor, BatchError> open(const BatchView& batch, std::size_t bytes_max);

    /// Nothing after the last record and at an error. The record holds until the next call, what it points to
    /// for as long as the batch (uncompressed) or the cursor (compressed) lives.
    const Record* next();

    /// invalid_record once the records contradict the header: too few, too many bytes, a size that does not
    /// fit.
    std::optional<BatchError> error() const { return error_; }
    /// How many records are still to come, as the header says.
    std::int32_t left() const { return left_; }
    /// What the records of a compressed batch lie in; empty for others.
    const Bytes& decompressed() const { return decompressed_; }

private:
    explicit RecordCursor(const BatchView& batch);
    bool parse(ByteView body);

    Bytes                     decompressed_;
    ByteView                  rest_;
    Record                    record_;
    Offset                    base_offset_;
    Timestamp                 base_timestamp_;
    std::optional<Timestamp>  log_append_time_;
    std::int32_t              left_;
    std::optional<BatchError> error_;
};

} // namespace riacho::kafka
