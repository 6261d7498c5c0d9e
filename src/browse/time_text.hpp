#pragma once

#include "base/clock.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace riacho::browse {

/// Reads what people and RFC 3339 write: 2024-01-31, 2024-01-31T12:30, with seconds, with a fraction (past
/// the milliseconds it is cut), with Z or +02:00 behind it. A blank may stand for the T; no zone means UTC.
/// Years 0000 to 9999.
std::optional<Timestamp> parse_time(std::string_view text);

/// 2024-01-31T12:30:00.000Z; the bare number where there is no such year.
std::string time_text(Timestamp time);

} // namespace riacho::browse
