#include "io/memory_connection.hpp"

#include <algorithm>
#include <cstring>

namespace riacho::io::memory_network_detail {

Connection::Connection(MemoryNetwork& network, Endpoint client, Endpoint server)
    : network_(network), name_(client.text()) {
    side(Who::client).at = std::move(client);
    side(Who::server).at = std::move(server);
}

Simulation& Connection::simulation() { return network_.simulation_; }

std::size_t Connection::send(Who who, ByteView bytes) {
    Pipe&       out = pipe(who);
    std::size_t room =
        network_.options_.buffer_bytes - std::min(network_.options_.buffer_bytes, out.held_bytes);
    bytes = bytes.first(std::min(room, bytes.size()));
    bool        planned_cut = network_.cut_after_ != 0;
    std::size_t carried = network_.count_carried(bytes.size());
    simulation().record(name_, out.written * 2 + static_cast<std::uint64_t>(who), bytes.first(carried));
    out.written += carried;
    for (ByteView left = bytes.first(carried); !left.empty();) {
        bool        whole = simulation().chance().between(0, 3) != 0;
        std::size_t size = whole ? left.size() : simulation().chance().between(1, left.size());
        add_chunk(who, left.first(size));
        left = left.subspan(size);
    }
    if (planned_cut && network_.cut_after_ == 0) break_off();
    return carried;
}

void Connection::end(Who who) {
    if (std::exchange(pipe(who).ended, true)) return;
    add_chunk(who, {});
}

void Connection::add_chunk(Who who, ByteView bytes) {
    Pipe& out = pipe(who);
    Time  arrives = Time::max();
    if (!network_.held_) {
        out.last_arrival = std::max(out.last_arrival, simulation().now() + network_.draw_delay());
        arrives = out.last_arrival;
    }
    out.chunks.push_back({arrives, {bytes.begin(), bytes.end()}});
    out.held_bytes += bytes.size();
    if (auto& readable = side(other(who)).readable) readable->set();
}

std::optional<Time> Connection::next_arrival(Who who) {
    Pipe& in = pipe(other(who));
    if (in.chunks.empty()) return std::nullopt;
    return in.chunks.front().arrives;
}

std::size_t Connection::arrived(Who who) {
    Time        now = simulation().now();
    std::size_t size = 0;
    for (const Pipe::Chunk& chunk : pipe(other(who)).chunks) {
        if (chunk.arrives > now) break;
        size += chunk.bytes.size() - chunk.taken;
    }
    return size;
}

bool Connection::has_ended(Who who) {
    const Pipe& in = pipe(other(who));
    return cut_ || (in.ended && !in.chunks.empty() && in.chunks.back().arrives <= simulation().now());
}

std::size_t Connection::receive(Who who, std::span<std::byte> into) {
    Pipe&       in = pipe(other(who));
    Time        now = simulation().now();
    std::size_t filled = 0;
    if (simulation().chance().between(0, 7) == 0)
        into = into.first(simulation().chance().between(1, into.size())); // a short read
    while (filled < into.size() && !in.chunks.empty()) {
        Pipe::Chunk& chunk = in.chunks.front();
        if (chunk.bytes.empty() || chunk.arrives > now) break; // the end stays, for every later read
        std::size_t size = std::min(into.size() - filled, chunk.bytes.size() - chunk.taken);
        std::memcpy(into.data() + filled, chunk.bytes.data() + chunk.taken, size);
        filled += size;
        chunk.taken += size;
        if (chunk.taken == chunk.bytes.size()) in.chunks.pop_front();
    }
    in.held_bytes -= filled;
    if (auto& writable = side(other(who)).writable; writable && filled) writable->set();
    return filled;
}

void Connection::cut() {
    for (Pipe& p : pipes_) p.chunks.clear();
    break_off();
}

void Connection::break_off() {
    cut_ = true;
    for (Side& s : sides_) s.wake();
}

void Connection::release() {
    for (Who who : {Who::client, Who::server}) {
        Pipe& out = pipe(who);
        for (Pipe::Chunk& chunk : out.chunks) {
            if (chunk.arrives != Time::max()) continue;
            out.last_arrival = std::max(out.last_arrival, simulation().now() + network_.draw_delay());
            chunk.arrives = out.last_arrival;
        }
        if (auto& readable = side(other(who)).readable) readable->set();
    }
}

Task<std::size_t> MemoryStream::read_some(std::span<std::byte> into, std::span<std::byte> more,
                                          Time deadline) {
    auto  connection = connection_;
    Side& mine = connection->side(who_);
    mine.shard->check_here();
    check(!into.empty(), "a read has room for at least one byte");
    for (;;) {
        auto arrives = connection->next_arrival(who_);
        if (!arrives || mine.closed) throw_if_over();
        Time now = mine.shard->now();
        if (arrives && *arrives <= now) {
            std::size_t count = connection->receive(who_, into);
            bool        has_rest = count == into.size() && !more.empty() && connection->arrived(who_) > 0;
            co_return has_rest ? count + connection->receive(who_, more) : count;
        }
        if (now >= deadline) throw StreamError(StreamError::Reason::timed_out, "nothing came in time");
        mine.readable->reset();
        co_await mine.readable->wait_until(std::min(deadline, arrives.value_or(Time::max())));
    }
}

Task<> MemoryStream::write(std::vector<ByteView> pieces, Time deadline) {
    auto  connection = connection_;
    Side& mine = connection->side(who_);
    mine.shard->check_here();
    for (ByteView piece : pieces) {
        while (!piece.empty()) {
            throw_if_over();
            bool gone = connection->side(Connection::other(who_)).closed || connection->pipe(who_).ended;
            if (gone) throw StreamError(StreamError::Reason::closed, "the peer has closed the connection");
            mine.writable->reset();
            std::size_t sent = connection->send(who_, piece);
            piece = piece.subspan(sent);
            if (piece.empty() || sent > 0) continue;
            if (mine.shard->now() >= deadline)
                throw StreamError(StreamError::Reason::timed_out, "the peer did not read in time");
            co_await mine.writable->wait_until(deadline);
        }
    }
    throw_if_over();
}

void MemoryStream::close() {
    Side& mine = connection_->side(who_);
    if (std::exchange(mine.closed, true)) return;
    connection_->end(who_);
    mine.wake();
    if (auto& writable = connection_->side(Connection::other(who_)).writable) writable->set();
}

void MemoryStream::throw_if_over() const {
    if (connection_->side(who_).closed)
        throw StreamError(StreamError::Reason::closed, "the connection is closed");
    if (connection_->is_cut()) throw StreamError(StreamError::Reason::closed, "the connection was reset");
}

Task<std::unique_ptr<Stream>> MemoryListener::accept(Shard& owner) {
    while (!closed_ && waiting_.empty()) {
        arrived_.reset();
        co_await arrived_.wait();
    }
    if (closed_) co_return nullptr;
    auto connection = std::move(waiting_.front());
    waiting_.pop_front();
    connection->side(Connection::Who::server).belong_to(owner);
    co_return std::make_unique<MemoryStream>(std::move(connection), Connection::Who::server);
}

void MemoryListener::close() {
    if (std::exchange(closed_, true)) return;
    auto found = network_->listeners_.find(at_.text());
    if (found != network_->listeners_.end() && found->second == this) network_->listeners_.erase(found);
    for (auto& connection : waiting_) connection->cut(); // nobody will ever serve them
    arrived_.set();
}

} // namespace riacho::io::memory_network_detail
