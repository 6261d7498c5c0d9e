#pragma once

#include "riacho/record.hpp"

#include <string>
#include <string_view>
#include <vector>

/// How Go and confluent-kafka-go print what the article's programs print, byte for byte.
namespace riacho::cli {

/// "meu-topico[0]@1", and the error behind it in parentheses, if any.
std::string go_text(const Position& position);
/// "[a[0]@1 a[1]@5]".
std::string go_text(const std::vector<Position>& positions);
/// "[k=\"v\" n=nil e=<empty>]"; of a value above 65 bytes the first 50, and how many more there are.
std::string go_text(const std::vector<Header>& headers);

/// In double quotes, as strconv.Quote does it.
std::string go_quote(std::string_view bytes);
/// What strconv.IsPrint says of a code point (Unicode 15).
bool go_is_printable(char32_t code_point);

} // namespace riacho::cli
