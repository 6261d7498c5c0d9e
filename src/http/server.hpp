#pragma once

#include "http/connection.hpp"
#include "http/router.hpp"
#include "io/event.hpp"
#include "io/group.hpp"
#include "io/world.hpp"

#include <memory>
#include <vector>

namespace riacho::http {

/// Serves a router on one shard, for as many listeners as are given to it. All its limits are in its options;
/// whoever reaches one is slowed or refused, and nobody else.
class Server {
public:
    Server(const io::World& world, io::Shard& shard, Router router, ServerOptions options = {});
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Serves what `listener` accepts, until `stop`. On the shard.
    void serve(std::unique_ptr<io::Listener> listener);
    /// No more connections; idle ones are closed, long streams are told to end, what is under way is
    /// answered, and at `deadline` cut off. On the shard. Afterwards nothing of the server runs.
    Task<> stop(Time deadline);

    std::size_t connections() const { return connections_.size(); }

private:
    struct Listed;

    Task<> accept(io::Listener& listener);
    Task<> connection(std::unique_ptr<io::Stream> stream);
    Task<> serve_http2(std::unique_ptr<io::Stream> stream, Input input);
    Task<> turn_away(std::unique_ptr<io::Stream> stream);
    Task<> look_after();
    bool   make_room();

    Router                                     router_;
    ServerOptions                              options_;
    MemoryBudget                               memory_;
    ServerPlace                                place_;
    std::vector<std::unique_ptr<io::Listener>> listeners_;
    std::vector<Connection*>                   connections_; ///< in the order of coming
    io::Event                                  stopping_;
    io::Event                                  moved_; ///< a connection ended
    io::Group                                  work_;
};

} // namespace riacho::http
