#include "base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace riacho {

void check_failed(std::string_view invariant, std::source_location at) {
    std::fprintf(stderr, "riacho: bug: %.*s (%s:%u, %s)\n", static_cast<int>(invariant.size()),
                 invariant.data(), at.file_name(), at.line(), at.function_name());
    std::abort();
}

} // namespace riacho
