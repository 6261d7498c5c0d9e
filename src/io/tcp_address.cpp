#include "io/tcp_address.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>

namespace riacho::io {

Endpoint TcpAddress::endpoint() const {
    char text[INET6_ADDRSTRLEN] = "";
    if (family() == AF_INET) {
        auto* v4 = reinterpret_cast<const sockaddr_in*>(&bytes);
        inet_ntop(AF_INET, &v4->sin_addr, text, sizeof text);
        return {text, ntohs(v4->sin_port)};
    }
    if (family() != AF_INET6) return {};
    auto* v6 = reinterpret_cast<const sockaddr_in6*>(&bytes);
    if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) // an IPv4 peer of a listener on every address
        inet_ntop(AF_INET, &v6->sin6_addr.s6_addr[12], text, sizeof text);
    else
        inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof text);
    return {text, ntohs(v6->sin6_port)};
}

std::vector<TcpAddress> resolve(const Endpoint& at, Resolve what, AddressUse use) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = AI_NUMERICSERV;
    if (what == Resolve::numbers) wanted.ai_flags |= AI_NUMERICHOST;
    if (use == AddressUse::listen) wanted.ai_flags |= AI_PASSIVE;
    addrinfo*   found = nullptr;
    const char* host = at.host.empty() && use == AddressUse::listen ? "::" : at.host.c_str();
    if (getaddrinfo(host, std::to_string(at.port).c_str(), &wanted, &found) != 0) return {};
    std::vector<TcpAddress> addresses;
    for (const addrinfo* one = found; one; one = one->ai_next) {
        TcpAddress& address = addresses.emplace_back();
        std::memcpy(&address.bytes, one->ai_addr, one->ai_addrlen);
        address.size = one->ai_addrlen;
    }
    freeaddrinfo(found);
    return addresses;
}

StreamError stream_error(std::string_view operation, const Endpoint& at, int error_number) {
    auto reason = StreamError::Reason::failed;
    switch (error_number) {
    case ECONNRESET:
    case EPIPE:
    case ENOTCONN:
    case EBADF:
        reason = StreamError::Reason::closed;
        break;
    case ECONNREFUSED:
        reason = StreamError::Reason::refused;
        break;
    case ETIMEDOUT:
        reason = StreamError::Reason::timed_out;
        break;
    case EADDRINUSE:
        reason = StreamError::Reason::address_in_use;
        break;
    default:
        break;
    }
    return {reason, fmt::format("cannot {} {}: {}", operation, at.text(), strerrordesc_np(error_number))};
}

} // namespace riacho::io
