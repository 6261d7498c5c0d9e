#include "kafka/batch/search.hpp"

#include "kafka/batch/record_cursor.hpp"

namespace riacho::kafka {

Outcome<Found, BatchError> offset_of_timestamp(const BatchView& batch, const TimestampSearch& search) {
    // A log-append batch has one time, and its header's maximum is true of every other batch: most need no
    // look inside.
    if (batch.max_timestamp() < search.at_least || batch.last_offset() < search.from_offset) return Found();
    TRY(RecordCursor cursor, RecordCursor::open(batch, search.bytes_max));
    while (const Record* record = cursor.next()) {
        if (record->timestamp >= search.at_least && record->offset >= search.from_offset)
            return TimestampedOffset{record->offset, record->timestamp};
    }
    if (cursor.error()) return fail(*cursor.error());
    return Found();
}

Outcome<Found, BatchError> max_timestamp_record(const BatchView& batch, const LargestSearch& search) {
    bool is_below = batch.max_timestamp() <= search.above || batch.last_offset() < search.from_offset;
    if (batch.records_count() <= 0 || is_below) return Found();
    TRY(RecordCursor cursor, RecordCursor::open(batch, search.bytes_max));
    Found     found;
    Timestamp largest = search.above;
    while (const Record* record = cursor.next()) {
        if (record->offset < search.from_offset || record->timestamp <= largest) continue;
        found = {record->offset, largest = record->timestamp};
        if (largest == batch.max_timestamp()) return found; // no need to look on
    }
    if (cursor.error()) return fail(*cursor.error());
    return found;
}

} // namespace riacho::kafka
