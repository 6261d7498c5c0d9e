#include "broker/metrics/request_metrics.hpp"

namespace riacho::broker {

void RequestMetrics::add(kafka::ApiKey api, kafka::Version version, const RequestTimes& times) {
    OfApi& of = apis_[api];
    ++of.by_version[version];
    auto count = [&](Stage stage, Time took) {
        of.took[static_cast<std::size_t>(stage)].add(took, times.written);
    };
    count(Stage::queue, times.started - times.received);
    count(Stage::local, times.done - times.started - times.waited);
    count(Stage::remote, times.waited);
    count(Stage::response_queue, times.writing - times.done);
    count(Stage::response_send, times.written - times.writing);
    count(Stage::total, times.written - times.received);
}

void RequestMetrics::add(const RequestMetrics& other, Time now) {
    for (const auto& [api, theirs] : other.apis_) {
        OfApi& of = apis_[api];
        for (const auto& [version, count] : theirs.by_version) of.by_version[version] += count;
        for (const auto& [error, count] : theirs.errors) of.errors[error] += count;
        for (std::size_t stage = 0; stage < stages; ++stage) of.took[stage].add(theirs.took[stage], now);
    }
}

} // namespace riacho::broker
