#include "browse/payload.hpp"

#include "browse/numbers_in_bytes.hpp"
#include "codec/base64.hpp"
#include "codec/endian.hpp"
#include "data/json_parse.hpp"
#include "data/utf8.hpp"

#include <algorithm>
#include <utility>

namespace riacho::browse {
namespace {

// A schema registry's framing: a zero byte, the schema's id, the data.
constexpr std::size_t schema_prefix_size = 5;

/// A JSON document with no values: only whether it is one counts.
class Ignored : public data::JsonVisitor {
    void begin_object() override {}
    void end_object() override {}
    void begin_array() override {}
    void end_array() override {}
    void name(std::string_view) override {}
    void string(std::string_view) override {}
    void number(std::string_view) override {}
    void boolean(bool) override {}
    void null() override {}
};

bool is_json_document(std::string_view text) {
    auto first = text.find_first_not_of(" \t\r\n");
    if (first == text.npos || (text[first] != '{' && text[first] != '[')) return false;
    Ignored ignored;
    return data::visit_json(text, ignored, {.bytes_max = text.size()}).has_value();
}

std::optional<std::int32_t> schema_id_of(ByteView bytes) {
    if (bytes.size() <= schema_prefix_size || bytes[0] != std::byte{0}) return std::nullopt;
    auto id = load_big<std::int32_t>(bytes.data() + 1);
    return id > 0 ? std::optional(id) : std::nullopt;
}

/// Cuts between two characters.
void set_text(Payload& payload, std::string_view text, std::size_t bytes_max) {
    payload.is_truncated = text.size() > bytes_max;
    if (payload.is_truncated) {
        std::size_t end = bytes_max;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
        text = text.substr(0, end);
    }
    payload.text = text;
}

void set_hex(Payload& payload, ByteView bytes, std::size_t text_bytes_max) {
    std::size_t shown = std::min(bytes.size(), text_bytes_max / 2);
    payload.text = hex(bytes.first(shown));
    payload.is_truncated = shown < bytes.size();
}

} // namespace

std::string_view name_of(PayloadFormat format) {
    switch (format) {
    case PayloadFormat::null:
        return "null";
    case PayloadFormat::empty:
        return "empty";
    case PayloadFormat::text:
        return "text";
    case PayloadFormat::json:
        return "json";
    case PayloadFormat::number:
        return "number";
    case PayloadFormat::hex:
        return "hex";
    case PayloadFormat::kafka_record:
        return "kafka_record";
    case PayloadFormat::schema_id:
        return "schema_id";
    }
    return "hex";
}

Payload payload_of(std::optional<ByteView> bytes, std::size_t text_bytes_max) {
    Payload payload;
    if (!bytes) return payload;
    payload.size = bytes->size();
    payload.format = PayloadFormat::empty;
    if (bytes->empty()) return payload;
    std::string_view text = as_text(*bytes);
    if (is_json_document(text)) {
        payload.format = PayloadFormat::json;
        set_text(payload, text, text_bytes_max);
    } else if (is_readable(text)) {
        payload.format = PayloadFormat::text;
        set_text(payload, text, text_bytes_max);
    } else if (auto number = number_in(*bytes)) {
        payload.format = PayloadFormat::number;
        payload.text = *std::move(number);
    } else if ((payload.schema_id = schema_id_of(*bytes))) {
        payload.format = PayloadFormat::schema_id;
        set_hex(payload, bytes->subspan(schema_prefix_size), text_bytes_max);
    } else {
        payload.format = PayloadFormat::hex;
        set_hex(payload, *bytes, text_bytes_max);
    }
    return payload;
}

Payload kafka_record_payload(std::string json, std::size_t size, std::size_t text_bytes_max) {
    Payload payload{.format = PayloadFormat::kafka_record, .size = size};
    set_text(payload, json, text_bytes_max);
    return payload;
}

data::Json to_json(const Payload& payload) {
    using data::Json;
    return Json::Object{
        {"format", name_of(payload.format)},
        {"text", payload.format == PayloadFormat::null ? Json() : Json(payload.text)},
        {"size", std::to_string(payload.size)},
        {"truncated", payload.is_truncated},
        {"schema_id", payload.schema_id ? Json(*payload.schema_id) : Json()},
    };
}

} // namespace riacho::browse
