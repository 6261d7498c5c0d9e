#pragma once

#include "http/static_files.hpp"

#include <span>
#include <string_view>

namespace riacho::console {

/// The files of the page (ui/), which the program contains: "index.html", "assets/index-Cn3vhFGu.js", ...,
/// and "openapi.json", the API's description. Lives as long as the program.
std::span<const http::Asset> page_assets();

/// What the page needs and nothing more: it has no inline script and no inline style, and asks nobody but us.
inline constexpr std::string_view page_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

} // namespace riacho::console
