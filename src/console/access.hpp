#pragma once

#include "console/console.hpp"
#include "console/problem.hpp"

namespace riacho::console {

/// Whoever is not signed in may only do so, and see the page that helps with it.
Outcome<void, http::Status> check_signed_in(const SignIns& sign_ins, const http::Exchange& exchange);

/// Whether a request may be answered: it names this console and not a rebound name, it does not come from
/// another site's page, and it changes nothing where nothing may be changed.
OrProblem<void> check_access(const ConsoleOptions& options, const http::Exchange& exchange);

} // namespace riacho::console
