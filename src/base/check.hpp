#pragma once

#include <source_location>
#include <string_view>

namespace riacho {

[[noreturn]] void check_failed(std::string_view invariant, std::source_location at);

/// A bug in this program, not in its input: stops at once, in release builds too. `invariant` is a sentence.
inline void check(bool holds, std::string_view invariant,
                  std::source_location at = std::source_location::current()) {
    if (!holds) [[unlikely]]
        check_failed(invariant, at);
}

} // namespace riacho
