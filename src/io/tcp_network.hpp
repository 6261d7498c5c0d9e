#pragma once

#include "io/stream.hpp"

namespace riacho::io {

struct TcpOptions {
    int backlog = 1024; ///< connections that the system keeps until they are accepted
};

/// TCP over IPv4 and IPv6, for ThreadShards. A host is an address or a name; to listen, "" and "::" are
/// every address of the machine, "0.0.0.0" every one of IPv4. Connections send small writes at once
/// (TCP_NODELAY).
class TcpNetwork final : public Network {
public:
    explicit TcpNetwork(TcpOptions options = {}) : options_(options) {}

    std::unique_ptr<Listener> listen(Shard& shard, Endpoint at) override;
    using Network::connect;
    Task<std::unique_ptr<Stream>> connect(Shard& shard, Endpoint to, Time deadline,
                                          Cancellation* cancellation) override;

private:
    TcpOptions options_;
};

} // namespace riacho::io
