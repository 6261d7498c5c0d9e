#pragma once

#include "client/link/link.hpp"

namespace riacho::client {

enum class NotReady {
    not_yet, ///< may heal: nobody answers, or no leader or coordinator yet
    never,   ///< whoever answers is not a broker that this program can use
};

/// Asks one broker what every client asks first: ApiVersions, Metadata, and FindCoordinator for a group. The
/// failure says which of them failed, and why.
Task<Outcome<void, NotReady>> check_ready(io::Shard& shard, io::Network& network, LinkOptions options,
                                          Time deadline);

/// The same of any of `servers`, again and again until one is ready or the time is over.
Task<Outcome<void, NotReady>> wait_until_ready(io::Shard& shard, io::Network& network,
                                               std::vector<io::Endpoint> servers, Time deadline);

} // namespace riacho::client
