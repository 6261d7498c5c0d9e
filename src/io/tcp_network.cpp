#include "io/tcp_network.hpp"

#include "io/tcp_stream.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>

namespace riacho::io {
namespace {

/// How long one address of several may take before the next is tried.
constexpr std::chrono::seconds connect_attempt_max{3};

Descriptor open_socket(const TcpAddress& address) {
    return Descriptor(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

/// A descriptor that listens at `address`, or none and errno.
Descriptor listen_at(const TcpAddress& address, int backlog) {
    int        on = 1;
    int        off = 0;
    Descriptor descriptor = open_socket(address);
    if (!descriptor.is_open()) return descriptor;
    ::setsockopt(descriptor.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address.family() == AF_INET6)
        ::setsockopt(descriptor.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (::bind(descriptor.get(), address.get(), address.size) == 0 &&
        ::listen(descriptor.get(), backlog) == 0)
        return descriptor;
    int error_number = errno;
    descriptor = Descriptor();
    errno = error_number;
    return descriptor;
}

/// What a name server's answer becomes; lives until both the one who asked and the resolver are done.
struct Lookup {
    explicit Lookup(ThreadShard& shard) : resolver(shard.context()), done(shard) {}

    boost::asio::ip::tcp::resolver resolver;
    Event                          done;
    std::vector<TcpAddress>        addresses;
};

Task<std::vector<TcpAddress>> look_up(ThreadShard& shard, Endpoint to, Time deadline,
                                      Cancellation* cancellation) {
    using boost::asio::ip::tcp;
    auto numbers = resolve(to, Resolve::numbers, AddressUse::connect);
    if (!numbers.empty()) co_return numbers;
    auto lookup = std::make_shared<Lookup>(shard);
    lookup->resolver.async_resolve(
        to.host, std::to_string(to.port),
        [lookup](const boost::system::error_code&, const tcp::resolver::results_type& results) {
            for (const auto& result : results) {
                TcpAddress&   address = lookup->addresses.emplace_back();
                tcp::endpoint endpoint = result.endpoint();
                std::memcpy(&address.bytes, endpoint.data(), endpoint.size());
                address.size = static_cast<socklen_t>(endpoint.size());
            }
            lookup->done.set();
        });
    Cancellation::Step step(cancellation, [lookup] { lookup->done.set(); });
    if (!co_await lookup->done.wait_until(deadline))
        throw StreamError(StreamError::Reason::timed_out, "no address for " + to.host + " in time");
    co_return lookup->addresses;
}

/// A connected stream, or what went wrong.
struct Attempt {
    std::unique_ptr<Stream> stream;
    int                     error_number = 0;
};

Task<Attempt> connect_to(ThreadShard& shard, TcpAddress address, Time deadline, Cancellation* cancellation) {
    Descriptor descriptor = open_socket(address);
    if (!descriptor.is_open()) co_return Attempt{nullptr, errno};
    bool done = ::connect(descriptor.get(), address.get(), address.size) == 0;
    if (!done && errno != EINPROGRESS) co_return Attempt{nullptr, errno};
    Socket             socket(shard, std::move(descriptor));
    Cancellation::Step step(cancellation, [&socket] { socket.close(); });
    if (!done && !co_await socket.ready(Socket::Direction::write).wait_until(deadline)) {
        socket.close();
        co_return Attempt{nullptr, ETIMEDOUT};
    }
    if (socket.is_closed()) co_return Attempt{nullptr, ECANCELED};
    int       error_number = 0;
    socklen_t size = sizeof error_number;
    ::getsockopt(socket.fd(), SOL_SOCKET, SO_ERROR, &error_number, &size);
    if (error_number == 0) co_return Attempt{make_tcp_stream(socket), 0};
    socket.close();
    co_return Attempt{nullptr, error_number};
}

} // namespace

std::unique_ptr<Listener> TcpNetwork::listen(Shard& shard, Endpoint at) {
    auto addresses = resolve(at, Resolve::names, AddressUse::listen);
    if (addresses.empty() ||
        (at.host.empty() && ::access("/proc/net/if_inet6", F_OK) != 0)) // a machine without IPv6
        addresses = resolve({"0.0.0.0", at.port}, Resolve::numbers, AddressUse::listen);
    int error_number = EADDRNOTAVAIL;
    for (const TcpAddress& address : addresses) {
        Descriptor descriptor = listen_at(address, options_.backlog);
        if (!descriptor.is_open()) {
            error_number = errno;
            continue;
        }
        TcpAddress bound;
        ::getsockname(descriptor.get(), bound.get(), &bound.size);
        return std::make_unique<TcpListener>(Socket(shard, std::move(descriptor)), bound.endpoint());
    }
    throw stream_error("listen at", at, error_number);
}

Task<std::unique_ptr<Stream>> TcpNetwork::connect(Shard& shard, Endpoint to, Time deadline,
                                                  Cancellation* cancellation) {
    auto& loop = dynamic_cast<ThreadShard&>(shard);
    loop.check_here();
    auto is_cancelled = [&] { return cancellation && cancellation->is_requested(); };
    auto addresses = co_await look_up(loop, to, deadline, cancellation);
    if (is_cancelled())
        throw StreamError(StreamError::Reason::closed, "connect to " + to.text() + " was given up");
    if (addresses.empty()) throw StreamError(StreamError::Reason::unresolved, "no address for " + to.host);
    int error_number = 0;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        Time until =
            i + 1 == addresses.size() ? deadline : std::min(deadline, loop.now() + connect_attempt_max);
        Attempt attempt = co_await connect_to(loop, addresses[i], until, cancellation);
        if (attempt.stream) co_return std::move(attempt.stream);
        error_number = attempt.error_number;
        if (loop.now() >= deadline || is_cancelled()) break;
    }
    throw stream_error("connect to", to, error_number);
}

} // namespace riacho::io
