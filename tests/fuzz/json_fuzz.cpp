// JSON: any text through the parser. What it takes is written, read again and the same; what it refuses has a
// position. Numbers in it have one order, whatever their notation.
#include "data/json_parse.hpp"
#include "data/utf8.hpp"
#include "fuzz.hpp"

#include <string>
#include <vector>

namespace riacho::data {
namespace {

using fuzz::require;

/// A value takes 48 bytes behind its two of text, a growing vector up to three times that.
constexpr std::size_t bytes_each_max = 128;
constexpr std::size_t bytes_always_max = 1 << 16;

void collect_numbers(const Json& json, std::vector<Number>& numbers) {
    if (numbers.size() == 8) return;
    if (auto* number = json.number()) numbers.push_back(*number);
    if (auto* values = json.array()) {
        for (const Json& value : *values) collect_numbers(value, numbers);
    }
    if (auto* members = json.object()) {
        for (const JsonMember& member : *members) collect_numbers(member.value, numbers);
    }
}

void compare_all(const std::vector<Number>& numbers) {
    for (const Number& a : numbers) {
        require(is_number(a.text()), "a number's text is a number:", a.text());
        require(a == a, "a number equals itself:", a.text());
        auto whole = int64_of(a.text());
        require(!whole || Number(*whole) == a, "as 64 bits it is the same number:", a.text());
        for (const Number& b : numbers) {
            require((a < b) == (b > a) && (a == b) == (b == a), "the order has two sides:", a.text());
            for (const Number& c : numbers)
                require(!(a <= b && b <= c) || a <= c, "the order is one:", a.text());
        }
    }
}

void read(std::string_view text) {
    auto json = [&] {
        fuzz::MemoryLimit limit(bytes_always_max + text.size() * bytes_each_max);
        return parse_json(text);
    }();
    if (!json)
        return require(json.error().detail.starts_with("line "),
                       "a failure says where:", json.error().detail);
    std::string written = write_json(*json);
    require(is_utf8(written), "what is written is text");
    auto again = parse_json(written);
    require(again.has_value() && *again == *json, "written and read, it is the same:", written);
    require(write_json(*again) == written, "written twice, it is the same:", written);
    auto indented = parse_json(write_json(*json, JsonLayout::indented));
    require(indented.has_value() && *indented == *json, "white space changes nothing:", written);
    std::vector<Number> numbers;
    collect_numbers(*json, numbers);
    compare_all(numbers);
}

} // namespace
} // namespace riacho::data

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    riacho::data::read(riacho::as_text(riacho::fuzz::view_of(data, size)));
    return 0;
}
