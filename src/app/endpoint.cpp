#include "app/endpoint.hpp"

#include "base/option.hpp"

#include <fmt/format.h>
#include <string>

namespace riacho::app {

Outcome<io::Endpoint, EndpointError> parse_endpoint(std::string_view text) {
    std::size_t colon = text.rfind(':');
    auto        wrong = [&] {
        return fail(EndpointError::malformed, fmt::format("expected HOST:PORT, found '{}'", text));
    };
    if (colon == std::string_view::npos) return wrong();
    auto port = option_detail::parse_whole(text.substr(colon + 1), between(0, 65535));
    if (!port) return wrong();
    std::string_view host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    return io::Endpoint{std::string(host), static_cast<std::uint16_t>(*port)};
}

} // namespace riacho::app
