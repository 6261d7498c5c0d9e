#pragma once

#include "io/real_clock.hpp"
#include "io/real_disk.hpp"
#include "io/tcp_network.hpp"
#include "io/thread_shard.hpp"
#include "io/world.hpp"

#include <memory>
#include <vector>

namespace riacho::io {

struct RealOptions {
    std::size_t shards = 1;
    std::size_t pool_threads = 2;
    std::size_t memory_bytes = std::size_t{1} << 30;
    TcpOptions  network = {};
};

/// The machine: threads, files, TCP, clock and chance. What runs on its threads has ended, or is never
/// resumed again, before it stops.
class RealWorld {
public:
    explicit RealWorld(RealOptions options = {});
    ~RealWorld();
    RealWorld(const RealWorld&) = delete;
    RealWorld& operator=(const RealWorld&) = delete;

    World        world();
    ThreadShard& shard(std::size_t index = 0) { return *shards_[index]; }
    ThreadShard& flusher() { return flusher_; }
    /// For what must not delay the shards: all services beside the broker.
    ThreadShard& services() { return services_; }
    /// Joins every thread. What they left suspended is destroyed by its owners afterwards, and before this.
    void stop();

private:
    using Threads = std::vector<std::unique_ptr<ThreadShard>>;
    Threads                    start(std::string_view name, std::size_t count, Urgency urgency);
    static std::vector<Shard*> pointers(const Threads& threads);

    RealClock    clock_;
    RealRandom   random_;
    RealDisk     disk_;
    TcpNetwork   network_;
    MemoryBudget memory_;
    Threads      shards_;
    ThreadShard  flusher_;
    ThreadShard  services_;
    Threads      pool_threads_;
    Pool         pool_;
};

} // namespace riacho::io
