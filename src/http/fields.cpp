#include "http/fields.hpp"

#include "http/syntax.hpp"

#include <algorithm>

namespace riacho::http {

bool equals_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, lower, lower);
}

void Fields::set(std::string_view name, std::string value) {
    auto found = std::ranges::find_if(
        fields_, [&](const Field& field) { return equals_ignoring_case(field.name, name); });
    Field field{std::string(name), std::move(value)};
    auto  place = found - fields_.begin();
    remove(field.name);
    fields_.insert(fields_.begin() + place, std::move(field));
}

void Fields::remove(std::string_view name) {
    // `name` may be the name of one of them.
    std::string gone(name);
    std::erase_if(fields_, [&](const Field& field) { return equals_ignoring_case(field.name, gone); });
}

const std::string* Fields::find(std::string_view name) const {
    for (const Field& field : fields_)
        if (equals_ignoring_case(field.name, name)) return &field.value;
    return nullptr;
}

std::size_t Fields::count(std::string_view name) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        fields_, [&](const Field& field) { return equals_ignoring_case(field.name, name); }));
}

bool Fields::lists(std::string_view name, std::string_view item) const {
    for (const Field& field : fields_) {
        if (!equals_ignoring_case(field.name, name)) continue;
        for (std::string_view listed : list_items(field.value))
            if (equals_ignoring_case(listed, item)) return true;
    }
    return false;
}

std::vector<std::string_view> list_items(std::string_view value) {
    std::vector<std::string_view> items;
    while (!value.empty()) {
        std::size_t      comma = std::min(value.find(','), value.size());
        std::string_view item = trimmed(value.substr(0, comma));
        if (!item.empty()) items.push_back(item);
        value.remove_prefix(std::min(comma + 1, value.size()));
    }
    return items;
}

} // namespace riacho::http
