#include "client/consumer_events.hpp"

#include <librdkafka/rdkafka.h>

namespace riacho::client {
namespace {

std::optional<std::string> bytes_of(const void* data, std::size_t size) {
    if (!data) return std::nullopt;
    return std::string(static_cast<const char*>(data), size);
}

std::vector<Header> headers_of(const rd_kafka_message_t* message) {
    std::vector<Header> headers;
    rd_kafka_headers_t* list = nullptr;
    if (rd_kafka_message_headers(message, &list) != RD_KAFKA_RESP_ERR_NO_ERROR) return headers;
    headers.reserve(rd_kafka_header_cnt(list));
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0; !rd_kafka_header_get_all(list, i, &name, &value, &size); ++i)
        headers.push_back({name, bytes_of(value, size)});
    return headers;
}

Message message_of(const rd_kafka_message_t* message) {
    rd_kafka_timestamp_type_t type{};
    return {.at = {rd_kafka_topic_name(message->rkt), message->partition, message->offset, {}},
            .key = bytes_of(message->key, message->key_len),
            .value = bytes_of(message->payload, message->len),
            .headers = headers_of(message),
            .timestamp_ms = rd_kafka_message_timestamp(message, &type)};
}

Position position_of(const rd_kafka_topic_partition_t& partition) {
    Position position{partition.topic, partition.partition, partition.offset, {}};
    if (partition.err != RD_KAFKA_RESP_ERR_NO_ERROR) position.error = error_with(partition.err);
    return position;
}

std::optional<ConsumerEvent> end_of_partition(rd_kafka_event_t* event) {
    rd_kafka_topic_partition_t* partition = rd_kafka_event_topic_partition(event);
    if (!partition) return std::nullopt;
    PartitionEnd end{position_of(*partition)};
    rd_kafka_topic_partition_destroy(partition);
    return end;
}

OffsetsCommitted committed_by(rd_kafka_event_t* event) {
    OffsetsCommitted committed{positions_of(rd_kafka_event_topic_partition_list(event)), std::nullopt};
    if (auto code = rd_kafka_event_error(event); code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        const char* detail = rd_kafka_event_error_string(event);
        committed.error = error_with(code, detail ? detail : "");
    }
    return committed;
}

} // namespace

std::optional<ConsumerEvent> consumer_event(rd_kafka_s* client, rd_kafka_op_s* event) {
    switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_FETCH:
        if (const auto* message = rd_kafka_event_message_next(event)) return message_of(message);
        return std::nullopt;
    case RD_KAFKA_EVENT_ERROR:
        if (rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__PARTITION_EOF) return end_of_partition(event);
        return error_of(client, event);
    case RD_KAFKA_EVENT_OFFSET_COMMIT:
        return committed_by(event);
    case RD_KAFKA_EVENT_STATS:
        return Statistics{rd_kafka_event_stats(event)};
    default:
        return std::nullopt;
    }
}

std::vector<Position> positions_of(const rd_kafka_topic_partition_list_s* list) {
    std::vector<Position> positions;
    for (int i = 0; list && i < list->cnt; ++i) positions.push_back(position_of(list->elems[i]));
    return positions;
}

} // namespace riacho::client
