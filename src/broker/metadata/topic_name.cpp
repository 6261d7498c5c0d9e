#include "broker/metadata/topic_name.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace riacho::broker {
namespace {

bool is_legal(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

} // namespace

std::optional<std::string> topic_name_problem(std::string_view name) {
    constexpr std::size_t length_max = 249;
    if (name.empty()) return "Topic name is invalid: the empty string is not allowed";
    if (name == "." || name == "..") return fmt::format("Topic name is invalid: '{}' is not allowed", name);
    if (name.size() > length_max)
        return fmt::format(
            "Topic name is invalid: the length of '{}' is longer than the max allowed length {}", name,
            length_max);
    if (!std::ranges::all_of(name, is_legal))
        return fmt::format("Topic name is invalid: '{}' contains one or more characters other than ASCII "
                           "alphanumerics, '.', '_' and '-'",
                           name);
    return std::nullopt;
}

std::string with_dots_unified(std::string_view name) {
    std::string unified(name);
    std::ranges::replace(unified, '.', '_');
    return unified;
}

} // namespace riacho::broker
