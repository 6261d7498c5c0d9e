#pragma once

#include "cli/command.hpp"

namespace riacho::app {

cli::Command up_command();
/// `up --only broker`.
cli::Command broker_command();
/// What the broker serves, as a table.
cli::Command api_versions_command();
/// Every configuration that we act on, as the tables of docs/configuration.md.
cli::Command options_command();

} // namespace riacho::app
