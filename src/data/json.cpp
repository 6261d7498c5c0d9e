#include "data/json.hpp"

#include <algorithm>
#include <ranges>

namespace riacho::data {

std::optional<Number> Number::from_text(std::string_view text) {
    if (!is_number(text)) return std::nullopt;
    Number number;
    number.text_ = text;
    return number;
}

// Here, where a member is a complete type.
Json::Json() = default;
Json::Json(std::nullptr_t) {}
Json::Json(Truth truth) : value_(truth == Truth::yes) {}
Json::Json(Number value) : value_(std::move(value)) {}
Json::Json(std::string text) : value_(std::move(text)) {}
Json::Json(std::string_view text) : value_(std::string(text)) {}
Json::Json(const char* text) : value_(std::string(text)) {}
Json::Json(Array values) : value_(std::move(values)) {}
Json::Json(Object members) : value_(std::move(members)) {}
Json::Json(const Json&) = default;
Json::Json(Json&&) noexcept = default;
Json& Json::operator=(const Json&) = default;
Json& Json::operator=(Json&&) noexcept = default;
Json::~Json() = default;

bool operator==(const Json& a, const Json& b) { return a.value_ == b.value_; }

const Json* Json::find(std::string_view name) const {
    const Object* members = object();
    if (!members) return nullptr;
    for (const JsonMember& member : std::views::reverse(*members)) {
        if (member.name == name) return &member.value;
    }
    return nullptr;
}

std::optional<std::int64_t> Json::int64() const {
    const Number* value = number();
    return value ? int64_of(value->text()) : std::nullopt;
}

} // namespace riacho::data
