#include "http/server.hpp"

#include "base/log.hpp"
#include "http/connection2.hpp"
#include "io/tls_stream.hpp"

#include <utility>

namespace riacho::http {
namespace {

constexpr log::Logger server_log{"http"};

constexpr Time look_every = std::chrono::seconds(1);
constexpr Time accept_pause = std::chrono::milliseconds(100); ///< after the system refused a connection
constexpr std::size_t tls_bytes = 64 << 10;                   ///< of the library's state for one connection

constexpr Time turned_away_max = std::chrono::seconds(1);

constexpr std::string_view busy = "HTTP/1.1 503 Service Unavailable\r\n"
                                  "Content-Length: 0\r\nRetry-After: 1\r\nConnection: close\r\n\r\n";

} // namespace

/// A connection is in the server's list while it is served.
struct Server::Listed {
    Server&     server;
    Connection& connection;
    Listed(Server& of, Connection& listed) : server(of), connection(listed) {
        server.connections_.push_back(&connection);
        if (server.stopping_.is_set()) connection.stop_gently();
    }
    Listed(const Listed&) = delete;
    Listed& operator=(const Listed&) = delete;
    ~Listed() {
        std::erase(server.connections_, &connection);
        server.moved_.set();
    }
};

/// A stream is in the server's other list while it shakes hands.
struct Server::Opening {
    Server&     server;
    io::Stream* stream;
    Opening(Server& of, io::Stream& opened) : server(of), stream(&opened) {
        server.opening_.push_back(stream);
    }
    Opening(const Opening&) = delete;
    Opening& operator=(const Opening&) = delete;
    ~Opening() { std::erase(server.opening_, stream); }
};

Server::Server(const io::World& world, io::Shard& shard, Router router, ServerOptions options)
    : router_(std::move(router)), options_(options), memory_("http", options.memory_bytes_max, &world.memory),
      place_{shard, world.clock, memory_, router_, options_}, stopping_(shard), moved_(shard), work_(shard) {
    work_.spawn(look_after());
}

Server::~Server() = default;

std::vector<std::string> served_protocols() { return {"h2", "http/1.1"}; }

void Server::serve(std::unique_ptr<io::Listener> listener, std::optional<io::TlsContext> tls) {
    serving_.push_back(std::make_unique<Serving>(std::move(listener), std::move(tls)));
    work_.spawn(accept(*serving_.back()));
}

Task<> Server::accept(Serving& serving) {
    io::Listener& listener = *serving.listener;
    while (!stopping_.is_set()) {
        std::unique_ptr<io::Stream> stream;
        bool                        must_pause = false;
        try {
            stream = co_await listener.accept(place_.shard);
            if (!stream) co_return;
        } catch (const io::StreamError& error) {
            server_log.warn("{} cannot accept: {}", listener.local().text(), error.what());
            must_pause = true;
        }
        if (must_pause) {
            co_await stopping_.wait_until(place_.shard.now() + accept_pause);
            continue;
        }
        bool has_room = make_room();
        co_await place_.shard
            .enter(); // who makes room leaves; a flood of connections gives others their turn
        work_.spawn(has_room ? connection(std::move(stream), serving) : turn_away(std::move(stream)));
    }
}

/// The connection that is idle longest makes room for the next one.
bool Server::make_room() {
    if (connections_.size() + opening_.size() < options_.connections_max) return true;
    Connection*         oldest = nullptr;
    std::optional<Time> since;
    for (Connection* candidate : connections_) {
        auto idle = candidate->idle_since();
        if (!idle || (since && *since <= *idle)) continue;
        oldest = candidate;
        since = idle;
    }
    if (oldest) oldest->close();
    return oldest != nullptr;
}

Task<> Server::turn_away(std::unique_ptr<io::Stream> stream) {
    try {
        co_await stream->write({as_bytes(busy)}, place_.shard.now() + turned_away_max);
    } catch (const io::StreamError&) {} // it has left by itself
    stream->close();
}

Task<> Server::connection(std::unique_ptr<io::Stream> stream, const Serving& serving) {
    if (serving.tls) co_return co_await secure_connection(std::move(stream), *serving.tls);
    auto memory = memory_.try_charge(Input::bytes);
    if (!memory) co_return co_await turn_away(std::move(stream));
    co_await serve_http1(std::move(stream), Input(*std::move(memory)));
}

/// Shakes hands, which a stop may cut off.
Task<> Server::secure_connection(std::unique_ptr<io::Stream> stream, const io::TlsContext& tls) {
    std::string peer = stream->peer().text();
    auto        memory = memory_.try_charge(Input::bytes + tls_bytes);
    if (!memory || stopping_.is_set()) co_return stream->close();
    std::unique_ptr<io::TlsStream> secure;
    try {
        Opening opening(*this, *stream);
        Time    deadline = place_.shard.now() + options_.head_max;
        secure = co_await io::TlsStream::open(place_.shard, std::move(stream), tls, "", deadline);
    } catch (const io::StreamError& error) {
        server_log.debug("no TLS with {}: {}", peer, error.what());
        co_return;
    }
    bool  is_http2 = secure->protocol() == "h2";
    Input input(*std::move(memory));
    if (is_http2)
        co_await serve_http2(std::move(secure), std::move(input));
    else
        co_await serve_http1(std::move(secure), std::move(input));
}

Task<> Server::serve_http1(std::unique_ptr<io::Stream> stream, Input input) {
    Connection1 first(place_, std::move(stream), std::move(input));
    {
        Listed listed(*this, first);
        co_await first.serve();
    }
    if (first.speaks_http2()) co_await serve_http2(first.take_stream(), first.take_input());
}

Task<> Server::serve_http2(std::unique_ptr<io::Stream> stream, Input input) {
    auto memory = memory_.try_charge(Connection2::held_bytes);
    if (!memory) co_return stream->close();
    Connection2 connection(place_, std::move(stream), std::move(input), *std::move(memory));
    Listed      listed(*this, connection);
    co_await connection.serve();
}

Task<> Server::look_after() {
    while (!co_await stopping_.wait_until(place_.shard.now() + look_every))
        for (Connection* connection : connections_) connection->look_after(place_.shard.now());
}

Task<> Server::stop(Time deadline) {
    stopping_.set();
    for (const auto& serving : serving_) serving->listener->close();
    for (io::Stream* opening : opening_) opening->close();
    for (Connection* connection : connections_) connection->stop_gently();
    while (!connections_.empty() && place_.shard.now() < deadline) {
        moved_.reset();
        co_await moved_.wait_until(deadline);
    }
    for (Connection* connection : connections_) connection->close();
    co_await work_.join();
}

} // namespace riacho::http
