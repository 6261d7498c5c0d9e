#pragma once

#include <string_view>

namespace riacho::app {

/// True for every configuration of a Kafka 4.3 broker, whether we act on it or not.
bool is_kafka_name(std::string_view name);

} // namespace riacho::app
