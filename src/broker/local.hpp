#pragma once

#include "broker/config/broker_options.hpp"
#include "broker/group/coordinator.hpp"
#include "broker/metadata/image.hpp"
#include "broker/metrics/processor_use.hpp"
#include "broker/metrics/request_metrics.hpp"
#include "broker/metrics/traffic.hpp"
#include "broker/partition/partitions.hpp"
#include "broker/server/log_limiter.hpp"
#include "broker/server/memory_queue.hpp"
#include "io/group.hpp"

#include <memory>
#include <optional>
#include <set>
#include <utility>

namespace riacho::broker {

class Connection;

/// What one shard of the broker owns; touched on that shard only.
struct Local {
    Local(io::Shard& own, storage::Store& store, const BrokerOptions& start)
        : shard(own), options(start), partitions(own, image, store, options), memory(own), unpacking(own),
          stopping(own), work(std::in_place, own) {}

    /// Work that is still suspended is dropped where it stands. It may hold on to another shard's partitions
    /// and groups, and to the metadata, so every shard's goes before anything else of the broker does.
    void drop_work() { work.reset(); }
    /// The same for the work of groups, when all those are gone who wait for them.
    void drop_groups() { groups.reset(); }

    io::Shard&                        shard;
    Image                             image;
    BrokerOptions                     options; ///< with what was altered since the start
    Partitions                        partitions;
    std::unique_ptr<GroupCoordinator> groups;
    std::set<Connection*>             connections;
    MemoryQueue                       memory;     ///< connections that wait for it
    LogLimiter                        peer_lines; ///< what peers do wrong
    RequestMetrics                    requests;
    TopicTraffic                      traffic; ///< of its connections
    ProcessorUse                      processor;
    io::Mutex                         unpacking; ///< large batches are decompressed one at a time
    io::Event                         stopping;
    std::optional<io::Group>          work; ///< timers and connections
};

} // namespace riacho::broker
