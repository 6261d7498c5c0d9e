#pragma once

#include "base/clock.hpp"

#include <string>

namespace riacho::http {

/// As a Date field has it: "Sun, 06 Nov 1994 08:49:37 GMT".
std::string date_text(Timestamp at);

} // namespace riacho::http
