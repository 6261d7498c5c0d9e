#pragma once

#include "harness.hpp"
#include "io/stream.hpp"
#include "kafka/wire/header.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace riacho::scenarios {

/// A connection that carries any bytes, sense or nonsense.
class RawPeer {
public:
    explicit RawPeer(Cluster& cluster)
        : cluster_(cluster), stream_(cluster.begin_outside(connected(cluster)).get()) {}

    void send(std::string_view bytes) {
        cluster_.begin_outside(Cluster::ended(written(*stream_, Bytes::copy_of(bytes), cluster_.now() + 30s)))
            .get();
    }
    template <class Request> void send(kafka::Version version, const Request& request) {
        std::string bytes;
        for (const Bytes& piece : kafka::request_frame(request, version, 7, "raw"))
            bytes += as_text(piece.view());
        send(bytes);
    }
    /// No more comes from this side, but it still reads.
    void end_writes() { io::MemoryNetwork::end_writes(*stream_); }

    /// The body of the next answer; nothing when the broker closed, or said nothing for `patience`.
    std::optional<Bytes> answer(Time patience = 5s) {
        return cluster_.begin_outside(read_frame(*stream_, cluster_.now() + patience)).get();
    }
    bool is_closed_by_broker() {
        return cluster_.begin_outside(is_at_end(*stream_, cluster_.now() + 5s)).get();
    }
    void close() { stream_->close(); }

private:
    static Task<std::unique_ptr<io::Stream>> connected(Cluster& cluster) {
        co_return co_await cluster.world().network().connect(cluster.waiter().clients(), cluster.address(),
                                                             cluster.now() + 30s);
    }
    static Task<> written(io::Stream& stream, Bytes bytes, Time deadline) {
        std::vector<ByteView> pieces{bytes.view()};
        try {
            co_await stream.write(std::move(pieces), deadline);
        } catch (const io::StreamError&) {} // the broker may close at any byte
    }
    static Task<bool> is_at_end(io::Stream& stream, Time deadline) {
        std::array<std::byte, 64> some{};
        try {
            while (co_await stream.read_some(some, deadline) > 0) {}
        } catch (const io::StreamError& error) {
            co_return error.reason() != io::StreamError::Reason::timed_out;
        }
        co_return true;
    }
    static Task<bool> read_exactly(io::Stream& stream, std::span<std::byte> into, Time deadline) {
        while (!into.empty()) {
            std::size_t got = co_await stream.read_some(into, deadline);
            if (got == 0) co_return false;
            into = into.subspan(got);
        }
        co_return true;
    }
    static Task<std::optional<Bytes>> read_frame(io::Stream& stream, Time deadline) {
        std::array<std::byte, 4> size{};
        try {
            if (!co_await read_exactly(stream, size, deadline)) co_return std::nullopt;
            auto body =
                std::make_shared<Buffer>(static_cast<std::size_t>(load_big<std::int32_t>(size.data())));
            if (!co_await read_exactly(stream, body->span(), deadline)) co_return std::nullopt;
            co_return Bytes(std::move(body));
        } catch (const io::StreamError&) { co_return std::nullopt; }
    }

    Cluster&                    cluster_;
    std::unique_ptr<io::Stream> stream_;
};

} // namespace riacho::scenarios
