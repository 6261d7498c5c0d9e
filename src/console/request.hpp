#pragma once

#include "console/problem.hpp"
#include "data/json.hpp"
#include "http/exchange.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace riacho::console {

/// A number of 64 bits as the API writes it: text.
data::Json int64_json(std::int64_t value);
data::Json int64_json(std::optional<std::int64_t> value);
/// A rate: a number with six digits, or null.
data::Json                    rate_json(std::optional<double> value);
template <class T> data::Json or_null(const std::optional<T>& value) {
    return value ? data::Json(*value) : data::Json(nullptr);
}

// Parameters of the query; each names itself in what it complains of.
OrProblem<bool>         flag_in(const http::Target& target, std::string_view name, std::string_view fallback);
OrProblem<std::int64_t> number_in(const http::Target& target, std::string_view name, std::int64_t fallback,
                                  std::int64_t low, std::int64_t high);
/// One of `allowed`; the first where it is missing.
OrProblem<std::string> choice_in(const http::Target& target, std::string_view name,
                                 std::vector<std::string_view> allowed);

/// How many characters a text may have.
struct Length {
    std::size_t low = 0;
    std::size_t high = SIZE_MAX;
};
/// How many characters a text of UTF-8 has.
std::size_t code_points(std::string_view text);
/// Null where it is missing.
OrProblem<const std::string*> text_in(const http::Target& target, std::string_view name, Length length);
/// A topic's name in the query, which is as Kafka allows them; null where it is missing.
OrProblem<const std::string*> topic_name_in(const http::Target& target);

/// The `partition` parameters; none for all.
OrProblem<std::vector<std::int32_t>> partitions_in_query(const http::Target& target);

/// What every list takes.
struct Paging {
    std::string search; ///< in lower case
    std::string sort;
    enum class Order { ascending, descending } order = Order::ascending;
    std::size_t offset = 0;
    std::size_t limit = 100;

    bool finds(std::string_view name) const;
};
OrProblem<Paging> paging_in(const http::Target& target, std::vector<std::string_view> sorts);

/// The members of an object in a body, of which none may be left over.
class Body {
public:
    /// The whole body; an empty one is an empty object.
    static Task<OrProblem<Body>> of(http::Exchange& exchange);
    /// An object inside of it, which complaints call `where`.
    static OrProblem<Body> of(const data::Json& value, std::string_view where);

    /// Null where it is not there.
    const data::Json*                     take(std::string_view name);
    OrProblem<std::string>                text(std::string_view name, Length length = {});
    OrProblem<std::optional<std::string>> text_if_there(std::string_view name, Length length = {});
    /// The same, where null is as good as nothing.
    OrProblem<std::optional<std::string>>  text_or_none(std::string_view name);
    OrProblem<std::optional<std::int64_t>> number_or_none(std::string_view name, std::int64_t low,
                                                          std::int64_t high);
    /// Complains of a member that nobody took.
    OrProblem<void> end() const;

private:
    explicit Body(data::Json::Object members, std::string prefix = "")
        : members_(std::move(members)), prefix_(std::move(prefix)), taken_(members_.size(), '-') {}

    data::Json::Object members_;
    std::string        prefix_; ///< "changes."
    std::string        taken_;
};

} // namespace riacho::console
