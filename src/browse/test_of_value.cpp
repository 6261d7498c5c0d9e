#include "browse/test_of_value.hpp"

#include "browse/contains.hpp"
#include "browse/numbers_in_bytes.hpp"
#include "browse/time_text.hpp"
#include "data/json_parse.hpp"

#include <algorithm>
#include <compare>
#include <fmt/core.h>
#include <utility>

namespace riacho::browse {
namespace {

bool is_text_operator(Operator op) {
    return op == Operator::contains || op == Operator::starts_with || op == Operator::ends_with ||
           op == Operator::matches;
}

bool is_order_of(Operator op, std::strong_ordering order) {
    switch (op) {
    case Operator::less:
        return order < 0;
    case Operator::less_or_equal:
        return order <= 0;
    case Operator::greater:
        return order > 0;
    case Operator::greater_or_equal:
        return order >= 0;
    default:
        return order == 0;
    }
}

std::string_view without_space(std::string_view text) {
    constexpr std::string_view space = " \t\r\n";
    auto                       first = std::min(text.find_first_not_of(space), text.size());
    return text.substr(first, text.find_last_not_of(space) + 1 - first);
}

/// Fields that are numbers take numbers, and the time takes times.
std::expected<void, Problem> check_number(Field field, Literal& literal) {
    if (literal.kind == Literal::Kind::number) return {};
    std::string_view name = field == Field::partition ? "partition"
                            : field == Field::offset  ? "offset"
                                                      : "timestamp";
    if (field != Field::timestamp)
        return std::unexpected(Problem{literal.at, literal.length, fmt::format("{} is a number", name),
                                       fmt::format("such as {} >= 100", name)});
    auto time = parse_time(literal.text);
    if (!time)
        return std::unexpected(
            Problem{literal.at, literal.length, fmt::format("'{}' is no time", literal.text),
                    "such as \"2024-01-31\", \"2024-01-31T12:30:00Z\" or milliseconds since 1970"});
    literal.kind = Literal::Kind::number;
    literal.text = std::to_string(time->ms);
    return {};
}

} // namespace

std::expected<ValueTest, Problem> ValueTest::compile(const Comparison& comparison) {
    Field     field = comparison.operand.field;
    ValueTest test(comparison.op);
    test.literals_ = comparison.literals;
    if (field == Field::partition || field == Field::offset || field == Field::timestamp) {
        bool has_order =
            !is_text_operator(test.op_) && test.op_ != Operator::exists && test.op_ != Operator::is_null;
        if (!has_order)
            return std::unexpected(Problem{comparison.at, comparison.length,
                                           "this field is a number, and always there",
                                           "compare it with ==, !=, <, <=, >, >= or in"});
        for (Literal& literal : test.literals_) {
            if (auto fits = check_number(field, literal); !fits) return std::unexpected(fits.error());
        }
    }
    bool has_rank = test.op_ >= Operator::less && test.op_ <= Operator::greater_or_equal;
    for (const Literal& literal : test.literals_) {
        bool is_ranked = literal.kind == Literal::Kind::number || literal.kind == Literal::Kind::text;
        if (has_rank && !is_ranked)
            return std::unexpected(Problem{literal.at, literal.length,
                                           fmt::format("nothing is more or less than {}", literal.text),
                                           "compare it with == or !="});
    }
    if (test.op_ == Operator::matches) {
        const Literal& literal = test.literals_.front();
        auto           pattern = Pattern::compile(literal.text);
        if (!pattern)
            return std::unexpected(Problem{literal.at, literal.length,
                                           fmt::format("this pattern is wrong at character {}: {}",
                                                       pattern.error().at + 1, pattern.error().message),
                                           "to search for the text itself, write contains"});
        test.pattern_ = *std::move(pattern);
    }
    return test;
}

bool ValueTest::holds_text(std::string_view text) {
    const std::string& part = literals_.front().text;
    switch (op_) {
    case Operator::contains:
        return contains(text, part);
    case Operator::starts_with:
        return text.starts_with(part);
    case Operator::ends_with:
        return text.ends_with(part);
    default:
        return pattern_->matches(text);
    }
}

bool ValueTest::compares(const Scalar& value, const Literal& literal) const {
    if (value.kind == Scalar::Kind::number && literal.kind == Literal::Kind::number)
        return is_order_of(op_, data::compare_numbers(value.text, literal.text));
    bool is_same_kind = (value.kind == Scalar::Kind::text && literal.kind == Literal::Kind::text) ||
                        (value.kind == Scalar::Kind::boolean && literal.kind == Literal::Kind::boolean);
    if (is_same_kind) return is_order_of(op_, value.text <=> std::string_view(literal.text));
    return value.kind == Scalar::Kind::null && literal.kind == Literal::Kind::null;
}

bool ValueTest::holds(const Scalar& value) {
    if (op_ == Operator::exists) return true;
    if (op_ == Operator::is_null) return value.kind == Scalar::Kind::null;
    if (is_text_operator(op_)) {
        bool has_text = value.kind != Scalar::Kind::null && value.kind != Scalar::Kind::container;
        return has_text && holds_text(value.text);
    }
    return std::ranges::any_of(literals_, [&](const Literal& literal) { return compares(value, literal); });
}

bool ValueTest::compares_bytes(std::string_view text, const Literal& literal) const {
    if (literal.kind == Literal::Kind::text) {
        if (is_order_of(op_, text <=> std::string_view(literal.text))) return true;
        if (!text.starts_with('"')) return false;
        auto json = data::parse_json(text);
        return json && json->string() && compares({Scalar::Kind::text, *json->string()}, literal);
    }
    std::string_view word = without_space(text);
    if (literal.kind == Literal::Kind::boolean) return word == literal.text;
    if (literal.kind == Literal::Kind::null) return false;
    if (data::is_number(word)) return compares({Scalar::Kind::number, word}, literal);
    auto number = number_in(as_bytes(text));
    return number && compares({Scalar::Kind::number, *number}, literal);
}

bool ValueTest::holds(std::optional<ByteView> bytes) {
    if (op_ == Operator::is_null) return !bytes;
    if (op_ == Operator::exists) return bytes.has_value();
    if (!bytes)
        return op_ == Operator::in &&
               std::ranges::any_of(literals_, [](auto& l) { return l.kind == Literal::Kind::null; });
    if (is_text_operator(op_)) return holds_text(as_text(*bytes));
    return std::ranges::any_of(
        literals_, [&](const Literal& literal) { return compares_bytes(as_text(*bytes), literal); });
}

bool ValueTest::holds(std::int64_t number) {
    return holds(Scalar{Scalar::Kind::number, std::to_string(number)});
}

} // namespace riacho::browse
