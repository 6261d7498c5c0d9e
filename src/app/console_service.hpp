#pragma once

#include "app/token_issuer.hpp"
#include "console/console.hpp"
#include "http/server.hpp"
#include "io/world.hpp"

#include <memory>
#include <vector>

namespace riacho::app {

/// The console on :9021, on the thread of the services. Made and used on the broker's first shard.
class ConsoleService {
public:
    ConsoleService(io::World& world, io::Shard& services)
        : home_(*world.shards.front()), world_(world), services_(services) {}

    /// Fails where a cluster's settings make no sense.
    Task<Outcome<void, client::SettingError>> serve(std::vector<std::unique_ptr<io::Listener>> listeners,
                                                    console::ConsoleOptions                    options);
    Task<>                                    stop(Time deadline);

private:
    Task<Outcome<void, client::SettingError>> begin(std::vector<std::unique_ptr<io::Listener>> listeners,
                                                    console::ConsoleOptions                    options);
    Task<>                                    end(Time deadline);

    io::Shard&                        home_;
    io::World&                        world_;
    io::Shard&                        services_;
    HttpTokenIssuer                   issuer_;
    std::unique_ptr<console::Console> console_; ///< of the services' thread, as the server is
    std::unique_ptr<http::Server>     server_;
};

} // namespace riacho::app
