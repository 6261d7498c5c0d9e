#pragma once

#include "browse/payload.hpp"
#include "kafka/batch/batch_view.hpp"
#include "kafka/batch/record.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace riacho::browse {

/// A record that was found, with bytes of its own: whoever keeps it keeps no batch.
class FoundRecord {
public:
    FoundRecord(PartitionIndex partition, kafka::TimestampType type, const kafka::Record& record);

    PartitionIndex       partition() const { return partition_; }
    kafka::TimestampType timestamp_type() const { return type_; }
    /// Its views hold for as long as this lives, wherever it is moved.
    const kafka::Record& record() const { return record_; }
    std::size_t          size() const { return bytes_.size(); }

private:
    PartitionIndex       partition_;
    kafka::TimestampType type_;
    Bytes                bytes_;
    kafka::Record        record_;
};

struct MessageHeader {
    std::string name; ///< repaired where it is no UTF-8
    Payload     value;
};

/// A record for people.
struct Message {
    PartitionIndex             partition{0};
    Offset                     offset;
    Timestamp                  timestamp;
    kafka::TimestampType       timestamp_type = kafka::TimestampType::create_time;
    Payload                    key;
    Payload                    value;
    std::vector<MessageHeader> headers;
};

/// `topic` decides whether it is one of Kafka's internal ones. Each text is cut to `text_bytes_max`.
Message message_of(std::string_view topic, const FoundRecord& found, std::size_t text_bytes_max);

/// partition, offset, timestamp (as text, null where there is none), timestamp_type, key, value, headers.
data::Json to_json(const Message& message);

// Downloads. Each function appends to `out`.

/// One line of JSON Lines.
void append_json_line(std::string& out, const Message& message);
/// The names of the columns of append_csv_line().
void append_csv_names(std::string& out);
/// RFC 4180: partition, offset, timestamp (ISO 8601), key, value, headers (JSON). A null is an empty cell, an
/// empty text is "". A cell that a spreadsheet would run gets an apostrophe before it.
void append_csv_line(std::string& out, const Message& message);

} // namespace riacho::browse
