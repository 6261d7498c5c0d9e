#pragma once

#include "client/queue.hpp"
#include "riacho/consumer.hpp"

#include <optional>

struct rd_kafka_topic_partition_list_s;

namespace riacho::client {

/// What an event of a consumer says; nothing for one that only librdkafka itself cares about.
std::optional<ConsumerEvent> consumer_event(rd_kafka_s* client, rd_kafka_op_s* event);

/// Null is an empty list.
std::vector<Position> positions_of(const rd_kafka_topic_partition_list_s* list);

} // namespace riacho::client
