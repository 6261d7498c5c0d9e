#include "browse/numbers_in_bytes.hpp"

#include "codec/endian.hpp"
#include "data/utf8.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>

namespace riacho::browse {
namespace {

/// Bits of a whole number seldom make a float that is written with few digits, those of a float that somebody
/// wrote do.
template <class Int, class Float> std::string number_of(ByteView bytes, std::ptrdiff_t digits_max) {
    Int  whole = load_big<Int>(bytes.data());
    Int  all_exact = Int{1} << std::numeric_limits<Float>::digits; // smaller ones would be tiny floats
    auto real = std::bit_cast<Float>(whole);
    if ((whole > -all_exact && whole < all_exact) || !std::isfinite(real)) return std::to_string(whole);
    constexpr Float smallest = 1e-6F, largest = 1e15F;
    if (std::abs(real) < smallest || std::abs(real) > largest) return std::to_string(whole);
    std::array<char, 64> text{};
    auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), real);
    bool is_short =
        std::count_if(text.data(), end, [](char c) { return c >= '0' && c <= '9'; }) <= digits_max;
    return error == std::errc() && is_short ? std::string(text.data(), end) : std::to_string(whole);
}

} // namespace

bool is_readable(std::string_view text) {
    auto is_control = [](char c) {
        auto code = static_cast<unsigned char>(c);
        return (code < 0x20 && c != '\t' && c != '\n' && c != '\r') || code == 0x7f;
    };
    return std::ranges::none_of(text, is_control) && data::is_utf8(text);
}

std::optional<std::string> number_in(ByteView bytes) {
    if (is_readable(as_text(bytes))) return std::nullopt;
    switch (bytes.size()) {
    case sizeof(std::int16_t):
        return std::to_string(load_big<std::int16_t>(bytes.data()));
    case sizeof(std::int32_t):
        return number_of<std::int32_t, float>(bytes, 6);
    case sizeof(std::int64_t):
        return number_of<std::int64_t, double>(bytes, 15);
    default:
        return std::nullopt;
    }
}

} // namespace riacho::browse
