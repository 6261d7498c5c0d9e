#include "app/up.hpp"

#include "app/configuration.hpp"
#include "app/console_service.hpp"
#include "app/data_folder.hpp"
#include "app/open_files.hpp"
#include "app/ops_service.hpp"
#include "base/log.hpp"
#include "broker/broker.hpp"
#include "client/link/ready.hpp"
#include "io/real_world.hpp"
#include "io/run_on.hpp"
#include "io/signals.hpp"
#include "riacho/version.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <system_error>
#include <thread>

namespace riacho::app {
namespace {

using namespace std::chrono_literals;

constexpr log::Logger up_log{"up"};
constexpr Time        stop_max = 1700ms; ///< a clean stop ends within two seconds
enum ExitCode : int { ok = 0, in_the_way = 1, used_wrongly = 2 };

int complain(int code, std::string_view what) {
    fmt::print(stderr, "riacho up: {}\n", what);
    return code;
}

/// What can be done about a folder that cannot be opened.
std::string_view advice_for(storage::StoreError error) {
    switch (error) {
    case storage::StoreError::in_use:
        return "stop that one, or take another folder with --data";
    case storage::StoreError::newer_format:
        return "start the riacho that wrote it, or a newer one";
    case storage::StoreError::damaged:
        return "restore the folder from a copy, or go on with what is left: --accept-data-loss";
    case storage::StoreError::disk:
        break;
    }
    return "see that the disk is there, is writable and has room";
}

Outcome<Configuration, ConfigurationError> read_configuration(const UpOptions& options) {
    ConfigurationSources sources;
    if (!options.config.empty()) {
        std::ifstream file(options.config, std::ios::binary);
        if (!file)
            return fail(ConfigurationError::usage,
                        fmt::format("--config {}: the file cannot be read", options.config));
        std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
        sources.file = parse_properties(text);
    }
    sources.environment = properties_of_environment();
    for (const std::string& assignment : options.set) {
        TRY(auto parsed, parse_assignment(assignment));
        sources.set.push_back(std::move(parsed));
    }
    sources.advertise = options.advertise;
    sources.port_offset = options.port_offset;
    sources.is_bind_given = !options.bind.empty();
    if (sources.is_bind_given) sources.bind = options.bind;
    return configure(sources);
}

/// One shard up to four cores, and a quarter of the cores beyond: waking a sleeping thread costs more than it
/// brings on a small machine.
std::size_t default_shards() {
    std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
    return cores <= 4 ? 1 : 1 + (cores - 4) / 4;
}

/// What one run is to do.
struct Setup {
    Configuration           configuration;
    console::ConsoleOptions console;
};

/// One run of the broker, from its start to its stop, on the first shard.
class Running {
public:
    Running(io::RealWorld& real, Setup setup, std::string folder, const UpOptions& options)
        : real_(real), world_(real.world()), configuration_(std::move(setup.configuration)),
          console_options_(std::move(setup.console)), folder_(std::move(folder)), options_(options),
          broker_(world_, configuration_.broker), ops_(world_, real.services(), broker_),
          console_(world_, real.services()) {}

    Task<> run() {
        io::SignalWaiter signals(real_.shard(), {SIGINT, SIGTERM});
        bool             has_started = co_await start();
        if (has_started) {
            int number = co_await signals.next();
            up_log.info("signal {}: stopping", number);
        }
        ops_.set(OpsService::State::stopping);
        Time deadline = world_.clock.now() + stop_max;
        co_await console_.stop(deadline);
        if (is_broker_open_) co_await broker_.stop(deadline);
        co_await ops_.stop(deadline);
    }

    int exit_code() const { return exit_code_; }

private:
    using Listeners = std::vector<std::unique_ptr<io::Listener>>;

    Task<bool> start() {
        auto ops = co_await open_service("ops", configuration_.ops);
        if (!ops) co_return false;
        auto console = co_await open_service("console", configuration_.console);
        if (!console) co_return false;
        std::string ops_address = ops->empty() ? "" : ops->front()->local().text();
        co_await ops_.serve(*std::move(ops));
        auto started = co_await broker_.start(folder_);
        if (!started) {
            exit_code_ = complain(
                in_the_way, fmt::format("{}: {}", started.error().detail, advice_for(started.error().code)));
            co_return false;
        }
        is_broker_open_ = true;
        std::vector<io::Endpoint> addresses;
        for (const auto& listener : configuration_.listeners) {
            auto opened =
                co_await open(*world_.shards.front(), listener.bind, configuration_.listeners.size());
            if (!opened) co_return false;
            if (!*opened) continue; // the second address of loopback, on a machine without IPv6
            addresses.push_back((*opened)->local());
            broker_.serve(std::move(*opened), listener);
        }
        if (options_.waits) co_await wait_until_ready(addresses.front());
        ops_.set(OpsService::State::serves);
        say_ready("broker", addresses.front().text());
        if (!ops_address.empty()) say_ready("ops", ops_address);
        co_return co_await start_console(*std::move(console), addresses.front(), ops_address);
    }

