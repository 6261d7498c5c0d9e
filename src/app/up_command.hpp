#pragma once

#include "cli/command.hpp"

namespace riacho::app {

cli::Command up_command();
/// `up --only broker`.
cli::Command broker_command();
/// What the broker serves, as a table.
cli::Command api_versions_command();

} // namespace riacho::app
