#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

namespace riacho::browse {

/// A regular expression in Perl's and Java's notation (PCRE2), over UTF-8; bytes that are no text match
/// nothing. A match that costs too much is given up: no pattern can hold a search up. One thread at a time.
class Pattern {
public:
    struct Problem {
        std::size_t at; ///< in the pattern
        std::string message;
    };
    static constexpr std::size_t   bytes_max = 1000;
    static constexpr std::uint32_t steps_max = 100'000; ///< of one match, backtracking included

    static std::expected<Pattern, Problem> compile(std::string_view text);
    Pattern(Pattern&&) noexcept;
    Pattern& operator=(Pattern&&) noexcept;
    ~Pattern();

    /// Anywhere in `subject`; ^ and $ stand for its ends.
    bool matches(std::string_view subject);
    /// How many subjects it gave up on, and called no match.
    std::size_t gave_up() const { return gave_up_; }

private:
    struct Inside;
    explicit Pattern(std::unique_ptr<Inside> inside);

    std::unique_ptr<Inside> inside_;
    std::size_t             gave_up_ = 0;
};

} // namespace riacho::browse
