#pragma once

#include "base/metrics_page.hpp"
#include "riacho/task.hpp"

namespace riacho::broker {

class Broker;

/// Everything that a broker counts, under the names that the usual rules of the JMX exporter give to Kafka's
/// own metrics; what Kafka has no name for begins with `riacho_`. On the first shard, after `start`.
Task<> write_metrics(Broker& broker, MetricsPage& page);

} // namespace riacho::broker
