#include "browse/message.hpp"

#include "browse/internal_topics.hpp"
#include "browse/time_text.hpp"
#include "data/utf8.hpp"

#include <utility>

namespace riacho::browse {
namespace {

using data::Json;

/// `part` of `from`, at the same place in `to`.
ByteView moved(ByteView part, ByteView from, ByteView to) {
    return to.subspan(static_cast<std::size_t>(part.data() - from.data()), part.size());
}

void append_csv_cell(std::string& out, const Payload& payload, std::string_view text) {
    if (payload.format == PayloadFormat::null) return;
    constexpr std::string_view runs = "=+-@\t\r\n", quoted = ",;\"\r\n \t"; // ; parts cells in many languages
    bool is_run = payload.format != PayloadFormat::number && !text.empty() && runs.contains(text.front());
    bool is_quoted = text.empty() || is_run || text.find_first_of(quoted) != text.npos;
    if (!is_quoted) return void(out += text);
    out += is_run ? "\"'" : "\"";
    for (char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    out += '"';
}

} // namespace

FoundRecord::FoundRecord(PartitionIndex partition, kafka::TimestampType type, const kafka::Record& record)
    : partition_(partition), type_(type), bytes_(Bytes::copy_of(record.bytes)), record_(record) {
    record_.bytes = bytes_.view();
    if (record.key) record_.key = moved(*record.key, record.bytes, bytes_.view());
    if (record.value) record_.value = moved(*record.value, record.bytes, bytes_.view());
    record_.header_bytes = moved(record.header_bytes, record.bytes, bytes_.view());
}

Message message_of(std::string_view topic, const FoundRecord& found, std::size_t text_bytes_max) {
    const kafka::Record& record = found.record();
    Message              message{.partition = found.partition(),
                                 .offset = record.offset,
                                 .timestamp = record.timestamp,
                                 .timestamp_type = found.timestamp_type(),
                                 .key = {},
                                 .value = {},
                                 .headers = {}};
    auto                 shown = [&](std::optional<std::string> internal, std::optional<ByteView> bytes) {
        if (internal)
            return kafka_record_payload(*std::move(internal), bytes ? bytes->size() : 0, text_bytes_max);
        return payload_of(bytes, text_bytes_max);
    };
    InternalRecord internal = internal_record(topic, record);
    message.key = shown(std::move(internal.key), record.key);
    message.value = shown(std::move(internal.value), record.value);
    auto headers = record.headers();
    while (auto header = headers.next())
        message.headers.push_back(
            {data::repaired_utf8(header->key), payload_of(header->value, text_bytes_max)});
    return message;
}

data::Json to_json(const Message& message) {
    Json::Array headers;
    for (const MessageHeader& header : message.headers)
        headers.push_back(Json::Object{{"name", header.name}, {"value", to_json(header.value)}});
    bool        has_time = message.timestamp.ms >= 0;
    bool        is_append = message.timestamp_type == kafka::TimestampType::log_append_time;
    const char* type = !has_time ? "none" : is_append ? "append" : "create";
    return Json::Object{
        {"partition", static_cast<std::int32_t>(message.partition)},
        {"offset", std::to_string(message.offset.value)},
        {"timestamp", has_time ? Json(std::to_string(message.timestamp.ms)) : Json()},
        {"timestamp_type", type},
        {"key", to_json(message.key)},
        {"value", to_json(message.value)},
        {"headers", std::move(headers)},
    };
}

void append_json_line(std::string& out, const Message& message) {
    data::append_json(out, to_json(message));
    out += '\n';
}

void append_csv_names(std::string& out) { out += "partition,offset,timestamp,key,value,headers\r\n"; }

void append_csv_line(std::string& out, const Message& message) {
    out += std::to_string(static_cast<std::int32_t>(message.partition)) + ',';
    out += std::to_string(message.offset.value) + ',';
    if (message.timestamp.ms >= 0) out += time_text(message.timestamp);
    out += ',';
    append_csv_cell(out, message.key, message.key.text);
    out += ',';
    append_csv_cell(out, message.value, message.value.text);
    out += ',';
    Json::Array headers;
    for (const MessageHeader& header : message.headers) {
        bool is_null = header.value.format == PayloadFormat::null;
        headers.push_back(
            Json::Object{{"name", header.name}, {"value", is_null ? Json() : Json(header.value.text)}});
    }
    append_csv_cell(out, {.format = PayloadFormat::json}, data::write_json(headers));
    out += "\r\n";
}

} // namespace riacho::browse
