#include "io/real_world.hpp"

#include <fmt/format.h>

namespace riacho::io {

RealWorld::RealWorld(RealOptions options)
    : network_(options.network), memory_("memory", options.memory_bytes),
      shards_(start("shard", options.shards, Urgency::prompt)), flusher_(clock_, "flusher"),
      services_(clock_, "services"), pool_threads_(start("pool", options.pool_threads, Urgency::patient)),
      pool_(pointers(pool_threads_)) {}

RealWorld::~RealWorld() { stop(); }

World RealWorld::world() {
    return {.shards = pointers(shards_),
            .flusher = flusher_,
            .pool = pool_,
            .disk = disk_,
            .network = network_,
            .clock = clock_,
            .random = random_,
            .memory = memory_};
}

/// Those that give work first, those that do it last.
void RealWorld::stop() {
    services_.stop();
    for (auto& thread : shards_) thread->stop();
    flusher_.stop();
    for (auto& thread : pool_threads_) thread->stop();
}

RealWorld::Threads RealWorld::start(std::string_view name, std::size_t count, Urgency urgency) {
    Threads threads;
    for (std::size_t i = 0; i < count; ++i)
        threads.push_back(std::make_unique<ThreadShard>(clock_, fmt::format("{}-{}", name, i), urgency));
    return threads;
}

std::vector<Shard*> RealWorld::pointers(const Threads& threads) {
    std::vector<Shard*> shards;
    for (const auto& thread : threads) shards.push_back(thread.get());
    return shards;
}

} // namespace riacho::io
