#pragma once

#include "kafka/messages/api_versions.hpp"

#include <string_view>

namespace riacho::console {

/// What a cluster seems to run: `redpanda`, `confluent` or `kafka`; empty where nothing gives it away. No
/// request asks for it, so this goes by habits: how Redpanda and Confluent Cloud write the ids of their
/// clusters, the APIs that Confluent Server numbers from 10000 on, and what only Kafka's own code has had any
/// use for, which is the feature metadata.version and, before that, the requests of its controller. A fork
/// that keeps these is taken for Kafka.
std::string_view kind_of(std::string_view cluster_id, const kafka::ApiVersionsResponse& versions);

} // namespace riacho::console
