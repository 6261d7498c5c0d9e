#pragma once

#include "browse/message.hpp"
#include "browse/syntax.hpp"

#include <string>
#include <string_view>

namespace riacho::cli {

/// A message as a line for people: place, time, key, value and, where there are some, headers, with tabs
/// between them. What a terminal would obey, and an end of line, is written as an escape: \n, \t, \u001b.
void append_text_line(std::string& out, const browse::Message& message);

/// What is wrong with a search, in lines: the problem, the search with a mark under the place, and the hint.
std::string text_of_problem(std::string_view search, const browse::Problem& problem);

} // namespace riacho::cli
