#include "http/date.hpp"

#include <array>
#include <chrono>
#include <fmt/core.h>
#include <string_view>

namespace riacho::http {
namespace {

constexpr std::array<std::string_view, 7>  day_names{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> month_names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

} // namespace

std::string date_text(Timestamp at) {
    std::chrono::sys_time       time{std::chrono::milliseconds(at.ms)};
    auto                        days = std::chrono::floor<std::chrono::days>(time);
    std::chrono::year_month_day date(days);
    std::chrono::weekday        weekday(days);
    std::chrono::hh_mm_ss       clock(std::chrono::floor<std::chrono::seconds>(time - days));
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", day_names[weekday.c_encoding()],
                       static_cast<unsigned>(date.day()),
                       month_names[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

} // namespace riacho::http
