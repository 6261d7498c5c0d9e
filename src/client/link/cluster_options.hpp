#pragma once

#include "base/clock.hpp"
#include "client/link/security_settings.hpp"
#include "io/stream.hpp"

#include <vector>

namespace riacho::client {

/// Kafka's names for these are in the table of cluster_options.cpp.
struct ClusterOptions {
    std::vector<io::Endpoint> bootstrap;
    std::string               client_id = "riacho";
    Time                      call_timeout = std::chrono::seconds(60);    ///< one call, with all its tries
    Time                      request_timeout = std::chrono::seconds(30); ///< one try
    Time                      connect_timeout = std::chrono::seconds(10);
    Time                      retry_backoff = std::chrono::milliseconds(100);
    Time                      retry_backoff_max = std::chrono::seconds(1);
    Time                      reconnect_backoff = std::chrono::milliseconds(50);
    Time                      reconnect_backoff_max = std::chrono::seconds(1);
    Time                      metadata_max_age = std::chrono::minutes(5);
    std::size_t               in_flight_max = 100; ///< requests on one connection; more wait
    std::size_t               response_bytes_max = 100 * 1024 * 1024;
    std::size_t               cached_topics_max = 100'000;
};

/// Names that nobody here knows are left alone; a bad value of a known one is refused.
Outcome<ClusterOptions, SettingError> read_cluster_options(const Properties& properties);

} // namespace riacho::client
