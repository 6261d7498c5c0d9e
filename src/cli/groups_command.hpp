#pragma once

#include "base/outcome.hpp"
#include "browse/offset_reset.hpp"
#include "cli/command.hpp"

#include <string_view>
#include <variant>

namespace riacho::cli {

/// `riacho groups reset GROUP`: moves what a group has committed, on any cluster.
Command groups_command();

/// `earliest`, `latest`, `current`, an offset, a time, or `shift:N`.
Outcome<browse::ResetRule, std::monostate> parse_reset(std::string_view text);

} // namespace riacho::cli
