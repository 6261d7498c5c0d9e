#include "io/memory_network.hpp"

#include "io/memory_connection.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace riacho::io {

using memory_network_detail::MemoryStream;

MemoryNetwork::MemoryNetwork(Simulation& simulation, MemoryNetworkOptions options)
    : simulation_(simulation), options_(options) {}

MemoryNetwork::~MemoryNetwork() = default;

std::unique_ptr<Listener> MemoryNetwork::listen(Shard& shard, Endpoint at) {
    bool any_port = at.port == 0;
    while (any_port && (at.port == 0 || listeners_.contains(at.text()))) at.port = ++free_port_;
    if (listeners_.contains(at.text()))
        throw StreamError(StreamError::Reason::address_in_use, at.text() + " is in use");
    auto listener = std::make_unique<MemoryListener>(*this, shard, at);
    listeners_[at.text()] = listener.get();
    return listener;
}

Task<std::unique_ptr<Stream>> MemoryNetwork::connect(Shard& shard, Endpoint to, Time deadline,
                                                     Cancellation* cancellation) {
    shard.check_here();
    std::uint64_t number = ++clients_;
    co_await shard.sleep_for(draw_delay());
    while (held_) {
        if (cancellation && cancellation->is_requested())
            throw StreamError(StreamError::Reason::closed, "connect to " + to.text() + " was given up");
        if (shard.now() >= deadline)
            throw StreamError(StreamError::Reason::timed_out, "no answer from " + to.text());
        co_await shard.sleep_until(std::min(deadline, shard.now() + std::chrono::milliseconds(1)));
    }
    auto listener = listeners_.find(to.text());
    if (listener == listeners_.end())
        throw StreamError(StreamError::Reason::refused, "nobody listens at " + to.text());
    Endpoint from{fmt::format("client-{}", number), static_cast<std::uint16_t>(40'000 + number % 20'000)};
    auto     connection = std::make_shared<Connection>(*this, from, to);
    connection->side(Connection::Who::client).belong_to(shard);
    std::erase_if(connections_, [](const auto& known) { return known->is_over(); });
    connections_.push_back(connection);
    listener->second->add(connection);
    co_await shard.sleep_for(draw_delay());
    co_return std::make_unique<MemoryStream>(std::move(connection), Connection::Who::client);
}

std::vector<std::string> MemoryNetwork::clients() const {
    std::vector<std::string> hosts;
    for (const auto& connection : connections_) {
        if (!connection->is_over()) hosts.push_back(connection->side(Connection::Who::client).at.host);
    }
    return hosts;
}

void MemoryNetwork::cut(std::string_view client) {
    for (auto& connection : connections_) {
        if (connection->side(Connection::Who::client).at.host == client) connection->cut();
    }
}

void MemoryNetwork::cut_all() {
    for (auto& connection : connections_) connection->cut();
}

void MemoryNetwork::half_close(std::string_view client) {
    for (auto& connection : connections_) {
        if (connection->side(Connection::Who::client).at.host == client)
            connection->end(Connection::Who::client);
    }
}

void MemoryNetwork::cut_after(std::uint64_t bytes) { cut_after_ = bytes; }

void MemoryNetwork::hold() { held_ = true; }

void MemoryNetwork::release() {
    held_ = false;
    for (auto& connection : connections_) connection->release();
}

void MemoryNetwork::end_writes(Stream& stream) { dynamic_cast<MemoryStream&>(stream).end_writes(); }

void MemoryNetwork::reset() {
    cut_all();
    connections_.clear();
    listeners_.clear();
    held_ = false;
    cut_after_ = 0;
}

Time MemoryNetwork::draw_delay() {
    return Time(simulation_.chance().between(static_cast<std::uint64_t>(options_.delay_min.count()),
                                             static_cast<std::uint64_t>(options_.delay_max.count())));
}

/// How many of `bytes` the network carries before a planned cut; fewer than all means: cut here.
std::size_t MemoryNetwork::count_carried(std::size_t bytes) {
    if (cut_after_ == 0) return bytes;
    if (bytes < cut_after_) {
        cut_after_ -= bytes;
        return bytes;
    }
    return static_cast<std::size_t>(std::exchange(cut_after_, 0));
}

} // namespace riacho::io
