#include "codec/base64.hpp"
#include "console/api.hpp"
#include "console/api_parts.hpp"
#include "console/console.hpp"
#include "kafka/batch/batch_builder.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <utility>

namespace riacho::console {
namespace {

using data::Json;
using http::Status;
using kafka::ErrorCode;

constexpr std::size_t headers_max = 1000;

/// A part of a message to produce: nothing for null.
OrProblem<std::optional<std::vector<std::byte>>> payload_in(const Json* json, std::string_view where) {
    if (!json || json->is_null()) return std::nullopt;
    TRY(Body members, Body::of(*json, where));
    TRY(auto text, members.text_if_there("text"));
    TRY(auto base, members.text_if_there("base64"));
    if (auto end = members.end(); !end) return std::unexpected(end.error());
    if (text.has_value() == base.has_value())
        return bad_request(fmt::format("{}: must be null, {{\"text\"}} or {{\"base64\"}}", where));
    if (text) {
        ByteView bytes = as_bytes(*text);
        return std::vector<std::byte>(bytes.begin(), bytes.end());
    }
    auto bytes = parse_base64(*base);
    if (!bytes) return bad_request(fmt::format("{}.base64: is no base64", where));
    return *std::move(bytes);
}

struct NewMessage {
    struct Header {
        std::string                           name;
        std::optional<std::vector<std::byte>> value;
    };
    std::optional<std::int64_t>           partition, timestamp;
    std::optional<std::vector<std::byte>> key, value;
    std::vector<Header>                   headers;
};

OrProblem<NewMessage> message_in(Body& body) {
    NewMessage message;
    TRY(message.partition, body.number_or_none("partition", 0, INT32_MAX));
    const Json* key = body.take("key");
    const Json* value = body.take("value");
    if (!key || !value) return bad_request("key and value: null where there is none");
    TRY(message.key, payload_in(key, "key"));
    TRY(message.value, payload_in(value, "value"));
    TRY(auto timestamp, body.text_or_none("timestamp"));
    if (timestamp) {
        auto number = data::Number::from_text(*timestamp);
        message.timestamp = number ? Json(*number).int64() : std::nullopt;
        if (!message.timestamp) return bad_request("timestamp: must be a whole number, as text");
    }
    if (const Json* headers = body.take("headers")) {
        if (!headers->array() || headers->array()->size() > headers_max)
            return bad_request(fmt::format("headers: must be a list of at most {}", headers_max));
        for (const Json& one : *headers->array()) {
            TRY(Body header, Body::of(one, "headers"));
            TRY(std::string name, header.text("name"));
            const Json* bytes = header.take("value");
            if (!bytes) return bad_request("headers.value: null where there is none");
            TRY(auto of_header, payload_in(bytes, "headers.value"));
            if (auto end = header.end(); !end) return std::unexpected(end.error());
            message.headers.push_back({std::move(name), std::move(of_header)});
        }
    }
    if (auto end = body.end(); !end) return std::unexpected(end.error());
    return message;
}

std::optional<ByteView> view_of(const std::optional<std::vector<std::byte>>& bytes) {
    return bytes ? std::optional(ByteView(*bytes)) : std::nullopt;
}

/// Kafka's murmur2 with its seed, of which the default partitioner of its Java client takes 31 bits.
std::uint32_t murmur2(ByteView bytes) {
    constexpr std::uint32_t multiplier = 0x5bd1e995;
    auto                    length = static_cast<std::uint32_t>(bytes.size());
    std::uint32_t           hash = 0x9747b28cu ^ length;
    auto                    at = [&](std::size_t i) { return std::to_integer<std::uint32_t>(bytes[i]); };
    std::size_t             i = 0;
    for (; i + 4 <= bytes.size(); i += 4) {
        std::uint32_t word = at(i) | at(i + 1) << 8 | at(i + 2) << 16 | at(i + 3) << 24;
        word *= multiplier;
        word ^= word >> 24;
        word *= multiplier;
        hash = hash * multiplier ^ word;
    }
    std::size_t left = bytes.size() - i;
    if (left == 3) hash ^= at(i + 2) << 16;
    if (left >= 2) hash ^= at(i + 1) << 8;
    if (left >= 1) hash = (hash ^ at(i)) * multiplier;
    hash ^= hash >> 13;
    hash *= multiplier;
    return hash ^ hash >> 15;
}

/// Without a partition: as the key says, or, without a key, the partition with the fewest messages.
std::int32_t partition_for(const NewMessage& message, const TopicPicture& topic) {
    if (message.partition) return static_cast<std::int32_t>(*message.partition);
    auto count = static_cast<std::uint32_t>(topic.partitions.size());
    if (message.key) return static_cast<std::int32_t>((murmur2(*message.key) & 0x7fffffff) % count);
    auto fewest = std::ranges::min_element(topic.partitions, {}, [](const PartitionPicture& partition) {
        return partition.end.value_or(0) - partition.start.value_or(0);
    });
    return fewest->index;
}

} // namespace

Task<OrProblem<Answer>> produce_message(Asked asked) {
    CO_TRY(Body body, co_await Body::of(asked.exchange));
    CO_TRY(NewMessage message, message_in(body));
    CO_TRY(auto picture, co_await asked.cluster().picture());
    CO_TRY(const TopicPicture* topic, topic_in(*picture, asked.topic()));
    std::int32_t                     partition = partition_for(message, *topic);
    Timestamp                        time{message.timestamp.value_or(asked.console.clock().wall().ms)};
    std::vector<kafka::RecordHeader> headers;
    for (const auto& header : message.headers) headers.push_back({header.name, view_of(header.value)});
    kafka::BatchBuilder builder({});
    builder.add({.timestamp = time,
                 .key = view_of(message.key),
                 .value = view_of(message.value),
                 .headers = headers});
    auto produced = co_await asked.cluster().admin().produce(topic->name, partition, builder.build());
    if (!produced) co_return std::unexpected(problem_of(produced.error()));
    if (produced->error_code != ErrorCode::none)
        co_return std::unexpected(problem_of(produced->error_code, produced->error_message.value_or("")));
    asked.cluster().forget();
    std::int64_t written = produced->log_append_time_ms >= 0 ? produced->log_append_time_ms : time.ms;
    co_return Answer{Json::Object{{"partition", partition},
                                  {"offset", int64_json(produced->base_offset)},
                                  {"timestamp", int64_json(written)}},
                     Status::created};
}

} // namespace riacho::console
