#pragma once

namespace riacho::kafka {

/// Why a record batch is refused. Beside each, what Kafka answers to a Produce; the edge does the conversion.
enum class BatchError {
    no_batch,                // no byte at all                                  INVALID_RECORD
    truncated,               // the bytes end before the batch does             INVALID_RECORD
    more_than_one,           // something follows the batch                     INVALID_RECORD
    unsupported_magic,       // the formats before Kafka 0.11                   INVALID_RECORD
    corrupt,                 // impossible length or magic, wrong CRC           CORRUPT_MESSAGE
    unsupported_compression, // unknown, or zstd where it is not allowed        UNSUPPORTED_COMPRESSION_TYPE
    too_large,               // the batch, or what its records decompress to    MESSAGE_TOO_LARGE
    invalid_record,          // a header or record that contradicts itself      INVALID_RECORD
    invalid_timestamp,       // outside the topic's bounds, or of a wrong type  INVALID_TIMESTAMP
};

} // namespace riacho::kafka
