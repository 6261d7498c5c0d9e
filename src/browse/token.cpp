#include "browse/token.hpp"

#include "base/outcome.hpp"
#include "data/json_parse.hpp"
#include "data/utf8.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <fmt/core.h>
#include <optional>
#include <utility>

namespace riacho::browse {
namespace {

constexpr std::string_view no_word = " \t\r\n()[],\"'=!<>~&|";

// Several spellings of one thing; longer ones first.
constexpr std::array<std::pair<std::string_view, std::string_view>, 18> symbols{{{"==", "=="},
                                                                                 {"!=", "!="},
                                                                                 {"<>", "!="},
                                                                                 {"<=", "<="},
                                                                                 {">=", ">="},
                                                                                 {"!~", "!~"},
                                                                                 {"&&", "and"},
                                                                                 {"||", "or"},
                                                                                 {"=", "=="},
                                                                                 {"<", "<"},
                                                                                 {">", ">"},
                                                                                 {"~", "~"},
                                                                                 {"!", "not"},
                                                                                 {"(", "("},
                                                                                 {")", ")"},
                                                                                 {"[", "["},
                                                                                 {"]", "]"},
                                                                                 {",", ","}}};

std::size_t closing_quote(std::string_view text, std::size_t open) {
    for (std::size_t i = open + 1; i < text.size(); i++) {
        if (text[i] == '\\')
            ++i;
        else if (text[i] == text[open])
            return i;
    }
    return text.npos;
}

/// The character of one or two escapes \\u at the beginning of `rest`, which becomes shorter.
std::optional<std::string> unicode_escape(std::string_view& rest) {
    constexpr std::size_t escape_size = 6; // \u00e7
    for (std::size_t size : {2 * escape_size, escape_size}) {
        auto read = data::parse_json(fmt::format("\"{}\"", rest.substr(0, size)));
        if (rest.size() < size || !read || !rest.substr(size - escape_size).starts_with("\\u")) continue;
        rest.remove_prefix(size);
        return *read->string();
    }
    return std::nullopt;
}

/// A backslash before anything else stands for itself, so that patterns need no second one.
std::expected<std::string, Problem> unescaped(std::string_view quoted, std::size_t at) {
    std::string text;
    for (std::string_view rest = quoted.substr(1, quoted.size() - 2); !rest.empty();) {
        if (rest.starts_with("\\u")) {
            auto character = unicode_escape(rest);
            if (!character)
                return std::unexpected(Problem{at + static_cast<std::size_t>(rest.data() - quoted.data()), 2,
                                               "\\u needs four hexadecimal digits",
                                               "write \\\\u for the two themselves"});
            text += *character;
            continue;
        }
        auto known =
            rest.size() > 1 && rest[0] == '\\' ? std::string_view("\\\"'ntr").find(rest[1]) : rest.npos;
        text += known == rest.npos ? rest[0] : "\\\"'\n\t\r"[known];
        rest.remove_prefix(known == rest.npos ? 1 : 2);
    }
    return text;
}

} // namespace

bool Token::is_keyword(std::string_view word) const {
    return kind == Kind::word && std::ranges::equal(text, word, [](char a, char b) {
               return std::tolower(static_cast<unsigned char>(a)) == b;
           });
}

std::expected<std::vector<Token>, Problem> tokens_of(std::string_view text) {
    using search_limits::bytes_max;
    if (text.size() > bytes_max)
        return std::unexpected(Problem{
            bytes_max, text.size() - bytes_max, fmt::format("a search has at most {} bytes", bytes_max), {}});
    if (auto good = data::utf8_prefix(text); good < text.size())
        return std::unexpected(Problem{good, 1, "this byte is no UTF-8", {}});
    std::vector<Token> tokens;
    for (std::size_t at = 0; at < text.size();) {
        std::string_view rest = text.substr(at);
        if (std::string_view(" \t\r\n").contains(rest.front())) {
            ++at;
        } else if (rest.front() == '"' || rest.front() == '\'') {
            auto close = closing_quote(rest, 0);
            if (close == rest.npos)
                return std::unexpected(Problem{at, rest.size(), "this quote is never closed",
                                               fmt::format("add a {} behind the text", rest.front())});
            TRY(auto inside, unescaped(rest.substr(0, close + 1), at));
            tokens.push_back({Token::Kind::text, std::move(inside), at, close + 1});
            at += close + 1;
        } else if (auto size = std::min(rest.find_first_of(no_word), rest.size()); size > 0) {
            tokens.push_back({Token::Kind::word, std::string(rest.substr(0, size)), at, size});
            at += size;
        } else {
            auto* symbol = std::ranges::find_if(symbols, [&](auto& s) { return rest.starts_with(s.first); });
            if (symbol == symbols.end())
                return std::unexpected(Problem{at, 1, fmt::format("'{}' means nothing here", rest.front()),
                                               "put a text with such characters in quotes"});
            tokens.push_back({Token::Kind::symbol, std::string(symbol->second), at, symbol->first.size()});
            at += symbol->first.size();
        }
    }
    tokens.push_back({Token::Kind::end, "", text.size(), 0});
    return tokens;
}

} // namespace riacho::browse
