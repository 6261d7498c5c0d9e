#pragma once

#include "client/link/cluster_types.hpp"
#include "data/json.hpp"
#include "http/exchange.hpp"

#include <cstddef>
#include <expected>
#include <optional>
#include <string>

namespace riacho::console {

/// What went wrong, as the API tells it: RFC 9457, with a stable code (the head of openapi.yaml lists them).
struct Problem {
    http::Status               status = http::Status::internal_error;
    std::string                code;
    std::string                detail;
    std::optional<std::size_t> position = std::nullopt; ///< in an expression, in code points
    std::string                hint = {};
};
template <class T> using OrProblem = std::expected<T, Problem>;

inline std::unexpected<Problem> problem(http::Status status, std::string code, std::string detail) {
    return std::unexpected(Problem{status, std::move(code), std::move(detail)});
}
inline std::unexpected<Problem> bad_request(std::string detail) {
    return problem(http::Status::bad_request, "BAD_REQUEST", std::move(detail));
}

/// A cluster answered with an error of Kafka's: its name is the code. `message` is the cluster's own, or
/// empty.
Problem problem_of(kafka::ErrorCode error, std::string message);
/// It gave no answer.
Problem problem_of(const Failure<client::NoReply>& failure);
/// HTTP itself refused the request.
Problem problem_of(const Failure<http::Status>& failure);

data::Json     json_of(const Problem& problem);
http::Response response_of(const Problem& problem);

} // namespace riacho::console
