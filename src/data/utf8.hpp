#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace riacho::data {

/// How many bytes at the beginning are well-formed UTF-8 (Unicode, table 3-7): no overlong forms, no
/// surrogates, nothing past U+10FFFF. All of them where the result is text.size().
std::size_t utf8_prefix(std::string_view text);

inline bool is_utf8(std::string_view text) { return utf8_prefix(text) == text.size(); }

/// The text with U+FFFD for each byte that is not part of a well-formed sequence.
std::string repaired_utf8(std::string_view text);

} // namespace riacho::data
