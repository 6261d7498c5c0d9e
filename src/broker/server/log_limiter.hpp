#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

namespace riacho::broker {

/// What peers cause to be logged: at most so many lines in one second.
class LogLimiter {
public:
    static constexpr int lines_per_second = 10;

    /// How many lines were left out since the last one; nothing when this one is to be left out too.
    std::optional<std::uint64_t> take(Time now) {
        if (now - second_ >= std::chrono::seconds(1)) {
            second_ = now;
            lines_ = 0;
        }
        if (lines_ >= lines_per_second) {
            ++left_out_;
            return std::nullopt;
        }
        ++lines_;
        return std::exchange(left_out_, 0);
    }

private:
    Time          second_ = Time::min() / 2;
    int           lines_ = 0;
    std::uint64_t left_out_ = 0;
};

} // namespace riacho::broker
