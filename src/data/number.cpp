#include "data/number.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

namespace riacho::data {
namespace {

constexpr std::int64_t exponent_max = 999'999'999'999'999'999;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t digits_at(std::string_view text, std::size_t at) {
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end])) ++end;
    return end - at;
}

std::int64_t exponent_of(std::string_view text) {
    bool is_negative = text.starts_with('-');
    if (is_negative || text.starts_with('+')) text.remove_prefix(1);
    std::int64_t exponent = 0;
    for (char c : text) {
        exponent = exponent > exponent_max / 10 ? exponent_max : exponent * 10 + (c - '0');
    }
    return is_negative ? -exponent : exponent;
}

/// 0.d1d2d3... times 10^magnitude, where d1 is not 0; a zero has no digits.
struct Decimal {
    bool             is_negative = false;
    std::int64_t     magnitude = 0;
    std::string_view whole;    // the digits before the point from d1 on
    std::string_view fraction; // those behind it, from d1 on where `whole` is empty

    explicit Decimal(std::string_view text) {
        is_negative = text.starts_with('-');
        if (is_negative) text.remove_prefix(1);
        std::int64_t exponent = 0;
        if (auto e = text.find_first_of("eE"); e != text.npos) {
            exponent = exponent_of(text.substr(e + 1));
            text = text.substr(0, e);
        }
        auto point = std::min(text.find('.'), text.size());
        whole = text.substr(0, point);
        fraction = text.substr(std::min(point + 1, text.size()));
        whole.remove_prefix(std::min(whole.find_first_not_of('0'), whole.size()));
        magnitude = exponent + static_cast<std::int64_t>(whole.size());
        if (whole.empty()) {
            auto zeros = std::min(fraction.find_first_not_of('0'), fraction.size());
            magnitude -= static_cast<std::int64_t>(zeros);
            fraction.remove_prefix(zeros);
        }
        if (whole.empty() && fraction.empty()) is_negative = false;
    }

    std::size_t size() const { return whole.size() + fraction.size(); }
    bool        is_zero() const { return size() == 0; }
    int         sign() const { return is_zero() ? 0 : is_negative ? -1 : 1; }
    /// Zero past the last one.
    char digit(std::size_t at) const {
        if (at < whole.size()) return whole[at];
        at -= whole.size();
        return at < fraction.size() ? fraction[at] : '0';
    }
};

std::strong_ordering compare_magnitudes(const Decimal& a, const Decimal& b) {
    if (a.magnitude != b.magnitude) return a.magnitude <=> b.magnitude;
    std::size_t size = std::max(a.size(), b.size());
    for (std::size_t i = 0; i < size; i++) {
        if (a.digit(i) != b.digit(i)) return a.digit(i) <=> b.digit(i);
    }
    return std::strong_ordering::equal;
}

} // namespace

bool is_number(std::string_view text) {
    std::size_t at = text.starts_with('-') ? 1 : 0;
    std::size_t whole = digits_at(text, at);
    if (whole == 0 || (whole > 1 && text[at] == '0')) return false;
    at += whole;
    if (at < text.size() && text[at] == '.') {
        std::size_t fraction = digits_at(text, ++at);
        if (fraction == 0) return false;
        at += fraction;
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
        std::size_t exponent = digits_at(text, at);
        if (exponent == 0) return false;
        at += exponent;
    }
    return at == text.size();
}

std::strong_ordering compare_numbers(std::string_view a, std::string_view b) {
    Decimal left(a), right(b);
    if (left.sign() != right.sign()) return left.sign() <=> right.sign();
    if (left.is_zero()) return std::strong_ordering::equal;
    return left.is_negative ? compare_magnitudes(right, left) : compare_magnitudes(left, right);
}

std::optional<std::int64_t> int64_of(std::string_view number) {
    check(is_number(number), "int64_of is asked about numbers");
    constexpr std::int64_t digits_max = 19;
    Decimal                decimal(number);
    if (decimal.is_zero()) return 0;
    if (decimal.magnitude < 1 || decimal.magnitude > digits_max) return std::nullopt;
    auto whole = static_cast<std::size_t>(decimal.magnitude);
    for (std::size_t i = whole; i < decimal.size(); i++) {
        if (decimal.digit(i) != '0') return std::nullopt;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < whole; i++) {
        value = value * 10 + static_cast<std::uint64_t>(decimal.digit(i) - '0');
    }
    constexpr auto highest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (value > highest + (decimal.is_negative ? 1 : 0)) return std::nullopt;
    return static_cast<std::int64_t>(decimal.is_negative ? 0 - value : value);
}

} // namespace riacho::data
