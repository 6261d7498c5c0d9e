#pragma once

#include "io/stream.hpp"

#include <string>
#include <sys/socket.h>
#include <vector>

namespace riacho::io {

/// An address as the system takes it.
struct TcpAddress {
    sockaddr_storage bytes{};
    socklen_t        size = sizeof(sockaddr_storage);

    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&bytes); }
    sockaddr*       get() { return reinterpret_cast<sockaddr*>(&bytes); }
    int             family() const { return bytes.ss_family; }
    Endpoint        endpoint() const;
};

enum class Resolve {
    numbers, ///< only what is an address already: never waits
    names    ///< may wait for a name server
};
enum class AddressUse { connect, listen };

/// The addresses of `at`, in the system's order of preference; none when it has none.
std::vector<TcpAddress> resolve(const Endpoint& at, Resolve what, AddressUse use);

/// The error that `error_number` is, on the way to or from `at`.
StreamError stream_error(std::string_view operation, const Endpoint& at, int error_number);

} // namespace riacho::io
