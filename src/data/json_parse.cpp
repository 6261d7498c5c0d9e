#include "data/json_parse.hpp"

#include "base/check.hpp"

// Boost.JSON's parser of events alone, without its values: only this file knows it.
#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/detail/impl/default_resource.ipp>
#include <boost/json/detail/impl/except.ipp>
#include <boost/json/detail/impl/shared_resource.ipp>
#include <boost/json/detail/impl/stack.ipp>
#include <boost/json/impl/error.ipp>
#include <fmt/core.h>
#include <utility>
#include <vector>

namespace riacho::data {
namespace {

namespace json = boost::json;
using json::error_code;

/// Gives the parser's events to a visitor, a text that comes in pieces as one.
class VisitorHandler {
public:
    static constexpr std::size_t max_array_size = ~std::size_t{0};
    static constexpr std::size_t max_object_size = ~std::size_t{0};
    static constexpr std::size_t max_string_size = ~std::size_t{0};
    static constexpr std::size_t max_key_size = ~std::size_t{0};

    explicit VisitorHandler(JsonVisitor& visitor) : visitor_(visitor) {}

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_array_begin(error_code&) { return visitor_.begin_array(), true; }
    bool on_array_end(std::size_t, error_code&) { return visitor_.end_array(), true; }
    bool on_object_begin(error_code&) { return visitor_.begin_object(), true; }
    bool on_object_end(std::size_t, error_code&) { return visitor_.end_object(), true; }
    bool on_string_part(json::string_view part, std::size_t, error_code&) { return add(part); }
    bool on_key_part(json::string_view part, std::size_t, error_code&) { return add(part); }
    bool on_number_part(json::string_view part, error_code&) { return add(part); }
    bool on_string(json::string_view last, std::size_t, error_code&) {
        return visitor_.string(whole(last)), true;
    }
    bool on_key(json::string_view last, std::size_t, error_code&) { return visitor_.name(whole(last)), true; }
    bool on_int64(std::int64_t, json::string_view last, error_code&) { return number(last); }
    bool on_uint64(std::uint64_t, json::string_view last, error_code&) { return number(last); }
    bool on_double(double, json::string_view last, error_code&) { return number(last); }
    bool on_bool(bool value, error_code&) { return visitor_.boolean(value), true; }
    bool on_null(error_code&) { return visitor_.null(), true; }
    bool on_comment_part(json::string_view, error_code&) { return true; }
    bool on_comment(json::string_view, error_code&) { return true; }

private:
    bool add(json::string_view part) {
        if (std::exchange(is_whole_, false)) pieces_.clear();
        pieces_.append(part.data(), part.size());
        return true;
    }
    std::string_view whole(json::string_view last) {
        if (std::exchange(is_whole_, true)) return {last.data(), last.size()};
        return pieces_.append(last.data(), last.size());
    }
    bool number(json::string_view last) { return visitor_.number(whole(last)), true; }

    JsonVisitor& visitor_;
    std::string  pieces_;
    bool         is_whole_ = true;
};

class JsonBuilder : public JsonVisitor {
public:
    explicit JsonBuilder(std::size_t values_max) : values_left_(values_max) {}

    void begin_object() override { open(Json::Object{}); }
    void end_object() override { close(); }
    void begin_array() override { open(Json::Array{}); }
    void end_array() override { close(); }
    void name(std::string_view text) override { names_.emplace_back(text); }
    void string(std::string_view text) override { add(Json(text)); }
    void number(std::string_view text) override {
        auto number = Number::from_text(text);
        check(number.has_value(), "the parser lets only numbers through");
        add(Json(*std::move(number)));
    }
    void boolean(bool value) override { add(Json(value)); }
    void null() override { add(Json()); }

