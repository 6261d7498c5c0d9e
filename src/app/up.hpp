#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace riacho::app {

/// The flags of `riacho up`, as they were given.
struct UpOptions {
    std::vector<std::string> only; ///< names of services; empty: all there are
    std::string              data; ///< empty: the default folder
    bool                     is_ephemeral = false;
    std::string              bind; ///< empty: loopback
    std::vector<std::string> advertise;
    std::uint32_t            port_offset = 0;
    std::string              config; ///< a properties file
    std::vector<std::string> set;
    bool                     accepts_data_loss = false; ///< goes on where the disk lost something
    bool                     merges_stranded = false;   ///< brings back partitions that went offline
    bool                     waits = false;             ///< says "ready" only once a client would agree
};

/// Runs the services in the foreground until SIGINT or SIGTERM. Gives the exit code: 0, 1 when something is
/// in the way, 2 when it is used wrongly; one line on stderr says what and what to do.
int up(const UpOptions& options);

} // namespace riacho::app
