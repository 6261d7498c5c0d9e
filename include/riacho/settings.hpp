#pragma once

#include <string>
#include <utility>
#include <vector>

namespace riacho {

/// Names and values of a client's settings, librdkafka's verbatim: {"session.timeout.ms", "6000"}. A later
/// one replaces an earlier one of the same name; an unknown name is refused.
using Settings = std::vector<std::pair<std::string, std::string>>;

} // namespace riacho
