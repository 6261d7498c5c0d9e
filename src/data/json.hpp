#pragma once

#include "data/number.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace riacho::data {

/// A number of a JSON document: the text that stood there.
class Number {
public:
    template <std::integral Int> explicit Number(Int value) : text_(std::to_string(value)) {}
    /// Nothing where RFC 8259 knows no such number.
    static std::optional<Number> from_text(std::string_view text);

    const std::string& text() const { return text_; }
    /// By value: 1.0 equals 1.
    friend bool                 operator==(const Number& a, const Number& b) { return (a <=> b) == 0; }
    friend std::strong_ordering operator<=>(const Number& a, const Number& b) {
        return compare_numbers(a.text_, b.text_);
    }

private:
    Number() = default;
    std::string text_;
};

struct JsonMember;

/// A JSON value. Objects keep the order of their members, and all of them where names come twice.
///     Json answer = Json::Object{{"name", "orders"}, {"partitions", 3}, {"internal", false}};
class Json {
public:
    enum class Kind { null, boolean, number, string, array, object };
    using Array = std::vector<Json>;
    using Object = std::vector<JsonMember>;

    Json();
    Json(std::nullptr_t);
    template <std::integral Int> Json(Int value) : Json(from_integral(value)) {}
    Json(Number value);
    Json(std::string text);
    Json(std::string_view text);
    Json(const char* text);
    Json(Array values);
    Json(Object members);
    Json(const Json&);
    Json(Json&&) noexcept;
    Json& operator=(const Json&);
    Json& operator=(Json&&) noexcept;
    ~Json();

    Kind kind() const { return static_cast<Kind>(value_.index()); }
    bool is_null() const { return kind() == Kind::null; }

    // Null where the value is of another kind.
    const bool*        boolean() const { return std::get_if<bool>(&value_); }
    const Number*      number() const { return std::get_if<Number>(&value_); }
    const std::string* string() const { return std::get_if<std::string>(&value_); }
    const Array*       array() const { return std::get_if<Array>(&value_); }
    const Object*      object() const { return std::get_if<Object>(&value_); }
    Array*             array() { return std::get_if<Array>(&value_); }
    Object*            object() { return std::get_if<Object>(&value_); }

    /// The member of that name, the last one where there are several, as most readers of JSON have it. Null
    /// where there is none or this is no object.
    const Json* find(std::string_view name) const;
    /// A whole number of 64 bits; nothing for anything else.
    std::optional<std::int64_t> int64() const;

    friend bool operator==(const Json& a, const Json& b);

private:
    // Nothing of `value_` is made in this header: its alternatives are not complete before JsonMember is.
    enum class Truth { no, yes };
    explicit Json(Truth truth);
    template <std::integral Int> static auto from_integral(Int value) {
        if constexpr (std::same_as<Int, bool>)
            return value ? Truth::yes : Truth::no;
        else
            return Number(value);
    }

    std::variant<std::monostate, bool, Number, std::string, Array, Object> value_;
};

struct JsonMember {
    std::string name;
    Json        value;
    friend bool operator==(const JsonMember&, const JsonMember&) = default;
};

enum class JsonLayout {
    compact,  ///< no white space
    indented, ///< two spaces for each level, for people
};

/// The document as RFC 8259 has it. Numbers as they were written. What is no UTF-8 in a string becomes
/// U+FFFD; control characters are escaped, other characters stand as they are.
std::string write_json(const Json& value, JsonLayout layout = JsonLayout::compact);
/// The same behind what `out` holds already: for lists that are too long to be made as a value first.
void append_json(std::string& out, const Json& value);
/// `text` as a JSON string, with its quotes.
void append_json_string(std::string& out, std::string_view text);

} // namespace riacho::data
