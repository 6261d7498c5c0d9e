#pragma once

#include "http/message.hpp"

#include <cstddef>
#include <string>

namespace riacho::http {

/// The start line and the fields, with the empty line behind them, as HTTP/1.1 sends them. A control
/// character in a value would begin another field: it goes out as a space.
std::string text_of(const RequestHead& head);
std::string text_of(const ResponseHead& head);

/// What stands before a chunk's bytes; "\r\n" stands behind them.
std::string                chunk_head(std::size_t size);
constexpr std::string_view chunk_tail = "\r\n";
constexpr std::string_view last_chunk = "0\r\n\r\n";

} // namespace riacho::http
