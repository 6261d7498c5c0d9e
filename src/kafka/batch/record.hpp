#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "kafka/batch/batch_error.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

// A record inside a batch; `v` marks zigzag varints:
//
//   v length of what follows | int8 attributes (unused) | v timestamp delta | v offset delta
//   v key size (-1: null) key | v value size (-1: null) value
//   v header count, then for each: v name size, name | v value size (-1: null) value
namespace riacho::kafka {

struct RecordHeader {
    std::string_view        key = {};
    std::optional<ByteView> value = {};
};

/// Reads a record's headers where they lie, one after another.
class HeaderCursor {
public:
    HeaderCursor() = default;
    /// `headers` begins with their count and ends with the record.
    explicit HeaderCursor(ByteView headers);

    /// How many are still to come: as the record claims, but never more than its bytes could hold.
    std::int32_t left() const { return left_; }
    /// Nothing at the end, and at the first header that does not fit.
    std::optional<RecordHeader> next();
    /// The headers so far contradict the record's size; after the last one: bytes remain.
    bool failed() const { return failed_; }

private:
    ByteView     rest_;
    std::int32_t left_ = 0;
    bool         failed_ = false;
};

/// One record, as a view into its batch or into what the batch decompressed to.
struct Record {
    Offset                  offset = {};
    std::int32_t            offset_delta = 0;
    Timestamp               timestamp = {}; // of the batch, where that has log append time
    std::int8_t             attributes = 0;
    std::optional<ByteView> key = {};
    std::optional<ByteView> value = {};
    ByteView                header_bytes = {}; // the count and the headers, not yet looked at
    ByteView                bytes = {};        // the whole record, its length included

    HeaderCursor headers() const { return HeaderCursor(header_bytes); }
};

} // namespace riacho::kafka
