#include "base/option.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace riacho::option_detail {
namespace {

std::string_view trimmed(std::string_view text) {
    std::size_t from = text.find_first_not_of(" \t");
    if (from == std::string_view::npos) return {};
    return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

std::string words_for(WholeRange range) {
    if (range.low == std::numeric_limits<std::int64_t>::min()) return "must be a whole number";
    if (range.high == std::numeric_limits<std::int64_t>::max())
        return fmt::format("must be a whole number of at least {}", range.low);
    return fmt::format("must be a whole number from {} to {}", range.low, range.high);
}

std::string words_for(const std::vector<std::string_view>& allowed) {
    return fmt::format("must be one of {}", fmt::join(allowed, ", "));
}

} // namespace

WholeRange within(WholeRange range, OptionType type) {
    WholeRange held;
    if (type == OptionType::int32)
        held = between(std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max());
    if (type == OptionType::int16)
        held = between(std::numeric_limits<std::int16_t>::min(), std::numeric_limits<std::int16_t>::max());
    return {std::max(range.low, held.low), std::min(range.high, held.high)};
}

std::expected<std::int64_t, std::string> parse_whole(std::string_view text, WholeRange range) {
    text = trimmed(text);
    if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
    std::int64_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    bool is_number = error == std::errc{} && end == text.data() + text.size() && !text.empty();
    if (!is_number || value < range.low || value > range.high) return std::unexpected(words_for(range));
    return value;
}

std::expected<double, std::string> parse_real(std::string_view text, double low, double high) {
    text = trimmed(text);
    double value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    bool is_number = error == std::errc{} && end == text.data() + text.size() && !text.empty();
    if (!is_number || !(value >= low) || !(value <= high))
        return std::unexpected(fmt::format("must be a number from {} to {}", low, high));
    return value;
}

std::expected<bool, std::string> parse_boolean(std::string_view text) {
    std::string lower(trimmed(text));
    std::ranges::transform(lower, lower.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (lower == "true") return true;
    if (lower == "false") return false;
    return std::unexpected("must be true or false");
}

std::expected<std::string, std::string> parse_one_of(std::string_view                     text,
                                                     const std::vector<std::string_view>& allowed) {
    text = trimmed(text);
    if (!allowed.empty() && std::ranges::find(allowed, text) == allowed.end())
        return std::unexpected(words_for(allowed));
    return std::string(text);
}

std::expected<std::vector<std::string>, std::string>
parse_list(std::string_view text, const std::vector<std::string_view>& allowed) {
    std::vector<std::string> items;
    bool                     goes_on = !trimmed(text).empty();
    while (goes_on) {
        std::size_t comma = text.find(',');
        auto        item = parse_one_of(text.substr(0, comma), allowed);
        if (!item) return std::unexpected(fmt::format("each item {}", item.error()));
        if (item->empty()) return std::unexpected("no item may be empty");
        bool is_twice = !allowed.empty() && std::ranges::find(items, *item) != items.end();
        if (!is_twice) items.push_back(std::move(*item));
        goes_on = comma != text.npos;
        if (goes_on) text.remove_prefix(comma + 1);
    }
    return items;
}

std::string join(const std::vector<std::string>& items) { return fmt::format("{}", fmt::join(items, ",")); }
std::string real_text(double value) {
    std::string text = fmt::format("{}", value);
    if (std::size_t at = text.find("e+"); at != text.npos) text.replace(at, 2, "E"); // as Java writes it
    return text;
}

} // namespace riacho::option_detail
