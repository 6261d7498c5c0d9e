#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace riacho::http {

/// The characters of RFC 9110 and 9112, and the small things that are made of them.
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }

/// Of a method or a field's name.
constexpr bool is_token_char(char c) {
    return is_digit(c) || is_letter(c) || std::string_view("!#$%&'*+-.^_`|~").contains(c);
}
/// Of a field's value: no controls but the tab.
constexpr bool is_value_char(char c) {
    auto code = static_cast<unsigned char>(c);
    return c == '\t' || (code >= 0x20 && code != 0x7f);
}
/// Of a target, as browsers send it: visible ASCII. A fragment is never sent.
constexpr bool is_target_char(char c) { return c > 0x20 && c < 0x7f && c != '#'; }
/// Of a host and its port.
constexpr bool is_authority_char(char c) {
    return is_digit(c) || is_letter(c) || std::string_view("-._~!$&'()*+,;=%:[]").contains(c);
}

bool             is_token(std::string_view text);
std::string_view trimmed(std::string_view text); ///< of spaces and tabs
/// 0 to 15, or nothing.
std::optional<unsigned> hex_digit(char c);
/// Digits alone, at most 18 of them.
std::optional<std::uint64_t> whole_number(std::string_view text);
/// Hexadecimal digits alone, at most 15 of them.
std::optional<std::uint64_t> hex_number(std::string_view text);

} // namespace riacho::http
