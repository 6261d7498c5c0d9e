#pragma once

#include "kafka/batch/batch_view.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace riacho::kafka {

/// zstd came with Produce v7: older versions may not carry it.
enum class Zstd { allowed, refused };

struct BatchRules {
    std::size_t batch_bytes_max = 1'048'588; // max.message.bytes: counts the whole batch
    Zstd        zstd = Zstd::allowed;
};

/// What Kafka checks of one partition's records in a Produce before it looks at a single record: exactly one
/// batch, its magic, size, compression and CRC, and a header that does not contradict itself. Costs the CRC.
Outcome<BatchView, BatchError> validate(ByteView records, const BatchRules& rules);

enum class RecordCount { right, wrong, hidden };
/// Whether the records are as many as the header says and fill the batch: walks their sizes and allocates
/// nothing. `hidden` in a compressed batch, which would have to be decompressed.
RecordCount count_of_records(const BatchView& batch);

enum class Keys { optional, required };

struct RecordRules {
    Keys         keys = Keys::optional; // required on compacted topics
    Timestamp    now = {};
    std::int64_t before_max_ms = std::numeric_limits<std::int64_t>::max(); // message.timestamp.before.max.ms
    std::int64_t after_max_ms = std::numeric_limits<std::int64_t>::max();  // message.timestamp.after.max.ms
    std::size_t  bytes_max = 100 << 20;                                    // decompressed
};

/// One record that the topic does not take: `record_errors` of a Produce answer.
struct RecordProblem {
    std::int32_t batch_index = 0;
    BatchError   code = BatchError::invalid_record; // or invalid_timestamp
    std::string  message = {};
};

/// Looks at every record of a batch that validate() let through. Fails where the batch as a whole is broken:
/// it does not decompress, records do not match the count, the sizes or the offsets. Otherwise gives the
/// records that break a rule of the topic, the first hundred of them; none where all is well.
Outcome<std::vector<RecordProblem>, BatchError> validate_records(const BatchView&   batch,
                                                                 const RecordRules& rules);

} // namespace riacho::kafka
