#pragma once

#include "cli/command.hpp"

namespace riacho::cli {

/// `riacho run producer|consumer`: the two programs of the article, line for line.
Command run_command();

} // namespace riacho::cli
