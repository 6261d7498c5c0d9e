#pragma once

#include "io/socket.hpp"
#include "io/stream.hpp"
#include "io/tcp_address.hpp"

namespace riacho::io {

/// A TCP connection.
class TcpStream final : public Stream {
public:
    TcpStream(Socket socket, Endpoint local, Endpoint peer)
        : socket_(std::move(socket)), local_(std::move(local)), peer_(std::move(peer)) {}
    ~TcpStream() override { close(); }

    using Stream::read_some;
    Task<std::size_t> read_some(std::span<std::byte> into, std::span<std::byte> more, Time deadline) override;
    Task<>            write(std::vector<ByteView> pieces, Time deadline) override;
    std::size_t       available() const override;
    bool              is_abandoned() const override;
    void              close() override { socket_.close(); }
    Endpoint          local() const override { return local_; }
    Endpoint          peer() const override { return peer_; }

private:
    Socket   socket_;
    Endpoint local_;
    Endpoint peer_;
};

class TcpListener final : public Listener {
public:
    TcpListener(Socket socket, Endpoint at) : socket_(std::move(socket)), at_(std::move(at)) {}
    ~TcpListener() override { close(); }

    Task<std::unique_ptr<Stream>> accept(Shard& owner) override;
    void                          close() override { socket_.close(); }
    Endpoint                      local() const override { return at_; }

private:
    Socket   socket_;
    Endpoint at_;
};

/// The stream of a connected descriptor.
std::unique_ptr<Stream> make_tcp_stream(Socket socket);

} // namespace riacho::io
