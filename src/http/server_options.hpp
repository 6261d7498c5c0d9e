#pragma once

#include "base/clock.hpp"
#include "base/memory_budget.hpp"
#include "http/parser.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace riacho::io {
class Shard;
}

namespace riacho::http {

class Router;

/// The limits of a server and of each of its connections.
struct ServerOptions {
    std::size_t connections_max =
        1000; ///< the one that is idle longest makes room, or the new one is told 503
    ParserLimits  heads = {};
    std::uint64_t body_bytes_max = 16 << 20;   ///< of a request, where its route says nothing else
    std::size_t   memory_bytes_max = 64 << 20; ///< of all connections, and of bodies that are read whole
    Time          idle_max = std::chrono::seconds(75);      ///< between two requests
    Time          head_max = std::chrono::seconds(10);      ///< from a head's first byte to its last
    Time          body_wait_max = std::chrono::seconds(30); ///< between two pieces of a request's body
    Time          write_max = std::chrono::seconds(30);     ///< and a second more for each 64 KiB
    std::uint64_t unread_bytes_max = 256
                                     << 10;    ///< of a body that its handler left, read for the next request
    Time linger_max = std::chrono::seconds(1); ///< for a peer that still sends to read a last answer
};

/// Where a server lives, and what its connections share.
struct ServerPlace {
    io::Shard&           shard;
    Clock&               clock;
    MemoryBudget&        memory;
    const Router&        router;
    const ServerOptions& options;
};

} // namespace riacho::http
