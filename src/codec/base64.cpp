#include "codec/base64.hpp"

#include <array>
#include <cstdint>

namespace riacho {
namespace {

constexpr std::string_view standard_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t     no_digit = 0xff;

using DigitTable = std::array<std::uint8_t, 256>;

constexpr DigitTable digits_of(std::string_view alphabet) {
    DigitTable table{};
    table.fill(no_digit);
    for (std::size_t i = 0; i < alphabet.size(); i++) {
        table[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
    }
    return table;
}

constexpr DigitTable standard_digits = digits_of(standard_alphabet);
constexpr DigitTable url_digits = digits_of(url_alphabet);

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

} // namespace

std::string base64(ByteView bytes, Base64 alphabet) {
    std::string_view letters = alphabet == Base64::url ? url_alphabet : standard_alphabet;
    std::string      text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    std::uint32_t bits = 0;
    int           count = 0;
    for (std::byte byte : bytes) {
        bits = bits << 8 | std::to_integer<std::uint32_t>(byte);
        for (count += 8; count >= 6; count -= 6) text.push_back(letters[bits >> (count - 6) & 63]);
    }
    if (count > 0) text.push_back(letters[bits << (6 - count) & 63]);
    while (alphabet == Base64::standard && text.size() % 4 != 0) text.push_back('=');
    return text;
}

Outcome<std::vector<std::byte>, TextError> parse_base64(std::string_view text, Base64 alphabet) {
    const DigitTable& digits = alphabet == Base64::url ? url_digits : standard_digits;
    if (text.size() % 4 == 0) {
        for (int padding = 0; padding < 2 && text.ends_with('='); padding++) text.remove_suffix(1);
    }
    if (text.size() % 4 == 1) return fail(TextError::bad_length, "base64: cut off");
    std::vector<std::byte> bytes;
    bytes.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    int           count = 0;
    for (char c : text) {
        std::uint8_t digit = digits[static_cast<std::uint8_t>(c)];
        if (digit == no_digit) return fail(TextError::bad_character, "base64: a character of no meaning");
        bits = bits << 6 | digit;
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes.push_back(static_cast<std::byte>(bits >> count));
    }
    if ((bits & ((1U << count) - 1)) != 0)
        return fail(TextError::bad_character, "base64: bits beyond the end");
    return bytes;
}

std::string hex(ByteView bytes) {
    constexpr std::string_view letters = "0123456789abcdef";
    std::string                text;
    text.reserve(bytes.size() * 2);
    for (std::byte byte : bytes) {
        text.push_back(letters[std::to_integer<std::size_t>(byte >> 4)]);
        text.push_back(letters[std::to_integer<std::size_t>(byte & std::byte{15})]);
    }
    return text;
}

Outcome<std::vector<std::byte>, TextError> parse_hex(std::string_view text) {
    if (text.size() % 2 != 0) return fail(TextError::bad_length, "hex: half a byte");
    std::vector<std::byte> bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        int high = hex_digit(text[i]);
        int low = hex_digit(text[i + 1]);
        if (high < 0 || low < 0) return fail(TextError::bad_character, "hex: a character that is no digit");
        bytes.push_back(static_cast<std::byte>(high << 4 | low));
    }
    return bytes;
}

} // namespace riacho
