#include "base/log.hpp"

#include <array>
#include <atomic>
#include <cstdio>
#include <ctime>
#include <fmt/format.h>
#include <iterator>

namespace riacho::log {
namespace {

constexpr std::array<std::string_view, 5> level_names{"trace", "debug", "info", "warn", "error"};

std::atomic<Level>& lowest_level() {
    static std::atomic<Level> level = Level::info;
    return level;
}

std::function<void(std::string_view)>& current_sink() {
    static std::function<void(std::string_view)> sink;
    return sink;
}

void append_time(fmt::memory_buffer& line) {
    std::timespec now{};
    std::timespec_get(&now, TIME_UTC);
    std::tm utc{};
    gmtime_r(&now.tv_sec, &utc);
    fmt::format_to(std::back_inserter(line), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z ",
                   utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                   now.tv_nsec / 1'000'000);
}

} // namespace

bool Logger::enabled(Level level) { return level >= lowest_level().load(std::memory_order_relaxed); }

void Logger::write(Level level, fmt::string_view format, fmt::format_args args) const {
    fmt::memory_buffer line;
    if (!current_sink()) append_time(line);
    fmt::format_to(std::back_inserter(line), "{:5} {}: ", level_names[static_cast<std::size_t>(level)],
                   module_);
    fmt::vformat_to(std::back_inserter(line), format, args);
    line.push_back('\n');
    if (current_sink()) return current_sink()({line.data(), line.size()});
    std::fwrite(line.data(), 1, line.size(), stderr); // one write: lines of two threads do not mix
}

void set_level(Level level) { lowest_level() = level; }
void set_sink(std::function<void(std::string_view)> sink) { current_sink() = std::move(sink); }

} // namespace riacho::log
