#pragma once

#include <fmt/core.h>
#include <functional>
#include <string_view>

namespace riacho::log {

enum class Level { trace, debug, info, warn, error };

/// One per module: `constexpr log::Logger logger{"storage"};`
/// error: someone must act. warn: degraded, heals itself. info: one line per change of state. debug: per
/// request. Lower case, no trailing dot, values named.
class Logger {
public:
    constexpr explicit Logger(std::string_view module) : module_(module) {}

    template <class... T> void debug(fmt::format_string<T...> f, T&&... args) const {
        if (enabled(Level::debug)) write(Level::debug, f, fmt::make_format_args(args...));
    }
    template <class... T> void info(fmt::format_string<T...> f, T&&... args) const {
        if (enabled(Level::info)) write(Level::info, f, fmt::make_format_args(args...));
    }
    template <class... T> void warn(fmt::format_string<T...> f, T&&... args) const {
        if (enabled(Level::warn)) write(Level::warn, f, fmt::make_format_args(args...));
    }
    template <class... T> void error(fmt::format_string<T...> f, T&&... args) const {
        if (enabled(Level::error)) write(Level::error, f, fmt::make_format_args(args...));
    }

private:
    static bool enabled(Level level);
    void        write(Level level, fmt::string_view format, fmt::format_args args) const;

    std::string_view module_;
};

/// Lines below `level` are dropped. Called once, by app/ or a test.
void set_level(Level level);
/// Where lines go instead of stderr: a test that looks at them. Called while nothing logs; empty for stderr.
void set_sink(std::function<void(std::string_view line)> sink);

} // namespace riacho::log
