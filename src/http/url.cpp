#include "http/url.hpp"

#include "http/fields.hpp"
#include "http/syntax.hpp"

#include <algorithm>

namespace riacho::http {
namespace {

std::uint16_t usual_port(Scheme scheme) { return scheme == Scheme::https ? 443 : 80; }

std::optional<io::Endpoint> endpoint_of(std::string_view authority, Scheme scheme) {
    bool        is_bracketed = authority.starts_with('[');
    std::size_t end = is_bracketed ? authority.find(']') : std::min(authority.find(':'), authority.size());
    if (end == std::string_view::npos || !std::ranges::all_of(authority, is_authority_char))
        return std::nullopt;
    io::Endpoint endpoint{std::string(authority.substr(is_bracketed ? 1 : 0, end - (is_bracketed ? 1 : 0))),
                          usual_port(scheme)};
    std::string_view rest = authority.substr(end + (is_bracketed ? 1 : 0));
    if (endpoint.host.empty()) return std::nullopt;
    if (rest.empty()) return endpoint;
    auto port = whole_number(rest.substr(1));
    if (!rest.starts_with(':') || !port || *port == 0 || *port > UINT16_MAX) return std::nullopt;
    endpoint.port = static_cast<std::uint16_t>(*port);
    return endpoint;
}

} // namespace

std::string Origin::host_text() const {
    if (endpoint.port != usual_port(scheme)) return endpoint.text();
    return endpoint.host.contains(':') ? "[" + endpoint.host + "]" : endpoint.host;
}

std::optional<Url> url_of(std::string_view text) {
    std::size_t colon = text.find("://");
    if (colon == std::string_view::npos) return std::nullopt;
    std::string_view name = text.substr(0, colon);
    Url              url;
    if (equals_ignoring_case(name, "https"))
        url.origin.scheme = Scheme::https;
    else if (!equals_ignoring_case(name, "http"))
        return std::nullopt;
    text.remove_prefix(colon + 3);
    std::size_t path = std::min(text.find_first_of("/?"), text.size());
    auto        endpoint = endpoint_of(text.substr(0, path), url.origin.scheme);
    if (!endpoint || !std::ranges::all_of(text.substr(path), is_target_char)) return std::nullopt;
    url.origin.endpoint = *std::move(endpoint);
    url.target = text.substr(path);
    if (!url.target.starts_with('/')) url.target.insert(0, "/");
    return url;
}

} // namespace riacho::http
