#include "console/attention.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/core.h>

namespace riacho::console {
namespace {

constexpr Time        looked_back = std::chrono::minutes(5);
constexpr std::size_t samples_min = 12; ///< two minutes of them, before anything is said
constexpr double      growing_lag_min = 100;
constexpr std::size_t growing_minutes = 4; ///< in each of which it was more
constexpr double      rebalancing_share_min = 0.5;

using Values = std::vector<std::optional<double>>;

Values recent(const History& history, const SeriesKey& key, Time step) {
    return history.values(key, history.grid(history.end() - looked_back, step));
}

void look_at_lag(const Sight& sight, const std::string& group, std::vector<Attention>& found) {
    using std::chrono_literals::operator""min;
    Values minutes = recent(*sight.history, {.metric = Metric::lag, .group = group}, 1min);
    if (minutes.size() <= growing_minutes) return;
    for (auto at = minutes.end() - growing_minutes; at != minutes.end(); ++at)
        if (!at[0] || !at[-1] || *at[0] <= *at[-1]) return;
    double lag = *minutes.back();
    // The last minute is not over.
    double each = (**(minutes.end() - 2) - **(minutes.end() - growing_minutes - 1)) / (growing_minutes - 1);
    if (lag < growing_lag_min) return;
    found.push_back(
        {Attention::Severity::warning,
         Attention::Subject::group,
         "lag_grows",
         group,
         {{"lag", fmt::format("{:.0f}", lag)}, {"per_minute", fmt::format("{:.0f}", each)}},
         fmt::format("Group {} is {:.0f} messages behind, {:.0f} more each minute.", group, lag, each)});
}

void look_at_rebalances(const Sight& sight, const std::string& group, std::vector<Attention>& found) {
    std::size_t known = 0, rebalancing = 0;
    for (const auto& value :
         recent(*sight.history, {.metric = Metric::rebalancing, .group = group}, History::step)) {
        known += value ? 1 : 0;
        rebalancing += value.value_or(0) > 0 ? 1 : 0;
    }
    double share = static_cast<double>(rebalancing) / static_cast<double>(std::max<std::size_t>(known, 1));
    if (known < samples_min || share < rebalancing_share_min) return;
    auto minutes = std::chrono::duration_cast<std::chrono::minutes>(looked_back).count();
    found.push_back(
        {Attention::Severity::warning,
         Attention::Subject::group,
         "group_keeps_rebalancing",
         group,
         {{"percent", fmt::format("{:.0f}", share * 100)}, {"minutes", std::to_string(minutes)}},
         fmt::format(
             "Group {} was rebalancing for {:.0f} % of the last {} minutes; it reads nothing meanwhile.",
             group, share * 100, minutes)});
}

/// As people name the topics for what could not be worked on.
bool is_for_dead_letters(std::string_view topic) {
    std::string letters;
    for (char c : topic)
        if (c != '-' && c != '_' && c != '.')
            letters += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    bool ends_so = letters.ends_with("dlq") || letters.ends_with("dlt");
    return ends_so || letters.starts_with("dlq") || letters.contains("deadletter");
}

void look_at_dead_letters(const Sight& sight, const std::string& topic, std::vector<Attention>& found) {
    double sum = 0;
    for (const auto& rate :
         recent(*sight.history, {.metric = Metric::messages_in, .topic = topic}, History::step))
        sum += rate.value_or(0) * std::chrono::duration<double>(History::step).count();
    if (sum < 0.5) return;
    found.push_back(
        {Attention::Severity::warning,
         Attention::Subject::topic,
         "dead_letters",
         topic,
         {{"messages", fmt::format("{:.0f}", sum)}, {"minutes", "5"}},
         fmt::format("{:.0f} messages came to {} in the last 5 minutes: somebody could not work on them.",
                     sum, topic)});
}

} // namespace

void look_at_time(const Sight& sight, std::vector<Attention>& found) {
    for (const auto& [id, group] : sight.picture.groups) {
        look_at_lag(sight, id, found);
        look_at_rebalances(sight, id, found);
    }
    for (const auto& [name, topic] : sight.picture.topics)
        if (is_for_dead_letters(name)) look_at_dead_letters(sight, name, found);
}

void look_at_meters(const Sight& sight, std::vector<Attention>& found) {
    for (const Meters::Meter& meter : sight.meters->meters())
        if (meter.trouble)
            found.push_back(
                {Attention::Severity::warning,
                 Attention::Subject::cluster,
                 "metrics_unreachable",
                 std::string(sight.cluster),
                 {{"url", meter.text()}, {"why", *meter.trouble}},
                 fmt::format("The metrics at {} are not told, so bytes and times are not known: {}.",
                             meter.text(), *meter.trouble)});
}

} // namespace riacho::console
