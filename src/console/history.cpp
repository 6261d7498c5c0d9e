#include "console/history.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace riacho::console {
namespace {

constexpr float        unknown = std::numeric_limits<float>::quiet_NaN();
constexpr std::int64_t late_slots_max = 30; ///< that one sample may speak for

/// What stands for several values: the mean of rates, the highest of what has a height.
class Fold {
public:
    explicit Fold(Metric metric) : is_rate_(metric < Metric::lag) {}

    void add(float value) {
        if (std::isnan(value)) return;
        sum_ += static_cast<double>(value);
        highest_ = count_ ? std::max(highest_, value) : value;
        ++count_;
    }
    float value() const {
        if (count_ == 0) return unknown;
        return is_rate_ ? static_cast<float>(sum_ / count_) : highest_;
    }

private:
    bool   is_rate_;
    double sum_ = 0;
    float  highest_ = 0;
    int    count_ = 0;
};

} // namespace

void History::begin(Time at) {
    std::int64_t slot = at / step;
    bool         is_late = !has_gap_ && slot > last_ && slot - last_ <= late_slots_max;
    first_ = is_late ? last_ + 1 : slot;
    if (begun_ < 0) begun_ = slot;
    last_ = slot;
    has_gap_ = false;
    if (series_.size() >= limits_.series_max)
        std::erase_if(series_, [&](const auto& one) { return one.second.last < slot - levels[0].slots; });
}

void History::put(SeriesKey key, std::optional<double> value) {
    if (!value) return;
    auto found = series_.find(key);
    if (found == series_.end()) {
        bool is_scarce = series_.size() >= limits_.series_max / 2;
        if (series_.size() >= limits_.series_max || (is_scarce && *value == 0)) return;
        found = series_.emplace(std::move(key), Series{}).first;
        std::int64_t all = 0;
        for (const Level& level : levels) all += level.slots;
        found->second.values = std::make_unique_for_overwrite<float[]>(static_cast<std::size_t>(all));
        std::fill_n(found->second.values.get(), all, unknown);
    }
    for (std::int64_t slot = first_; slot <= last_; ++slot)
        put_at(found->second, found->first.metric, slot, static_cast<float>(*value));
}

float History::value_at(const Series& series, std::size_t level, std::int64_t slot) {
    const Level& of = levels[level];
    std::int64_t last = series.last / of.slots_each;
    if (slot < 0 || slot > last || slot <= last - of.slots) return unknown;
    std::int64_t before = level == 0 ? 0 : levels[0].slots;
    return series.values[static_cast<std::size_t>(before + slot % of.slots)];
}

void History::put_at(Series& series, Metric metric, std::int64_t slot, float value) {
    std::int64_t before = 0;
    for (const Level& level : levels) {
        std::int64_t at = slot / level.slots_each, last = series.last / level.slots_each;
        std::int64_t skipped = series.last < 0 ? 0 : std::min(at - last - 1, level.slots);
        for (std::int64_t gone = at - skipped; gone < at; ++gone)
            series.values[static_cast<std::size_t>(before + gone % level.slots)] = unknown;
        before += level.slots;
    }
    series.values[static_cast<std::size_t>(slot % levels[0].slots)] = value;
    series.last = slot;
    const Level& coarse = levels[1];
    Fold         fold(metric);
    for (std::int64_t fine = slot - slot % coarse.slots_each; fine <= slot; ++fine)
        fold.add(value_at(series, 0, fine));
    series.values[static_cast<std::size_t>(levels[0].slots + slot / coarse.slots_each % coarse.slots)] =
        fold.value();
}

History::Grid History::grid(Time from, Time step_asked) const {
    Grid grid{.from = from, .step = std::max(step, step_asked)};
    if (begun_ < 0) return grid;
    std::int64_t first = std::clamp<std::int64_t>(from / step, begun_, last_);
    grid.level = first > last_ - levels[0].slots ? 0 : 1;
    const Level& level = levels[grid.level];
    Time         each = step * level.slots_each;
    grid.slots_each = std::max<std::int64_t>(1, (step_asked + each - Time(1)) / each);
    std::int64_t oldest = std::max<std::int64_t>(last_ / level.slots_each - level.slots + 1, 0);
    grid.first = std::max(first / level.slots_each, oldest) / grid.slots_each;
    grid.count = static_cast<std::size_t>(last_ / level.slots_each / grid.slots_each - grid.first + 1);
    grid.step = each * grid.slots_each;
    grid.from = grid.step * grid.first;
    return grid;
}

std::vector<std::optional<double>> History::values(const SeriesKey& key, const Grid& grid) const {
    std::vector<std::optional<double>> values(grid.count);
    auto                               found = series_.find(key);
    if (found == series_.end()) return values;
    for (std::size_t i = 0; i < grid.count; ++i) {
        Fold         fold(key.metric);
        std::int64_t first = (grid.first + static_cast<std::int64_t>(i)) * grid.slots_each;
        for (std::int64_t slot = first; slot < first + grid.slots_each; ++slot)
            fold.add(value_at(found->second, grid.level, slot));
        float value = fold.value();
        if (!std::isnan(value)) values[i] = static_cast<double>(value);
    }
    return values;
}

std::optional<double> History::value_before(const SeriesKey& key, Time age_max) const {
    auto found = series_.find(key);
    if (found == series_.end()) return std::nullopt;
    for (std::int64_t slot = last_; slot >= std::max<std::int64_t>(last_ - age_max / step, 0); --slot) {
        float value = value_at(found->second, 0, slot);
        if (!std::isnan(value)) return static_cast<double>(value);
    }
    return std::nullopt;
}

} // namespace riacho::console
