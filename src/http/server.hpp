#pragma once

#include "http/connection.hpp"
#include "http/router.hpp"
#include "io/event.hpp"
#include "io/group.hpp"
#include "io/tls_context.hpp"
#include "io/world.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace riacho::http {

/// For TlsServerOptions::protocols, the preferred one first.
std::vector<std::string> served_protocols();

/// Serves a router on one shard, for as many listeners as are given to it. All its limits are in its options;
/// whoever reaches one is slowed or refused, and nobody else.
class Server {
public:
    Server(const io::World& world, io::Shard& shard, Router router, ServerOptions options = {});
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Serves what `listener` accepts, until `stop`. On the shard. With `tls`, whose ALPN is
    /// `served_protocols()`, a client chooses HTTP/2 or HTTP/1.1 there; without, by its first bytes.
    void serve(std::unique_ptr<io::Listener> listener, std::optional<io::TlsContext> tls = {});
    /// No more connections; idle ones are closed, long streams are told to end, what is under way is
    /// answered, and at `deadline` cut off. On the shard. Afterwards nothing of the server runs.
    Task<> stop(Time deadline);

    std::size_t connections() const { return connections_.size(); }

private:
    struct Listed;
    struct Opening;
    struct Serving {
        std::unique_ptr<io::Listener> listener;
        std::optional<io::TlsContext> tls;
    };

    Task<> accept(Serving& serving);
    Task<> connection(std::unique_ptr<io::Stream> stream, const Serving& serving);
    Task<> secure_connection(std::unique_ptr<io::Stream> stream, const io::TlsContext& tls);
    Task<> serve_http1(std::unique_ptr<io::Stream> stream, Input input);
    Task<> serve_http2(std::unique_ptr<io::Stream> stream, Input input);
    Task<> turn_away(std::unique_ptr<io::Stream> stream);
    Task<> look_after();
    bool   make_room();

    Router                                router_;
    ServerOptions                         options_;
    MemoryBudget                          memory_;
    ServerPlace                           place_;
    std::vector<std::unique_ptr<Serving>> serving_;
    std::vector<Connection*>              connections_; ///< in the order of coming
    std::vector<io::Stream*>              opening_;     ///< TLS is not agreed on yet
    io::Event                             stopping_;
    io::Event                             moved_; ///< a connection ended
    io::Group                             work_;
};

} // namespace riacho::http
