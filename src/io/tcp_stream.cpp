#include "io/tcp_stream.hpp"

#include "io/gather_list.hpp"

#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>

namespace riacho::io {
namespace {

void throw_closed(const Socket& socket, const Endpoint& peer) {
    if (socket.is_closed())
        throw StreamError(StreamError::Reason::closed, "the connection to " + peer.text() + " is closed");
}

void throw_late(const Socket& socket, const Endpoint& peer, Time deadline) {
    if (socket.shard().now() >= deadline)
        throw StreamError(StreamError::Reason::timed_out, peer.text() + " did not do its part in time");
}

/// Errors of a connection that was gone before it was accepted: the next one is not to blame.
bool is_of_one_connection(int error_number) {
    switch (error_number) {
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENOPROTOOPT:
    case EOPNOTSUPP:
    case ENONET:
        return true;
    default:
        return false;
    }
}

} // namespace

Task<std::size_t> TcpStream::read_some(std::span<std::byte> into, std::span<std::byte> more, Time deadline) {
    check(!into.empty(), "a read has room for at least one byte");
    Socket socket = socket_; // outlives the stream, should that be destroyed while the read ends
    iovec  parts[2] = {{into.data(), into.size()}, {more.data(), more.size()}};
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = more.empty() ? 1 : 2;
    for (;;) {
        throw_closed(socket, peer_);
        ssize_t got = ::recvmsg(socket.fd(), &message, MSG_DONTWAIT);
        if (got >= 0) co_return static_cast<std::size_t>(got);
        if (errno == EINTR) continue;
        if (errno != EAGAIN) throw stream_error("read from", peer_, errno);
        throw_late(socket, peer_, deadline);
        co_await socket.ready(Socket::Direction::read).wait_until(deadline);
    }
}

std::size_t TcpStream::available() const {
    int count = 0;
    if (socket_.is_closed() || ::ioctl(socket_.fd(), FIONREAD, &count) != 0) return 0;
    return static_cast<std::size_t>(count);
}

bool TcpStream::is_abandoned() const {
    if (socket_.is_closed()) return true;
    pollfd look{socket_.fd(), POLLRDHUP, 0};
    return ::poll(&look, 1, 0) > 0;
}

Task<> TcpStream::write(std::vector<ByteView> pieces, Time deadline) {
    Socket     socket = socket_;
    GatherList list(pieces);
    while (!list.is_empty()) {
        throw_closed(socket, peer_);
        auto   part = list.next();
        msghdr message{};
        message.msg_iov = const_cast<iovec*>(part.data());
        message.msg_iovlen = part.size();
        ssize_t put = ::sendmsg(socket.fd(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (put >= 0) {
            list.consume(static_cast<std::size_t>(put));
            continue;
        }
        if (errno == EINTR) continue;
        if (errno != EAGAIN) throw stream_error("write to", peer_, errno);
        throw_late(socket, peer_, deadline);
        co_await socket.ready(Socket::Direction::write).wait_until(deadline);
    }
}

Task<std::unique_ptr<Stream>> TcpListener::accept(Shard& owner) {
    Socket socket = socket_;
    while (!socket.is_closed()) {
        Descriptor accepted(::accept4(socket.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (accepted.is_open()) co_return make_tcp_stream(Socket(owner, std::move(accepted)));
        if (is_of_one_connection(errno)) continue;
        if (errno != EAGAIN) throw stream_error("accept at", at_, errno);
        co_await socket.ready(Socket::Direction::read).wait();
    }
    co_return nullptr;
}

std::unique_ptr<Stream> make_tcp_stream(Socket socket) {
    int on = 1;
    ::setsockopt(socket.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    TcpAddress local;
    TcpAddress peer;
    ::getsockname(socket.fd(), local.get(), &local.size);
    ::getpeername(socket.fd(), peer.get(), &peer.size);
    return std::make_unique<TcpStream>(std::move(socket), local.endpoint(), peer.endpoint());
}

} // namespace riacho::io
