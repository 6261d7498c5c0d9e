#pragma once

#include "base/outcome.hpp"
#include "io/stream.hpp"

#include <string_view>
#include <vector>

namespace riacho::client {

enum class BootstrapError { malformed };

/// Reads `bootstrap.servers`: "host", "host:port", "[v6]:port", separated by commas, each perhaps behind
/// "PLAINTEXT://". The port is 9092 where none is said.
Outcome<std::vector<io::Endpoint>, BootstrapError> parse_bootstrap_servers(std::string_view text);

} // namespace riacho::client
