#include "browse/time_text.hpp"

#include <charconv>
#include <chrono>
#include <fmt/core.h>

namespace riacho::browse {
namespace {

/// Takes a text apart from its beginning; what does not fit latches.
class TimeReader {
public:
    explicit TimeReader(std::string_view text) : rest_(text) {}

    bool failed() const { return failed_; }
    bool done() const { return rest_.empty(); }
    /// Exactly `digits` digits, between the two.
    int number(std::size_t digits, int low, int high) {
        int value = -1;
        if (rest_.size() >= digits) {
            auto [end, error] = std::from_chars(rest_.data(), rest_.data() + digits, value);
            if (error != std::errc() || end != rest_.data() + digits) value = -1;
        }
        if (value < low || value > high || rest_.starts_with('-')) failed_ = true;
        if (!failed_) rest_.remove_prefix(digits);
        return value;
    }
    bool take(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void need(char c) {
        if (!take(c)) failed_ = true;
    }
    int milliseconds() {
        int  value = 0;
        auto digits = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
        if (digits == 0) failed_ = true;
        for (std::size_t i = 0; i < 3; i++) value = value * 10 + (i < digits ? rest_[i] - '0' : 0);
        rest_.remove_prefix(digits);
        return value;
    }

private:
    std::string_view rest_;
    bool             failed_ = false;
};

std::chrono::minutes zone_of(TimeReader& in) {
    using namespace std::chrono;
    if (in.done() || in.take('Z') || in.take('z')) return minutes(0);
    bool is_east = in.take('+');
    if (!is_east) in.need('-');
    minutes offset = hours(in.number(2, 0, 23));
    (void)in.take(':');
    offset += minutes(in.number(2, 0, 59));
    return is_east ? offset : -offset;
}

} // namespace

std::optional<Timestamp> parse_time(std::string_view text) {
    using namespace std::chrono;
    TimeReader in(text);
    auto       y = year(in.number(4, 0, 9999));
    in.need('-');
    auto m = month(static_cast<unsigned>(in.number(2, 1, 12)));
    in.need('-');
    auto           d = day(static_cast<unsigned>(in.number(2, 1, 31)));
    year_month_day date(y, m, d);
    if (in.failed() || !date.ok()) return std::nullopt;
    milliseconds time = sys_days(date).time_since_epoch();
    if (!in.done()) {
        if (!in.take('T') && !in.take('t')) in.need(' ');
        time += hours(in.number(2, 0, 23));
        in.need(':');
        time += minutes(in.number(2, 0, 59));
        if (in.take(':')) {
            time += seconds(in.number(2, 0, 60)); // 60 is a leap second
            if (in.take('.')) time += milliseconds(in.milliseconds());
        }
        time -= zone_of(in);
    }
    if (in.failed() || !in.done()) return std::nullopt;
    return Timestamp{time.count()};
}

std::string time_text(Timestamp time) {
    using namespace std::chrono;
    constexpr std::int64_t first = -62'167'219'200'000, last = 253'402'300'799'999; // years 0000 to 9999
    if (time.ms < first || time.ms > last) return std::to_string(time.ms);
    sys_time<milliseconds> at{milliseconds(time.ms)};
    auto                   midnight = floor<days>(at);
    year_month_day         date(midnight);
    hh_mm_ss               clock(at - midnight);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                       clock.subseconds().count());
}

} // namespace riacho::browse
