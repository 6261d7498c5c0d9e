#include "http/target.hpp"

#include "http/syntax.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace riacho::http {
namespace {

/// Takes what stands before `separator`, and that too.
std::string_view take_until(std::string_view& text, char separator) {
    std::size_t      end = std::min(text.find(separator), text.size());
    std::string_view taken = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return taken;
}

} // namespace

const std::string* Target::find(std::string_view name) const {
    for (const auto& [known, value] : query)
        if (known == name) return &value;
    return nullptr;
}

std::optional<Target> target_of(std::string_view text) {
    Target           target;
    std::string_view path = take_until(text, '?');
    if (path.starts_with('/')) path.remove_prefix(1);
    for (bool more = true; more;) {
        more = path.contains('/');
        auto segment = percent_decoded(take_until(path, '/'));
        if (!segment) return std::nullopt;
        target.segments.push_back(*std::move(segment));
    }
    while (!text.empty()) {
        std::string_view value = take_until(text, '&');
        if (value.empty()) continue;
        auto name = percent_decoded(take_until(value, '='), Plus::space);
        auto decoded = percent_decoded(value, Plus::space);
        if (!name || !decoded) return std::nullopt;
        target.query.emplace_back(*std::move(name), *std::move(decoded));
    }
    return target;
}

std::optional<std::string> percent_decoded(std::string_view text, Plus plus) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '+' && plus == Plus::space) c = ' ';
        if (c == '%') {
            if (i + 2 >= text.size()) return std::nullopt;
            auto high = hex_digit(text[i + 1]);
            auto low = hex_digit(text[i + 2]);
            if (!high || !low || (*high == 0 && *low == 0)) return std::nullopt;
            c = static_cast<char>(*high << 4 | *low);
            i += 2;
        }
        decoded.push_back(c);
    }
    return decoded;
}

std::string percent_encoded(std::string_view text) {
    std::string encoded;
    for (char c : text) {
        if (is_digit(c) || is_letter(c) || std::string_view("-._~").contains(c))
            encoded.push_back(c);
        else
            encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return encoded;
}

} // namespace riacho::http
