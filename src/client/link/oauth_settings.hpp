#pragma once

#include "client/link/security_settings.hpp"

namespace riacho::client {

/// Reads sasl.oauthbearer.* and what the login module is told: where tokens come from.
Outcome<void, SettingError> read_oauth(const Properties& properties, const Properties& jaas,
                                       SecuritySettings& into);

} // namespace riacho::client
