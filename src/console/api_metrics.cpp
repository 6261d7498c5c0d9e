#include "console/api.hpp"
#include "console/console.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <utility>

namespace riacho::console {
namespace {

using data::Json;

constexpr std::string_view metric_names[] = {"messages_in", "messages_out", "bytes_in",    "bytes_out",
                                             "lag",         "size",         "produce_p99", "fetch_p99"};
constexpr std::size_t      metrics_max = 8;
constexpr std::int64_t     default_span_ms = 900'000;

OrProblem<std::vector<Metric>> metrics_in(const http::Target& target) {
    std::vector<Metric> metrics;
    for (const auto& [name, value] : target.query) {
        if (name != "name") continue;
        auto found = std::ranges::find(metric_names, value);
        if (found == std::end(metric_names)) return bad_request(fmt::format("name: no series '{}'", value));
        metrics.push_back(static_cast<Metric>(found - std::begin(metric_names)));
    }
    if (metrics.empty() || metrics.size() > metrics_max)
        return bad_request(fmt::format("name: from 1 to {} series", metrics_max));
    return metrics;
}

/// Whose series: the parameters that a key has beside the metric.
OrProblem<SeriesKey> subject_in(const http::Target& target) {
    SeriesKey key;
    TRY(const std::string* topic, topic_name_in(target));
    TRY(const std::string* group, text_in(target, "group", {0, 249}));
    if (topic) key.topic = *topic;
    if (group) key.group = *group;
    TRY(std::int64_t partition, number_in(target, "partition", -1, 0, INT32_MAX));
    TRY(std::int64_t broker, number_in(target, "broker", -1, 0, INT32_MAX));
    key.partition = static_cast<std::int32_t>(partition);
    key.broker = static_cast<std::int32_t>(broker);
    if (partition >= 0 && (key.topic.empty() || key.group.empty()))
        return bad_request("partition: needs a topic and a group");
    if (broker >= 0 && (topic || group)) return bad_request("broker: not together with a topic or a group");
    return key;
}

Json value_json(const std::optional<double>& value) {
    if (!value) return nullptr;
    return *data::Number::from_text(fmt::format("{:.7g}", *value));
}

Json request_json(const std::string& name, const Meters::Request& request) {
    return Json::Object{{"request", name},
                        {"rate", rate_json(request.rate)},
                        {"errors_rate", rate_json(request.errors_rate)},
                        {"p50", value_json(request.ms[0])},
                        {"p95", value_json(request.ms[1])},
                        {"p99", value_json(request.ms[2])},
                        {"p999", value_json(request.ms[3])}};
}

} // namespace

Task<OrProblem<Answer>> list_requests(Asked asked) {
    const Meters& meters = asked.cluster().meters();
    Json::Array   items, addresses;
    for (const auto& [name, request] : meters.requests()) items.push_back(request_json(name, request));
    for (const Meters::Meter& meter : meters.meters()) {
        std::string_view state = meter.trouble ? "failed" : meter.last ? "ready" : "connecting";
        addresses.push_back(
            Json::Object{{"url", meter.text()}, {"state", state}, {"detail", or_null(meter.trouble)}});
    }
    co_return Answer{Json::Object{{"items", std::move(items)}, {"addresses", std::move(addresses)}}};
}

Task<OrProblem<Answer>> get_metrics(Asked asked) {
    CO_TRY(auto metrics, metrics_in(asked.target()));
    CO_TRY(SeriesKey key, subject_in(asked.target()));
    CO_TRY(std::int64_t from_ms, number_in(asked.target(), "from", -default_span_ms, INT64_MIN, INT64_MAX));
    CO_TRY(std::int64_t step_ms, number_in(asked.target(), "step", 5000, 1000, 3'600'000));
    const Clock& clock = asked.console.clock();
    Time         now = clock.now();
    // What lies further away than the world's own time is the beginning of all, or now.
    std::int64_t ago_ms = from_ms < 0 ? -(from_ms + 1) : clock.wall().ms - std::min(from_ms, clock.wall().ms);
    Time         ago = ago_ms > now / std::chrono::milliseconds(1) ? now : std::chrono::milliseconds(ago_ms);
    const History& history = asked.cluster().history();
    History::Grid  grid = history.grid(now - ago, std::chrono::milliseconds(step_ms));
    Json::Array    series;
    for (Metric metric : metrics) {
        key.metric = metric;
        Json::Array values;
        for (const auto& value : history.values(key, grid)) values.push_back(value_json(value));
        series.push_back(Json::Object{{"name", metric_names[static_cast<std::size_t>(metric)]},
                                      {"values", std::move(values)}});
    }
    std::int64_t begun_ms = clock.wall().ms - (now - grid.from) / std::chrono::milliseconds(1);
    co_return Answer{Json::Object{{"from", int64_json(begun_ms)},
                                  {"step", grid.step / std::chrono::milliseconds(1)},
                                  {"series", std::move(series)}}};
}

} // namespace riacho::console
