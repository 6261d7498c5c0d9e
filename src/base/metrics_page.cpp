#include "base/metrics_page.hpp"

#include <fmt/format.h>

namespace riacho {
namespace {

using Label = MetricsPage::Label;

constexpr double      quantiles[] = {0.5, 0.75, 0.95, 0.98, 0.99, 0.999}; // Kafka's
constexpr const char* kind_names[] = {"counter", "gauge", "summary", "histogram"};

double as_ms(Time time) { return std::chrono::duration<double, std::milli>(time).count(); }
double as_seconds(Time time) { return std::chrono::duration<double>(time).count(); }

void append_escaped(std::string& to, std::string_view text, std::string_view escaped) {
    for (char c : text) {
        if (escaped.contains(c)) to += '\\';
        if (c == '\n')
            to += "\\n";
        else
            to += c;
    }
}

} // namespace

void MetricsPage::family(std::string_view name, Kind kind, std::string_view help) {
    name_ = name;
    text_ += fmt::format("# HELP {} ", name);
    append_escaped(text_, help, "\\");
    text_ += fmt::format("\n# TYPE {} {}\n", name, kind_names[static_cast<std::size_t>(kind)]);
}

void MetricsPage::line(std::string_view suffix, Labels labels, Label more, std::string_view value) {
    text_.append(name_).append(suffix);
    char before = '{';
    auto add = [&](const Label& label) {
        text_ += std::exchange(before, ',');
        text_.append(label.first).append("=\"");
        append_escaped(text_, label.second, "\\\"");
        text_ += '"';
    };
    for (const Label& label : labels) add(label);
    if (!more.first.empty()) add(more);
    if (before == ',') text_ += '}';
    text_.append(" ").append(value).append("\n");
}

void MetricsPage::sample(std::initializer_list<Label> labels, std::uint64_t value) {
    line("", labels, {}, fmt::to_string(value));
}

void MetricsPage::sample(std::initializer_list<Label> labels, std::int64_t value) {
    line("", labels, {}, fmt::to_string(value));
}

void MetricsPage::sample(std::initializer_list<Label> labels, double value) {
    line("", labels, {}, fmt::format("{}", value));
}

void MetricsPage::summary_ms(std::initializer_list<Label> labels, const TimeHistogram& times, Time now) {
    for (double share : quantiles)
        line("", labels, {"quantile", fmt::format("{}", share)},
             fmt::format("{:.6g}", as_ms(times.recent_quantile(share, now))));
    line("_sum", labels, {}, fmt::format("{}", as_ms(times.sum())));
    line("_count", labels, {}, fmt::to_string(times.count()));
}

void MetricsPage::histogram_seconds(std::initializer_list<Label> labels, const TimeHistogram& times) {
    std::uint64_t until = 0;
    for (std::size_t bucket = 0; bucket < TimeHistogram::bounds; ++bucket) {
        until += times.in_bucket(bucket);
        if (bucket % 2 == 0) // powers of two are enough for those who store them
            line("_bucket", labels, {"le", fmt::format("{}", as_seconds(TimeHistogram::bound(bucket)))},
                 fmt::to_string(until));
    }
    line("_bucket", labels, {"le", "+Inf"}, fmt::to_string(times.count()));
    line("_sum", labels, {}, fmt::format("{}", as_seconds(times.sum())));
    line("_count", labels, {}, fmt::to_string(times.count()));
}

} // namespace riacho
