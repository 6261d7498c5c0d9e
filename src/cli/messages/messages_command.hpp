#pragma once

#include "base/outcome.hpp"
#include "browse/search_request.hpp"
#include "cli/command.hpp"
#include "client/link/token_issuer.hpp"

#include <string_view>

namespace riacho::cli {

/// `riacho messages TOPIC`: reads, searches or follows a topic of any cluster, with the console's search.
/// `issuer` is for OAUTHBEARER.
Command messages_command(client::TokenIssuer* issuer = nullptr);

/// Where reading begins: `beginning`, `end`, an offset, a time, or as the console's API has it.
Outcome<browse::SearchStart, browse::PlaceError> parse_from(std::string_view text);
/// Where it ends: an offset, a time, or as the console's API has it.
Outcome<browse::SearchEnd, browse::PlaceError> parse_to(std::string_view text);

} // namespace riacho::cli
