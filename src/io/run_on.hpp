#pragma once

#include "io/shard.hpp"

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace riacho::io {

/// Runs `work` on `there` and comes back to `home`, with its result or its exception.
template <class T> Task<T> run_on(Shard& there, Shard& home, Task<T> work) {
    std::exception_ptr error;
    co_await there.enter_if_away();
    if constexpr (std::is_void_v<T>) {
        try {
            co_await std::move(work);
        } catch (...) { error = std::current_exception(); }
        co_await home.enter_if_away();
        if (error) std::rethrow_exception(error);
    } else {
        std::optional<T> result;
        try {
            result.emplace(co_await std::move(work));
        } catch (...) { error = std::current_exception(); }
        co_await home.enter_if_away();
        if (error) std::rethrow_exception(error);
        co_return std::move(*result);
    }
}

} // namespace riacho::io
