#pragma once

#include "base/ids.hpp"
#include "broker/partition/waker.hpp"
#include "io/stream.hpp"

#include <memory>
#include <string>

namespace riacho::broker {

/// Where clients are told to connect to, by the listener that they came in on.
struct ListenerOptions {
    std::string  name = "PLAINTEXT";
    io::Endpoint bind{"127.0.0.1", 9092};
    /// As advertised.listeners says; without a host, the local address of each connection's own socket.
    io::Endpoint advertised;
};

/// What is known of the peer of one connection.
struct Session {
    const ListenerOptions& listener;
    io::Endpoint           local; ///< of the connection's socket
    io::Endpoint           peer;
    std::string            client_id;
    std::string            software_name; ///< from ApiVersions v3+, empty before
    std::string            software_version;
    io::Mutex              numbering; ///< produces of one connection get their offsets in its order
    /// What the request under way waits on, on whichever shard, for the one who ends the connection.
    std::shared_ptr<Waker> waiting{};
    bool                   is_over = false;

    io::Endpoint advertised() const { return listener.advertised.host.empty() ? local : listener.advertised; }
};

} // namespace riacho::broker
