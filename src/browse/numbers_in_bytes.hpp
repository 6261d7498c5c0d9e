#pragma once

#include "base/bytes.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace riacho::browse {

/// Whether people can read it: UTF-8 without control characters other than tab and line ends.
bool is_readable(std::string_view text);

/// What serializers of numbers wrote: 2, 4 or 8 bytes, big endian, that are no readable text. An integer,
/// unless it is large and the same bytes are a float or double of few digits. Infinity and NaN are integers
/// then.
std::optional<std::string> number_in(ByteView bytes);

} // namespace riacho::browse
