#pragma once

#include "base/bytes.hpp"
#include "data/json.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace riacho::browse {

/// How bytes were made text.
enum class PayloadFormat {
    null,   ///< there are none
    empty,  ///< there are zero
    text,   ///< readable UTF-8
    json,   ///< an object or array, as it lies there
    number, ///< 2, 4 or 8 bytes that are no text: an integer, or a float where that is what it looks like
    hex,    ///< anything else
    kafka_record, ///< what an internal topic of Kafka holds, as JSON
    schema_id,    ///< hexadecimal digits behind the magic byte and the id of a registry's schema
};
std::string_view name_of(PayloadFormat format);

/// A key, a value or a header for people.
struct Payload {
    PayloadFormat               format = PayloadFormat::null;
    std::string                 text = {};            ///< always UTF-8
    std::size_t                 size = 0;             ///< of the bytes
    bool                        is_truncated = false; ///< `text` is only the beginning
    std::optional<std::int32_t> schema_id = {};
};

/// `text_bytes_max` cuts the text, not what is looked at: JSON is recognised as a whole.
Payload payload_of(std::optional<ByteView> bytes, std::size_t text_bytes_max);
/// JSON that was made from the bytes of an internal topic.
Payload kafka_record_payload(std::string json, std::size_t size, std::size_t text_bytes_max);

/// format, text (null if null), size (as text), truncated, schema_id.
data::Json to_json(const Payload& payload);

} // namespace riacho::browse
