#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace riacho::broker {

/// What is wrong with a topic's name, as Kafka says it; nothing when it is legal: 1 to 249 letters, digits,
/// '.', '_' and '-', and neither "." nor "..".
std::optional<std::string> topic_name_problem(std::string_view name);

/// Two names that differ only in '.' and '_' would share their metric names: Kafka keeps them apart.
std::string with_dots_unified(std::string_view name);

} // namespace riacho::broker
