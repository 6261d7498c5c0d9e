#include "cli/ready_command.hpp"

#include "client/link/bootstrap.hpp"
#include "client/link/ready.hpp"
#include "io/real_clock.hpp"
#include "io/tcp_network.hpp"
#include "io/thread_shard.hpp"

#include <fmt/format.h>

namespace riacho::cli {
namespace {

using Readiness = Outcome<void, client::NotReady>;

Task<> wait_for(io::ThreadShard& shard, std::vector<io::Endpoint> servers, Time patience, Readiness& result) {
    io::TcpNetwork network;
    result = co_await client::wait_until_ready(shard, network, std::move(servers), shard.now() + patience);
}

int run_ready(const Arguments& arguments, Output& output) {
    std::string named = arguments.text("--bootstrap-servers");
    auto        servers = client::parse_bootstrap_servers(named);
    if (!servers) {
        output.problem(fmt::format("riacho ready: --bootstrap-servers: {}", servers.error().detail));
        return exit_usage;
    }
    auto            patience = std::chrono::seconds(arguments.number("--timeout"));
    io::RealClock   clock;
    io::ThreadShard shard(clock, "riacho");
    Readiness       result;
    shard.run(wait_for(shard, std::move(*servers), patience, result));
    if (result) {
        output.line(fmt::format("{} is ready", named));
        return exit_ok;
    }
    output.problem(fmt::format("riacho ready: {} is not ready: {}", named, result.error().detail));
    return result.error().code == client::NotReady::never ? exit_error : exit_timeout;
}

} // namespace

Command ready_command() {
    return {.name = "ready",
            .about = "Wait until a broker answers what every client asks first",
            .flags = {{.name = "--bootstrap-servers",
                       .about = "Where to find the cluster",
                       .value_name = "HOST:PORT,...",
                       .fallback = "localhost:9092"},
                      {.name = "--timeout",
                       .about = "How long to wait",
                       .takes = Takes::number,
                       .value_name = "SECONDS",
                       .fallback = "10"}},
            .run = run_ready};
}

} // namespace riacho::cli
