#pragma once

#include <string_view>

namespace riacho {

/// Of this library and of the program.
inline constexpr std::string_view version = "0.1.0";

} // namespace riacho