    bool has_too_many() const { return has_too_many_; }
    Json take() { return std::move(root_); }

private:
    void open(Json container) {
        if (count())
            open_.push_back(std::move(container));
        else
            ++skipped_;
    }
    void close() {
        if (skipped_ > 0) return void(--skipped_);
        Json closed = std::move(open_.back());
        open_.pop_back();
        put(std::move(closed));
    }
    void add(Json value) {
        if (count()) put(std::move(value));
    }
    /// Past the limit nothing is kept any more.
    bool count() {
        if (values_left_ == 0)
            has_too_many_ = true;
        else
            --values_left_;
        return !has_too_many_;
    }
    void put(Json value) {
        if (has_too_many_) return;
        if (open_.empty()) {
            root_ = std::move(value);
        } else if (Json::Array* values = open_.back().array()) {
            values->push_back(std::move(value));
        } else {
            open_.back().object()->push_back({std::move(names_.back()), std::move(value)});
            names_.pop_back();
        }
    }

    Json                     root_;
    std::vector<Json>        open_;
    std::vector<std::string> names_; // of members whose values are under way
    std::size_t              values_left_;
    std::size_t              skipped_ = 0;
    bool                     has_too_many_ = false;
};

std::string_view sentence_of(json::error error) {
    switch (error) {
    case json::error::incomplete:
        return "the document ends too early";
    case json::error::extra_data:
        return "something follows the document";
    case json::error::exponent_overflow:
        return "the exponent is too large";
    case json::error::too_deep:
        return "too many arrays and objects inside each other";
    case json::error::illegal_leading_surrogate:
    case json::error::illegal_trailing_surrogate:
    case json::error::expected_utf16_escape:
        return "half of a surrogate pair";
    case json::error::expected_hex_digit:
        return "\\u needs four hexadecimal digits";
    default:
        return "";
    }
}

std::string position_of(std::string_view text, std::size_t at) {
    std::string_view before = text.substr(0, at);
    auto             lines = std::ranges::count(before, '\n');
    auto             start = before.rfind('\n');
    return fmt::format("line {}, column {}", lines + 1, start == before.npos ? at + 1 : at - start);
}

bool follows_surrogate(std::string_view text, std::size_t at) {
    constexpr std::string_view::size_type escape_size = 6; // \ud800
    if (at < escape_size) return false;
    std::string_view escape = text.substr(at - escape_size, 3);
    return escape == "\\ud" || escape == "\\uD";
}

std::unexpected<Failure<JsonError>> json_failure(std::string_view text, std::size_t at, error_code error) {
    at = std::min(at, text.size());
    auto code = static_cast<json::error>(error.value());
    if (code == json::error::too_deep)
        return fail(JsonError::too_deep, fmt::format("{}: {}", position_of(text, at), sentence_of(code)));
    bool        is_high = at < text.size() && static_cast<unsigned char>(text[at]) >= 0x80;
    std::string what(sentence_of(code));
    if (what.empty() && follows_surrogate(text, at)) what = sentence_of(json::error::expected_utf16_escape);
    if (what.empty() && at == text.size()) what = "the document ends too early";
    if (what.empty() && is_high) what = "not valid UTF-8, or a character that must be in a string";
    if (what.empty() && static_cast<unsigned char>(text[at]) < 0x20)
        what = fmt::format("byte {:#04x} has no place here", static_cast<unsigned char>(text[at]));
    if (what.empty()) what = fmt::format("'{}' has no place here", text[at]);
    return fail(is_high ? JsonError::not_utf8 : JsonError::malformed,
                fmt::format("{}: {}", position_of(text, at), what));
}

} // namespace

Outcome<void, JsonError> visit_json(std::string_view text, JsonVisitor& visitor, JsonLimits limits) {
    if (text.size() > limits.bytes_max)
        return fail(JsonError::too_large,
                    fmt::format("{} bytes, {} are taken", text.size(), limits.bytes_max));
    json::parse_options options;
    options.max_depth = limits.depth_max;
    json::basic_parser<VisitorHandler> parser(options, visitor);
    error_code                         error;
    std::size_t                        used = parser.write_some(false, text.data(), text.size(), error);
    if (!error && used < text.size()) error = json::error::extra_data;
    if (error) return json_failure(text, used, error);
    return {};
}

Outcome<Json, JsonError> parse_json(std::string_view text, JsonLimits limits) {
    JsonBuilder builder(limits.values_max);
    if (auto read = visit_json(text, builder, limits); !read) return std::unexpected(std::move(read).error());
    if (builder.has_too_many())
        return fail(JsonError::too_large, fmt::format("more than {} values", limits.values_max));
    return builder.take();
}

} // namespace riacho::data
