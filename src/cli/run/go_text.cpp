#include "cli/run/go_text.hpp"

#include <fmt/format.h>

namespace riacho::cli {
namespace {

constexpr std::size_t header_value_whole_max = 65;
constexpr std::size_t header_value_cut_to = 50;

std::string offset_text(std::int64_t offset) {
    switch (offset) {
    case -1:
        return "end";
    case -2:
        return "beginning";
    case -1000:
        return "stored";
    case -1001:
        return "unset";
    default:
        return std::to_string(offset);
    }
}

std::string header_text(const Header& header) {
    if (!header.value) return header.key + "=nil";
    if (header.value->empty()) return header.key + "=<empty>";
    std::string_view value = *header.value;
    if (value.size() <= header_value_whole_max) return header.key + "=" + go_quote(value);
    return fmt::format("{}={}({} more bytes)", header.key, go_quote(value.substr(0, header_value_cut_to)),
                       value.size() - header_value_cut_to);
}

template <class T> std::string list_text(const std::vector<T>& items, std::string (*text)(const T&)) {
    std::string list = "[";
    for (const T& item : items) list += (list.size() > 1 ? " " : "") + text(item);
    return list + "]";
}

struct CodePoint {
    char32_t    value;
    std::size_t size; ///< in bytes; 1 with `is_valid` false for a byte that is no UTF-8
    bool        is_valid = true;
};

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

/// The first code point; a sequence that is cut, too long or a surrogate counts as one wrong byte.
CodePoint first_code_point(std::string_view bytes) {
    auto        lead = static_cast<unsigned char>(bytes.front());
    const auto  wrong = CodePoint{lead, 1, false};
    std::size_t size = lead < 0x80 ? 1 : lead >= 0xc2 && lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (size == 1) return {lead, 1};
    if ((lead >= 0x80 && lead < 0xc2) || lead > 0xf4 || bytes.size() < size) return wrong;
    char32_t value = lead & (0xffu >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        if (!is_continuation(bytes[i])) return wrong;
        value = value << 6 | (static_cast<unsigned char>(bytes[i]) & 0x3fu);
    }
    constexpr char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    bool               is_surrogate = value >= 0xd800 && value < 0xe000;
    if (value < smallest[size] || value > 0x10ffff || is_surrogate) return wrong;
    return {value, size};
}

/// One of Go's escapes with a letter, or 0.
char escape_letter(char32_t value) {
    switch (value) {
    case '\a':
        return 'a';
    case '\b':
        return 'b';
    case '\f':
        return 'f';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    case '\v':
        return 'v';
    case '"':
    case '\\':
        return static_cast<char>(value);
    default:
        return 0;
    }
}

std::string quote_one(const CodePoint& point, std::string_view bytes) {
    auto number = static_cast<std::uint32_t>(point.value);
    if (!point.is_valid) return fmt::format("\\x{:02x}", number);
    if (char letter = escape_letter(point.value)) return {'\\', letter};
    if (go_is_printable(point.value)) return std::string(bytes.substr(0, point.size));
    if (number < ' ' || number == 0x7f) return fmt::format("\\x{:02x}", number);
    return number < 0x10000 ? fmt::format("\\u{:04x}", number) : fmt::format("\\U{:08x}", number);
}

} // namespace

std::string go_text(const Position& position) {
    auto text = fmt::format("{}[{}]@{}", position.topic, position.partition, offset_text(position.offset));
    return position.error ? fmt::format("{}({})", text, position.error->text()) : text;
}

std::string go_text(const std::vector<Position>& positions) {
    return list_text<Position>(positions, [](const Position& position) { return go_text(position); });
}

std::string go_text(const std::vector<Header>& headers) { return list_text<Header>(headers, header_text); }

std::string go_quote(std::string_view bytes) {
    std::string quoted = "\"";
    while (!bytes.empty()) {
        CodePoint point = first_code_point(bytes);
        quoted += quote_one(point, bytes);
        bytes.remove_prefix(point.size);
    }
    return quoted + "\"";
}

} // namespace riacho::cli
