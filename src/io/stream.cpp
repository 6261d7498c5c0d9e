#include "io/stream.hpp"

#include <fmt/format.h>

namespace riacho::io {

std::string Endpoint::text() const {
    if (host.find(':') != std::string::npos) return fmt::format("[{}]:{}", host, port);
    return fmt::format("{}:{}", host, port);
}

} // namespace riacho::io
