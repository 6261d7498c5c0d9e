#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

// Numbers as JSON writes them, kept and compared as text: no value ever goes through a double.
namespace riacho::data {

/// Whether RFC 8259 calls the whole of `text` a number: -0.5e+3, but not +1, .5, 1., 01 or NaN.
bool is_number(std::string_view text);

/// By value and exactly, however long: 1e2 equals 100.00, and 2^63 differs from 2^63 + 1. Exponents past
/// 18 digits count as 18 nines. Both must be numbers.
std::strong_ordering compare_numbers(std::string_view a, std::string_view b);

/// The value where it is a whole number of 64 bits, in whatever notation: 5, 5.0 and 0.5e1 are.
std::optional<std::int64_t> int64_of(std::string_view number);

} // namespace riacho::data
