#pragma once

#include "broker/config/broker_options.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace riacho::app {

/// As many files as the system lets this process open: raises its soft limit (ulimit -n) to the hard one.
std::size_t raise_open_files_limit();

/// Divides `limit` between segments and connections, so that a flood of connections leaves descriptors to the
/// disk. What it had to take from an option that was set, for the log.
std::optional<std::string> fit_into_open_files(broker::BrokerOptions& options, std::size_t limit);

} // namespace riacho::app
