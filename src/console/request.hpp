#pragma once

#include "console/problem.hpp"
#include "data/json.hpp"
#include "http/exchange.hpp"

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

/// The members of a body that is an object, of which none may be left over.
class Body {
public:
    /// An empty body is an empty object.
    static Task<OrProblem<Body>> of(http::Exchange& exchange);

    /// Null where it is not there.
    const data::Json*                      take(std::string_view name);
    OrProblem<std::string>                 text(std::string_view name);
    OrProblem<std::optional<std::string>>  text_or_none(std::string_view name);
    OrProblem<std::optional<std::int64_t>> number_or_none(std::string_view name, std::int64_t low,
                                                          std::int64_t high);
    /// Complains of a member that nobody took.
    OrProblem<void> end() const;

private:
    explicit Body(data::Json::Object members) : members_(std::move(members)), taken_(members_.size(), '-') {}

    data::Json::Object members_;
    std::string        taken_;
};

} // namespace riacho::console
