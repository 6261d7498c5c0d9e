#pragma once

#include "base/clock.hpp"
#include "base/memory_budget.hpp"
#include "base/random.hpp"
#include "io/disk.hpp"
#include "io/pool.hpp"
#include "io/shard.hpp"
#include "io/stream.hpp"

#include <vector>

namespace riacho::io {

/// Everything outside the program, handed in: the real one is made by app/, the simulated one by a
/// Simulation. References outlive whoever gets a World.
struct World {
    std::vector<Shard*> shards;  ///< what serves: connections, partitions, groups
    Shard&              flusher; ///< writes and syncs the write-ahead log, and nothing else
    Pool&               pool;
    Disk&               disk;
    Network&            network;
    Clock&              clock;
    Random&             random;
    MemoryBudget&       memory;
};

} // namespace riacho::io