    /// It meets the broker as any client does, and its metrics as any Prometheus.
    Task<bool> start_console(Listeners listeners, io::Endpoint broker, std::string ops_address) {
        if (listeners.empty()) co_return true;
        std::string             address = listeners.front()->local().text();
        console::ConsoleOptions options = std::move(console_options_);
        console::ClusterSpec    spec{"riacho", {{"bootstrap.servers", broker.text()}}};
        auto                    metrics = http::url_of(fmt::format("http://{}/metrics", ops_address));
        if (metrics) spec.metrics.push_back(*std::move(metrics));
        options.clusters.push_back(std::move(spec));
        options.version = version;
        auto serving = co_await console_.serve(std::move(listeners), std::move(options));
        if (!serving) {
            exit_code_ = complain(in_the_way, serving.error().detail);
            co_return false;
        }
        say_ready("console", "http://" + address);
        co_return true;
    }

    void say_ready(std::string_view service, std::string_view address) {
        auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(world_.clock.now()).count();
        fmt::print("{:<10} {:<22} {:<8} {} ms\n", service, address, "ready", ms);
        std::fflush(stdout);
    }

    /// The listeners of a service; none where it was not asked for; nothing, and said why, where one cannot
    /// be had.
    Task<std::optional<Listeners>> open_service(std::string_view name, std::vector<io::Endpoint> endpoints) {
        Listeners listeners;
        bool      is_wanted =
            options_.only.empty() || std::ranges::find(options_.only, name) != options_.only.end();
        if (!is_wanted) co_return listeners;
        io::Shard& home = *world_.shards.front();
        for (const io::Endpoint& at : endpoints) {
            auto opened =
                co_await io::run_on(real_.services(), home, open(real_.services(), at, endpoints.size()));
            if (!opened) co_return std::nullopt;
            if (*opened) listeners.push_back(*std::move(opened));
        }
        co_return listeners;
    }

    /// A listener; null where it can be done without; nothing, and said why, where it cannot.
    Task<std::optional<std::unique_ptr<io::Listener>>> open(io::Shard& owner, io::Endpoint at,
                                                            std::size_t of_several) {
        try {
            co_return world_.network.listen(owner, at);
        } catch (const io::StreamError& error) {
            bool is_taken = error.reason() == io::StreamError::Reason::address_in_use;
            if (at.host == "::1" && of_several > 1 && !is_taken) co_return nullptr;
            exit_code_ = complain(
                in_the_way,
                is_taken
                    ? fmt::format("{} is taken: stop what listens there, or take --port-offset or listeners",
                                  at.text())
                    : fmt::format("cannot listen on {}: {}", at.text(), error.what()));
            co_return std::nullopt;
        }
    }

    Task<> wait_until_ready(io::Endpoint address) {
        auto ready = co_await client::wait_until_ready(*world_.shards.front(), world_.network, {address},
                                                       world_.clock.now() + 30s);
        if (!ready) up_log.warn("not ready: {}", ready.error().detail);
    }

    io::RealWorld&          real_;
    io::World               world_;
    Configuration           configuration_;
    console::ConsoleOptions console_options_;
    std::string             folder_;
    const UpOptions&        options_;
    broker::Broker          broker_;
    OpsService              ops_;
    ConsoleService          console_;
    bool                    is_broker_open_ = false;
    int                     exit_code_ = ok;
};

int run_in(std::string folder, Setup setup, const UpOptions& options) {
    std::signal(SIGPIPE, SIG_IGN);
    io::RealWorld real({.shards = default_shards()});
    Running       running(real, std::move(setup), std::move(folder), options);
    try {
        real.shard().run(running.run());
    } catch (const std::exception& error) {
        complain(in_the_way, error.what());
        real.stop();
        return in_the_way;
    }
    real.stop();
    return running.exit_code();
}

} // namespace

int up(const UpOptions& options) {
    for (const std::string& service : options.only)
        if (service != "broker" && service != "ops" && service != "console")
            return complain(
                used_wrongly,
                fmt::format("--only {}: no such service; there are: broker, ops, console", service));
    if (!options.only.empty() && std::ranges::find(options.only, "broker") == options.only.end())
        return complain(used_wrongly, "--only: the broker is missing, which the others are about");
    if (options.is_ephemeral && !options.data.empty())
        return complain(used_wrongly, "--data and --ephemeral exclude each other: take one");
    auto configuration = read_configuration(options);
    if (!configuration) return complain(used_wrongly, configuration.error().detail);
    auto console = console_options_of(configuration->console_settings);
    if (!console) return complain(used_wrongly, console.error().detail);
    if (auto warning = warning_of_exposure(configuration->console, *console))
        configuration->notes.push_back(*std::move(warning));
    if (options.accepts_data_loss) configuration->broker.store.loss = storage::StoreOptions::Loss::accepted;
    if (options.merges_stranded)
        configuration->broker.store.stranded = storage::StoreOptions::Stranded::merge;
    for (const std::string& note : configuration->notes) up_log.warn("{}", note);
    if (auto note = fit_into_open_files(configuration->broker, raise_open_files_limit()))
        up_log.warn("{}", *note);
    if (options.is_ephemeral) {
        try {
            EphemeralFolder folder;
            configuration->broker.store.durability = storage::Durability::os;
            configuration->broker.store.disk_reserve_bytes = 0; // its disk is memory
            return run_in(folder.data(), {*std::move(configuration), *std::move(console)}, options);
        } catch (const std::system_error& error) {
            return complain(in_the_way, fmt::format("no folder for --ephemeral: {}", error.what()));
        }
    }
    std::string folder = options.data.empty() ? default_data_folder() : absolute_path(options.data);
    if (folder.empty()) return complain(in_the_way, "no data folder: HOME is not set; give --data DIR");
    return run_in(std::move(folder), {*std::move(configuration), *std::move(console)}, options);
}

} // namespace riacho::app
