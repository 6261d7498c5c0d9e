#pragma once

#include "base/time_histogram.hpp"

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace riacho {

/// A page of metrics in Prometheus' text format 0.0.4: families, each with its samples behind it.
class MetricsPage {
public:
    static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

    enum class Kind { counter, gauge, summary, histogram };
    using Label = std::pair<std::string_view, std::string_view>;
    using Labels = std::span<const Label>;

    /// What follows belongs to this family, until the next one. A name is one family only.
    void family(std::string_view name, Kind kind, std::string_view help);

    void sample(std::initializer_list<Label> labels, std::uint64_t value);
    void sample(std::initializer_list<Label> labels, std::int64_t value);
    void sample(std::initializer_list<Label> labels, double value);
    void sample(std::uint64_t value) { sample({}, value); }

    /// Of a family that is a summary: Kafka's quantiles of what is recent, sum and count, in milliseconds.
    void summary_ms(std::initializer_list<Label> labels, const TimeHistogram& times, Time now);
    /// Of a family that is a histogram: cumulative buckets, sum and count, in seconds.
    void histogram_seconds(std::initializer_list<Label> labels, const TimeHistogram& times);

    const std::string& text() const { return text_; }

private:
    void line(std::string_view suffix, Labels labels, Label more, std::string_view value);

    std::string name_;
    std::string text_;
};

} // namespace riacho
