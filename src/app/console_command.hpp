#pragma once

#include "base/outcome.hpp"
#include "cli/command.hpp"
#include "console/cluster_view.hpp"

#include <string_view>

namespace riacho::app {

/// `riacho console`: the web console alone, over any clusters.
cli::Command console_command();

enum class ClusterSpecError { malformed, unreadable };
/// "prod=a:9092,b:9092,security.protocol=SSL": a name, addresses, and settings by the names of Kafka's
/// clients; more of them come from the file of `config=FILE`.
Outcome<console::ClusterSpec, ClusterSpecError> parse_cluster_spec(std::string_view text);

} // namespace riacho::app
