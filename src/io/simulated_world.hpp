#pragma once

#include "base/memory_budget.hpp"
#include "io/memory_network.hpp"
#include "io/simulated_disk.hpp"
#include "io/simulation.hpp"
#include "io/world.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace riacho::io {

struct SimulatedOptions {
    std::size_t          shards = 1;
    std::size_t          pool_threads = 2;
    std::size_t          memory_bytes = std::size_t{1} << 30;
    SimulatedDiskOptions disk = {};
    MemoryNetworkOptions network = {};
};

/// How a life of the process ends: `kill` leaves what was written, `power_cut` only what was synced and,
/// by chance, some of the rest.
enum class LifeEnd { power_cut, kill };

/// A Simulation with all that a World needs. For tests: `run` is how a test makes a call that waits.
///     SimulatedWorld world(seed, {.shards = 3});
///     world.run(some_task(world.world()));
/// Several lives: destroy what the old life owned after `power_off`, then `restart`.
class SimulatedWorld {
public:
    explicit SimulatedWorld(std::uint64_t seed = 1, SimulatedOptions options = {});
    SimulatedWorld(const SimulatedWorld&) = delete;
    SimulatedWorld& operator=(const SimulatedWorld&) = delete;

    World          world();
    Simulation&    simulation() { return simulation_; }
    Shard&         shard(std::size_t index = 0) { return *shards_[index]; }
    Shard&         flusher() { return flusher_; }
    Pool&          pool() { return pool_; }
    SimulatedDisk& disk() { return disk_; }
    MemoryNetwork& network() { return network_; }
    MemoryBudget&  memory() { return memory_; }
    /// A folder that is there, and durable.
    std::string folder() const { return "/data"; }

    /// Runs `task` on shard 0 to its end, and everything else that can run meanwhile. What the task throws
    /// comes out; it is an error that it does not end within `limit` of virtual time, or that the disk stops.
    void                 run(Task<> task, Time limit = std::chrono::hours(1));
    template <class T> T run(Task<T> task, Time limit = std::chrono::hours(1)) {
        std::optional<T> result;
        run(keep(std::move(task), result), limit);
        return std::move(*result);
    }
    /// For SimulatedDisk::stop_after: false when the disk stopped before the task ended. The power is then
    /// off, and `restart` begins the next life.
    bool run_or_crash(Task<> task, Time limit = std::chrono::hours(1));
    void run_for(Time span) { simulation_.run_for(span); }

    void power_off() { simulation_.power_off(); }
    void restart(LifeEnd end = LifeEnd::power_cut);

private:
    template <class T> static Task<> keep(Task<T> task, std::optional<T>& into) {
        into.emplace(co_await std::move(task));
    }
    static std::vector<Shard*> make_shards(Simulation& simulation, std::size_t count);

    Simulation          simulation_;
    std::vector<Shard*> shards_;
    Shard&              flusher_;
    Pool                pool_;
    SimulatedDisk       disk_;
    MemoryNetwork       network_;
    MemoryBudget        memory_;
};

} // namespace riacho::io
