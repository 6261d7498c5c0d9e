#include "app/ops_service.hpp"

#include "broker/metrics/broker_metrics.hpp"
#include "io/run_on.hpp"

#include <utility>

namespace riacho::app {

OpsService::OpsService(io::World& world, io::Shard& services, broker::Broker& broker)
    : home_(*world.shards.front()), world_(world), services_(services), broker_(broker) {
    sources_.metrics.push_back([](MetricsPage& page) -> Task<> {
        ops::write_process_metrics(page);
        co_return;
    });
    sources_.metrics.push_back([this](MetricsPage& page) { return broker_metrics(page); });
    sources_.readiness = [this] { return readiness(); };
}

Task<> OpsService::broker_metrics(MetricsPage& page) {
    if (state_ == State::serves) co_await io::run_on(home_, services_, broker::write_metrics(broker_, page));
}

Task<std::vector<ops::Readiness>> OpsService::readiness() {
    ops::Readiness of_broker{"broker"};
    State          state = state_;
    if (state == State::starting) of_broker.problem = "it is starting";
    if (state == State::stopping) of_broker.problem = "it is stopping";
    if (state == State::serves && broker_.refuses_writes())
        of_broker.problem = "its write-ahead log failed, and nothing is acknowledged until a restart";
    co_return std::vector{std::move(of_broker)};
}

Task<> OpsService::begin(std::vector<std::unique_ptr<io::Listener>> listeners) {
    server_ = std::make_unique<http::Server>(world_, services_, ops::make_router(sources_));
    for (auto& listener : listeners) server_->serve(std::move(listener));
    co_return;
}

Task<> OpsService::serve(std::vector<std::unique_ptr<io::Listener>> listeners) {
    return io::run_on(services_, home_, begin(std::move(listeners)));
}

Task<> OpsService::stop(Time deadline) {
    if (server_) co_await io::run_on(services_, home_, server_->stop(deadline));
}

} // namespace riacho::app
