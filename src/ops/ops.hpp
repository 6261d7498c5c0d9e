#pragma once

#include "base/metrics_page.hpp"
#include "http/router.hpp"
#include "riacho/task.hpp"

#include <functional>
#include <string>
#include <vector>

namespace riacho::ops {

/// Whether one service can be used.
struct Readiness {
    std::string service;
    /// Why not; empty where it can.
    std::string problem = {};
};

/// What is asked of the program around it, on the shard of the server.
struct Sources {
    /// Adds families of metrics to the page; each is called for every page.
    std::vector<std::function<Task<>(MetricsPage&)>> metrics;
    std::function<Task<std::vector<Readiness>>()>    readiness;
};

/// For those who watch: /metrics (Prometheus' text format), /ready (200 once every service can be used, else
/// 503; a line for each) and /live (200 as long as the program answers). `sources` outlives the router.
http::Router make_router(const Sources& sources);

/// What the process itself takes, under the names that Prometheus' own clients use. From /proc.
void write_process_metrics(MetricsPage& page);

} // namespace riacho::ops
