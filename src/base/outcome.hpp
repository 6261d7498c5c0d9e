#pragma once

#include <expected>
#include <string>
#include <utility>

namespace riacho {

/// What a caller is expected to handle: a reason that it can switch on and a sentence that a person can read.
template <class Code> struct Failure {
    Code        code;
    std::string detail;
};

template <class T, class Code> using Outcome = std::expected<T, Failure<Code>>;

template <class Code> std::unexpected<Failure<Code>> fail(Code code, std::string detail = {}) {
    return std::unexpected(Failure<Code>{code, std::move(detail)});
}

} // namespace riacho

/// `TRY(auto x, f())` declares x from a successful outcome and returns the failure otherwise; CO_TRY is its
/// twin inside a coroutine.
#define TRY(declaration, ...)                                                                                \
    RIACHO_TRY_(return, RIACHO_CAT_(outcome_, __COUNTER__), declaration, __VA_ARGS__)
#define CO_TRY(declaration, ...)                                                                             \
    RIACHO_TRY_(co_return, RIACHO_CAT_(outcome_, __COUNTER__), declaration, __VA_ARGS__)
#define RIACHO_TRY_(leave, outcome, declaration, ...)                                                        \
    auto outcome = (__VA_ARGS__);                                                                            \
    if (!outcome) leave std::unexpected(std::move(outcome).error());                                         \
    declaration = *std::move(outcome)
#define RIACHO_CAT_(a, b) RIACHO_CAT2_(a, b)
#define RIACHO_CAT2_(a, b) a##b
