#pragma once

#include "base/outcome.hpp"
#include "browse/offset_reset.hpp"
#include "cli/command.hpp"
#include "client/link/token_issuer.hpp"

#include <string_view>
#include <variant>

namespace riacho::cli {

/// `riacho groups reset GROUP`: moves what a group has committed, on any cluster.
/// `issuer` is for OAUTHBEARER.
Command groups_command(client::TokenIssuer* issuer = nullptr);

/// `earliest`, `latest`, `current`, an offset, a time, or `shift:N`.
Outcome<browse::ResetRule, std::monostate> parse_reset(std::string_view text);

} // namespace riacho::cli
