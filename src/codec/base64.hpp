#pragma once

#include "base/bytes.hpp"
#include "base/outcome.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace riacho {

/// RFC 4648: `standard` writes + / and pads with =, `url` writes - _ and does not pad (JWT, Kafka's ids).
enum class Base64 { standard, url };

enum class TextError {
    bad_character, // not of this alphabet
    bad_length,    // cut off, or not as long as it must be
};

std::string base64(ByteView bytes, Base64 alphabet = Base64::standard);
/// Takes text with and without padding. Refuses other characters, white space too, and bits that no encoder
/// sets.
Outcome<std::vector<std::byte>, TextError> parse_base64(std::string_view text,
                                                        Base64           alphabet = Base64::standard);

/// Two lower case digits a byte.
std::string hex(ByteView bytes);
/// Takes upper and lower case.
Outcome<std::vector<std::byte>, TextError> parse_hex(std::string_view text);

} // namespace riacho
