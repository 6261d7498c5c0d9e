#pragma once

#include "broker/broker.hpp"
#include "http/server.hpp"
#include "io/thread_shard.hpp"
#include "ops/ops.hpp"

#include <atomic>
#include <memory>
#include <vector>

namespace riacho::app {

/// What :9101 says of this process, on the thread of the services. Made and used on the broker's first shard.
class OpsService {
public:
    OpsService(io::World& world, io::Shard& services, broker::Broker& broker);

    Task<> serve(std::vector<std::unique_ptr<io::Listener>> listeners);
    Task<> stop(Time deadline);

    enum class State { starting, serves, stopping };
    /// What the broker is doing.
    void set(State state) { state_.store(state, std::memory_order_relaxed); }

private:
    Task<>                            broker_metrics(MetricsPage& page);
    Task<std::vector<ops::Readiness>> readiness();
    Task<>                            begin(std::vector<std::unique_ptr<io::Listener>> listeners);

    io::Shard&                    home_;
    io::World&                    world_;
    io::Shard&                    services_;
    broker::Broker&               broker_;
    std::atomic<State>            state_ = State::starting;
    ops::Sources                  sources_;
    std::unique_ptr<http::Server> server_; ///< of the services' thread
};

} // namespace riacho::app
