#pragma once

#include "io/stream.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace riacho::http {

enum class Scheme { http, https };

/// Whom to ask: connections are kept for each.
struct Origin {
    Scheme       scheme = Scheme::http;
    io::Endpoint endpoint;
    bool         operator==(const Origin&) const = default;
    /// As the field Host has it: without the scheme's own port.
    std::string host_text() const;
};

struct Url {
    Origin      origin;
    std::string target = "/"; ///< path and query, still encoded
};

/// "http://host:port/path?query" or https, with an IPv6 address in brackets. Nothing where it is none, has a
/// user in it or a fragment behind it.
std::optional<Url> url_of(std::string_view text);

} // namespace riacho::http
