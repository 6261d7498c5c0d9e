#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace riacho::http {

/// ASCII letters of either case are the same; nothing else is.
bool equals_ignoring_case(std::string_view a, std::string_view b);

struct Field {
    std::string name;
    std::string value;
    bool        operator==(const Field&) const = default;
};

/// The header fields of a message, in order, by their names in any case.
class Fields {
public:
    Fields() = default;
    Fields(std::initializer_list<Field> fields) : fields_(fields) {}

    void add(std::string name, std::string value) { fields_.push_back({std::move(name), std::move(value)}); }
    /// In place of all that have the name.
    void set(std::string_view name, std::string value);
    void remove(std::string_view name);

    /// The value of the first with this name; null where there is none.
    const std::string* find(std::string_view name) const;
    bool               has(std::string_view name) const { return find(name) != nullptr; }
    std::size_t        count(std::string_view name) const;
    /// Whether a comma-separated field, in one line or several, lists `item`. Case does not matter.
    bool lists(std::string_view name, std::string_view item) const;

    auto        begin() const { return fields_.begin(); }
    auto        end() const { return fields_.end(); }
    std::size_t size() const { return fields_.size(); }
    bool        operator==(const Fields&) const = default;

private:
    std::vector<Field> fields_;
};

/// The items of a comma-separated value, without white space around them and without empty ones.
std::vector<std::string_view> list_items(std::string_view value);

} // namespace riacho::http
