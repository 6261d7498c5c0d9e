#include "cli/on_cluster.hpp"

#include "io/group.hpp"
#include "io/real_world.hpp"
#include "io/signals.hpp"

#include <algorithm>
#include <csignal>
#include <fmt/format.h>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

namespace riacho::cli {
namespace {

std::optional<client::Properties> properties_of(const Arguments& arguments, std::string& problem) {
    client::Properties properties{
        {"bootstrap.servers", arguments.text("--bootstrap-servers")},
        {"default.api.timeout.ms", std::to_string(arguments.number("--timeout") * 1000)}};
    for (const std::string& given : arguments.texts("-X")) {
        auto equals = given.find('=');
        if (equals == std::string::npos || equals == 0) {
            problem = fmt::format("-X takes KEY=VALUE, not \"{}\"", given);
            return std::nullopt;
        }
        properties[given.substr(0, equals)] = given.substr(equals + 1);
    }
    return properties;
}

Task<> watch_signals(io::SignalWaiter& signals, AskedCluster& asked) {
    if (co_await signals.next() == 0) co_return;
    asked.is_stopped = true;
    if (asked.on_stop) asked.on_stop();
    co_await asked.cluster.close();
}

struct ClusterRun {
    io::RealWorld&     real;
    ClusterCommand     command;
    client::Properties properties;
    ClusterWork        work;
    int                code = exit_ok;
    std::string        problem{};
};

Task<> run_on_cluster(ClusterRun& run) {
    io::ThreadShard& shard = run.real.shard();
    auto made = co_await client::Cluster::make(run.real.world(), shard, run.properties, run.command.issuer);
    if (!made) {
        run.code = exit_usage;
        run.problem = made.error().detail;
        co_return;
    }
    client::Cluster& cluster = **made;
    client::Admin    admin(cluster);
    AskedCluster     asked{.shard = shard, .cluster = cluster, .admin = admin};
    io::SignalWaiter signals(shard, {SIGINT, SIGTERM});
    io::Group        watch(shard);
    watch.spawn_now(watch_signals(signals, asked));
    run.code = co_await run.work(asked);
    signals.stop();
    co_await watch.join();
    co_await cluster.close();
}

} // namespace

std::vector<Flag> cluster_flags(std::vector<Flag> own) {
    std::vector<Flag> flags{
        {.name = "--bootstrap-servers",
         .about = "Where to find the cluster",
         .value_name = "HOST:PORT,...",
         .fallback = "localhost:9092"},
        {.name = "-X",
         .about =
             "A setting of Kafka's clients, by its name, as security.protocol; may be given several times",
         .takes = Takes::texts,
         .value_name = "KEY=VALUE"},
        {.name = "--timeout",
         .about = "How long to wait for an answer of the cluster",
         .takes = Takes::number,
         .value_name = "SECONDS",
         .fallback = "10"}};
    std::ranges::move(own, std::back_inserter(flags));
    return flags;
}

int on_cluster(ClusterCommand command, const Arguments& arguments, Output& output, ClusterWork work) {
    std::string problem;
    auto        properties = properties_of(arguments, problem);
    if (!properties) {
        output.problem(fmt::format("{}: {}", command.name, problem));
        return exit_usage;
    }
    std::signal(SIGPIPE, SIG_IGN);
    io::RealWorld real;
    ClusterRun    run{real, command, *std::move(properties), std::move(work)};
    real.shard().run(run_on_cluster(run));
    real.stop();
    if (!run.problem.empty()) output.problem(fmt::format("{}: {}", command.name, run.problem));
    return run.code;
}

} // namespace riacho::cli
