#pragma once

#include "base/ids.hpp"
#include "codec/base64.hpp"

#include <string>
#include <string_view>

namespace riacho {

/// As Kafka writes topic ids, directory ids and cluster ids: 22 characters of base64 for URLs (KIP-516).
std::string uuid_text(const Uuid& id);
/// Takes the 22 characters, and two characters of padding after them.
Outcome<Uuid, TextError> parse_uuid(std::string_view text);

} // namespace riacho
