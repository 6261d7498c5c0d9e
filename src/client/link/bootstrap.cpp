#include "client/link/bootstrap.hpp"

#include <charconv>
#include <fmt/format.h>

namespace riacho::client {
namespace {

constexpr std::uint16_t default_port = 9092;

Outcome<std::uint16_t, BootstrapError> parse_port(std::string_view text, std::string_view server) {
    std::uint16_t port = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size() || port == 0)
        return fail(BootstrapError::malformed, fmt::format("'{}' has no port between 1 and 65535", server));
    return port;
}

Outcome<io::Endpoint, BootstrapError> parse_server(std::string_view server) {
    std::string_view rest = server;
    if (auto scheme = rest.find("://"); scheme != std::string_view::npos) rest.remove_prefix(scheme + 3);
    bool bracketed = rest.starts_with('[');
    auto host_end = bracketed ? rest.find(']') : rest.rfind(':');
    auto host = rest.substr(bracketed ? 1 : 0, bracketed ? host_end - 1 : host_end);
    auto behind =
        host_end == std::string_view::npos ? std::string_view() : rest.substr(host_end + (bracketed ? 1 : 0));
    if (host.empty() || (bracketed && host_end == std::string_view::npos) ||
        (!bracketed && host.find(':') != std::string_view::npos))
        return fail(BootstrapError::malformed,
                    fmt::format("'{}' is not host:port or [address]:port", server));
    if (behind.empty()) return io::Endpoint{std::string(host), default_port};
    if (!behind.starts_with(':'))
        return fail(BootstrapError::malformed,
                    fmt::format("'{}' is not host:port or [address]:port", server));
    TRY(std::uint16_t port, parse_port(behind.substr(1), server));
    return io::Endpoint{std::string(host), port};
}

} // namespace

Outcome<std::vector<io::Endpoint>, BootstrapError> parse_bootstrap_servers(std::string_view text) {
    std::vector<io::Endpoint> servers;
    while (!text.empty()) {
        auto server = text.substr(0, text.find(','));
        text.remove_prefix(std::min(text.size(), server.size() + 1));
        while (server.starts_with(' ')) server.remove_prefix(1);
        while (server.ends_with(' ')) server.remove_suffix(1);
        if (server.empty()) continue;
        TRY(io::Endpoint endpoint, parse_server(server));
        servers.push_back(std::move(endpoint));
    }
    if (servers.empty()) return fail(BootstrapError::malformed, "no server is named");
    return servers;
}

} // namespace riacho::client
