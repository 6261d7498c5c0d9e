#include "http/server.hpp"

#include "base/log.hpp"
#include "http/connection2.hpp"

#include <utility>

namespace riacho::http {
namespace {

constexpr log::Logger server_log{"http"};

constexpr Time look_every = std::chrono::seconds(1);
constexpr Time accept_pause = std::chrono::milliseconds(100); ///< after the system refused a connection
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

Server::Server(const io::World& world, io::Shard& shard, Router router, ServerOptions options)
    : router_(std::move(router)), options_(options), memory_("http", options.memory_bytes_max, &world.memory),
      place_{shard, world.clock, memory_, router_, options_}, stopping_(shard), moved_(shard), work_(shard) {
    work_.spawn(look_after());
}

Server::~Server() = default;

void Server::serve(std::unique_ptr<io::Listener> listener) {
    listeners_.push_back(std::move(listener));
    work_.spawn(accept(*listeners_.back()));
}

Task<> Server::accept(io::Listener& listener) {
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
        work_.spawn(has_room ? connection(std::move(stream)) : turn_away(std::move(stream)));
    }
}

/// The connection that is idle longest makes room for the next one.
bool Server::make_room() {
    if (connections_.size() < options_.connections_max) return true;
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

Task<> Server::connection(std::unique_ptr<io::Stream> stream) {
    auto memory = memory_.try_charge(Input::bytes);
    if (!memory) co_return co_await turn_away(std::move(stream));
    Connection1 first(place_, std::move(stream), Input(*std::move(memory)));
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
    for (const auto& listener : listeners_) listener->close();
    for (Connection* connection : connections_) connection->stop_gently();
    while (!connections_.empty() && place_.shard.now() < deadline) {
        moved_.reset();
        co_await moved_.wait_until(deadline);
    }
    for (Connection* connection : connections_) connection->close();
    co_await work_.join();
}

} // namespace riacho::http
