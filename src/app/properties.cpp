#include "app/properties.hpp"

#include <cstdint>

namespace riacho::app {
namespace {

constexpr std::string_view blanks = " \t\f";

bool is_blank(char c) { return blanks.find(c) != std::string_view::npos; }

void trim_front(std::string_view& text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
}

/// Takes the next line off `text`, joined with those that it continues on.
std::string take_logical_line(std::string_view& text) {
    std::string line;
    for (bool goes_on = true; goes_on && !text.empty();) {
        std::size_t      end = text.find('\n');
        std::string_view part = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (part.ends_with('\r')) part.remove_suffix(1);
        trim_front(part);
        bool is_comment = line.empty() && (part.starts_with('#') || part.starts_with('!'));
        if (is_comment) return {};
        std::size_t slashes = part.size() - part.find_last_not_of('\\') - 1;
        if (part.find_first_not_of('\\') == std::string_view::npos) slashes = part.size();
        goes_on = slashes % 2 == 1;
        if (goes_on) part.remove_suffix(1);
        line += part;
    }
    return line;
}

void append_utf8(std::string& out, std::uint32_t code) {
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xc0 | (code >> 6));
        out += static_cast<char>(0x80 | (code & 0x3f));
    } else {
        out += static_cast<char>(0xe0 | (code >> 12));
        out += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
        out += static_cast<char>(0x80 | (code & 0x3f));
    }
}

std::uint32_t hex_value(char c) {
    if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<std::uint32_t>(c - 'a') + 10;
    if (c >= 'A' && c <= 'F') return static_cast<std::uint32_t>(c - 'A') + 10;
    return 0;
}

/// Takes one character, escaped or not, off `text`.
void take_character(std::string_view& text, std::string& out) {
    char c = text.front();
    text.remove_prefix(1);
    if (c != '\\' || text.empty()) {
        out += c;
        return;
    }
    c = text.front();
    text.remove_prefix(1);
    constexpr std::size_t unicode_digits = 4;
    if (c == 'u' && text.size() >= unicode_digits) {
        std::uint32_t code = 0;
        for (char digit : text.substr(0, unicode_digits)) code = code * 16 + hex_value(digit);
        text.remove_prefix(unicode_digits);
        append_utf8(out, code);
        return;
    }
    switch (c) {
    case 't':
        out += '\t';
        break;
    case 'n':
        out += '\n';
        break;
    case 'r':
        out += '\r';
        break;
    case 'f':
        out += '\f';
        break;
    default:
        out += c;
        break;
    }
}

} // namespace

Properties parse_properties(std::string_view text) {
    Properties properties;
    while (!text.empty()) {
        std::string      line = take_logical_line(text);
        std::string_view rest = line;
        if (rest.empty()) continue;
        std::string name, value;
        while (!rest.empty() && !is_blank(rest.front()) && rest.front() != '=' && rest.front() != ':')
            take_character(rest, name);
        trim_front(rest);
        if (!rest.empty() && (rest.front() == '=' || rest.front() == ':')) rest.remove_prefix(1);
        trim_front(rest);
        while (!rest.empty()) take_character(rest, value);
        properties.emplace_back(std::move(name), std::move(value));
    }
    return properties;
}

} // namespace riacho::app
