#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

// What a search consists of before it is compiled. The grammar is in docs/search.md.
namespace riacho::browse {

/// Why a search is refused: what is wrong with `length` bytes of UTF-8 from `at` on, and what to write
/// instead.
struct Problem {
    std::size_t at = 0;
    std::size_t length = 0;
    std::string message;
    std::string hint; ///< empty where there is none
};

enum class Field { partition, offset, timestamp, key, value, header, anywhere };

/// One step into a JSON document.
struct Step {
    enum class Kind { member, element, any_member, any_element };
    Kind        kind = Kind::member;
    std::string name;      // of a member
    std::size_t index = 0; // of an element
};

struct Operand {
    Field             field = Field::anywhere;
    std::string       header; // the name, for Field::header
    std::vector<Step> path;   // empty for the bytes themselves
};

enum class Operator {
    equal,
    less,
    less_or_equal,
    greater,
    greater_or_equal,
    contains,
    starts_with,
    ends_with,
    matches,
    exists,
    is_null,
    in,
};

struct Literal {
    enum class Kind { text, number, boolean, null };
    Kind        kind = Kind::text;
    std::string text; // as written, without its quotes
    std::size_t at = 0, length = 0;
};

struct Comparison {
    Operand              operand;
    Operator             op = Operator::contains;
    std::vector<Literal> literals; // one, none for exists and is_null, any number for in
    std::size_t          at = 0, length = 0;
};

struct Node {
    enum class Kind { all, any, negation, comparison };
    Kind              kind = Kind::all;
    std::vector<Node> children;   // one for a negation
    Comparison        comparison; // of a comparison
};

namespace search_limits {
inline constexpr std::size_t bytes_max = 8192;
inline constexpr std::size_t depth_max = 64;       ///< of parentheses and negations
inline constexpr std::size_t comparisons_max = 64; ///< so that a mask of them is one number
inline constexpr std::size_t steps_max = 32;       ///< of one path
} // namespace search_limits

/// An empty text is a search that finds everything.
std::expected<Node, Problem> parse_search(std::string_view text);

} // namespace riacho::browse
