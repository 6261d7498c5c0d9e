#pragma once

#include "console/console.hpp"
#include "console/problem.hpp"

namespace riacho::console {

/// Whether a request may be answered: it names this console and not a rebound name, it does not come from
/// another site's page, and it changes nothing where nothing may be changed.
OrProblem<void> check_access(const ConsoleOptions& options, const http::Exchange& exchange);

} // namespace riacho::console
