#pragma once

#include "base/outcome.hpp"
#include "io/stream.hpp"

#include <string_view>

namespace riacho::app {

enum class EndpointError { malformed };

/// Reads "HOST:PORT" and "[::1]:PORT", of something to listen on: port 0 is any that is free.
Outcome<io::Endpoint, EndpointError> parse_endpoint(std::string_view text);

} // namespace riacho::app
