#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace riacho::client {

/// A sentence about a setting that nobody knows, with the known name that looks most like it, if any does.
std::string unknown_setting(std::string_view name, const std::vector<std::string>& known);

} // namespace riacho::client
