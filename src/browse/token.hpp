#pragma once

#include "browse/syntax.hpp"

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace riacho::browse {

struct Token {
    enum class Kind { end, word, text, symbol };
    Kind        kind = Kind::end;
    std::string text; // of a text without its quotes and escapes; of a symbol its one spelling
    std::size_t at = 0, length = 0;

    bool is_symbol(std::string_view symbol) const { return kind == Kind::symbol && text == symbol; }
    /// Keywords are words in any case.
    bool is_keyword(std::string_view word) const;
};

/// The whole text, with a token of kind end behind the last one.
std::expected<std::vector<Token>, Problem> tokens_of(std::string_view text);

} // namespace riacho::browse
