#pragma once

#include "broker/config/broker_options.hpp"
#include "broker/group/coordinator.hpp"
#include "broker/metadata/image.hpp"
#include "broker/partition/partitions.hpp"
#include "io/group.hpp"

#include <memory>
#include <set>

namespace riacho::broker {

class Connection;

/// What one shard of the broker owns; touched on that shard only.
struct Local {
    Local(io::Shard& own, storage::Store& store, const BrokerOptions& options)
        : shard(own), partitions(own, image, store, options), stopping(own), work(own) {}

    io::Shard&                        shard;
    Image                             image;
    Partitions                        partitions;
    std::unique_ptr<GroupCoordinator> groups;
    std::set<Connection*>             connections;
    io::Event                         stopping;
    io::Group                         work; ///< timers and connections
};

} // namespace riacho::broker
