#include "io/simulated_world.hpp"

#include "io/group.hpp"

#include <exception>
#include <stdexcept>

namespace riacho::io {
namespace {

Task<> keep_error(Task<> task, std::exception_ptr& error) {
    try {
        co_await std::move(task);
    } catch (...) { error = std::current_exception(); }
}

} // namespace

SimulatedWorld::SimulatedWorld(std::uint64_t seed, SimulatedOptions options)
    : simulation_(seed), shards_(make_shards(simulation_, options.shards)),
      flusher_(simulation_.make_shard()), pool_(make_shards(simulation_, options.pool_threads)),
      disk_(simulation_, options.disk), network_(simulation_, options.network),
      memory_("memory", options.memory_bytes) {
    disk_.put_folder(folder());
}

World SimulatedWorld::world() {
    return {.shards = shards_,
            .flusher = flusher_,
            .pool = pool_,
            .disk = disk_,
            .network = network_,
            .clock = simulation_.clock(),
            .random = simulation_.random(),
            .memory = memory_};
}

void SimulatedWorld::run(Task<> task, Time limit) {
    if (!run_or_crash(std::move(task), limit)) throw std::runtime_error("the simulated disk stopped");
}

bool SimulatedWorld::run_or_crash(Task<> task, Time limit) {
    std::exception_ptr error;
    Group              group(shard());
    group.spawn(keep_error(std::move(task), error));
    auto over = [&] { return group.is_idle() || disk_.crashed(); };
    bool ended = simulation_.run_until(over, simulation_.now() + limit);
    if (!group.is_idle()) power_off();
    if (!ended) throw std::runtime_error("the task did not end within its limit of virtual time");
    if (error) std::rethrow_exception(error);
    return group.is_idle();
}

void SimulatedWorld::restart(LifeEnd end) {
    if (simulation_.is_on()) power_off();
    if (end == LifeEnd::power_cut)
        disk_.power_cut();
    else
        disk_.kill();
    network_.reset();
    simulation_.power_on();
}

std::vector<Shard*> SimulatedWorld::make_shards(Simulation& simulation, std::size_t count) {
    std::vector<Shard*> shards;
    for (std::size_t i = 0; i < count; ++i) shards.push_back(&simulation.make_shard());
    return shards;
}

} // namespace riacho::io
