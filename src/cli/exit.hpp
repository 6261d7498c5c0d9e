#pragma once

namespace riacho::cli {

/// What the program says to the shell.
enum Exit : int {
    exit_ok = 0,
    exit_error = 1,
    exit_usage = 2,
    exit_timeout = 3,
};

} // namespace riacho::cli
