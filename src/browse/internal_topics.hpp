#pragma once

#include "kafka/batch/record.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace riacho::browse {

/// A record of one of Kafka's internal topics as JSON, in the form of Kafka's own tools: a key is {"type",
/// "data"}, a value {"version", "data"}. Nothing for a null and for what is damaged; what no schema of ours
/// describes has its number, and the rest as hexadecimal digits.
struct InternalRecord {
    std::optional<std::string> key;
    std::optional<std::string> value;
};

/// __consumer_offsets (offsets and classic groups, with what their members told each other),
/// __transaction_state and __cluster_metadata. Of other topics there is nothing.
InternalRecord internal_record(std::string_view topic, const kafka::Record& record);

} // namespace riacho::browse
