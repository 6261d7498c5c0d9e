#include "data/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace riacho::data {
namespace {

/// The length of the sequence that begins at `at`, or 0 where none does.
std::size_t sequence_at(std::string_view text, std::size_t at) {
    auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[at + i]); };
    auto follows = [&](std::size_t i, int low, int high) {
        return at + i < text.size() && byte(i) >= low && byte(i) <= high;
    };
    constexpr int low = 0x80, high = 0xbf;
    std::uint8_t  first = byte(0);
    if (first < 0x80) return 1;
    if (first >= 0xc2 && first <= 0xdf) return follows(1, low, high) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        int from = first == 0xe0 ? 0xa0 : low, to = first == 0xed ? 0x9f : high;
        return follows(1, from, to) && follows(2, low, high) ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        int from = first == 0xf0 ? 0x90 : low, to = first == 0xf4 ? 0x8f : high;
        return follows(1, from, to) && follows(2, low, high) && follows(3, low, high) ? 4 : 0;
    }
    return 0;
}

/// Most text is ASCII, eight bytes at a time.
std::size_t skip_ascii(std::string_view text, std::size_t at) {
    constexpr std::uint64_t high_bits = 0x8080808080808080;
    while (at + sizeof(std::uint64_t) <= text.size()) {
        std::uint64_t eight;
        std::memcpy(&eight, text.data() + at, sizeof eight);
        if ((eight & high_bits) != 0) break;
        at += sizeof eight;
    }
    return at;
}

} // namespace

std::size_t utf8_prefix(std::string_view text) {
    std::size_t at = 0;
    while ((at = skip_ascii(text, at)) < text.size()) {
        std::size_t size = sequence_at(text, at);
        if (size == 0) break;
        at += size;
    }
    return at;
}

std::string repaired_utf8(std::string_view text) {
    std::string repaired;
    repaired.reserve(text.size());
    while (true) {
        std::size_t good = utf8_prefix(text);
        repaired += text.substr(0, good);
        if (good == text.size()) return repaired;
        repaired += "\xef\xbf\xbd";
        text.remove_prefix(good + 1);
    }
}

} // namespace riacho::data
