#pragma once

#include "cli/command.hpp"

namespace riacho::cli {

/// `riacho ready`: for health checks and scripts that wait.
Command ready_command();

} // namespace riacho::cli
