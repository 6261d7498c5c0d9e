#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace riacho::app {

using Properties = std::vector<std::pair<std::string, std::string>>;

/// The names and values of a Java properties file, in order: '#' and '!' begin comments, '=' ':' or blanks
/// end a name, '\' at the end of a line joins it with the next, and escapes as Java has them.
Properties parse_properties(std::string_view text);

} // namespace riacho::app
