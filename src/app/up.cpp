#include "app/up.hpp"

#include "app/configuration.hpp"
#include "app/data_folder.hpp"
#include "app/open_files.hpp"
#include "base/log.hpp"
#include "broker/broker.hpp"
#include "client/link/ready.hpp"
#include "io/real_world.hpp"
#include "io/signals.hpp"

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

extern char** environ;

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

Properties properties_of_environment() {
    Properties result;
    for (char** entry = environ; *entry; ++entry) {
        std::string_view text = *entry;
        std::size_t      equals = text.find('=');
        if (equals != std::string_view::npos)
            result.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
    return result;
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

/// One run of the broker, from its start to its stop, on the first shard.
class Running {
public:
    Running(io::RealWorld& real, Configuration configuration, std::string folder, const UpOptions& options)
        : real_(real), world_(real.world()), configuration_(std::move(configuration)),
          folder_(std::move(folder)), options_(options), broker_(world_, configuration_.broker) {}

    Task<> run() {
        io::SignalWaiter signals(real_.shard(), {SIGINT, SIGTERM});
        if (!co_await start()) co_return;
        int number = co_await signals.next();
        up_log.info("signal {}: stopping", number);
        co_await broker_.stop(world_.clock.now() + stop_max);
    }

    int exit_code() const { return exit_code_; }

private:
    Task<bool> start() {
        auto started = co_await broker_.start(folder_);
        if (!started) {
            exit_code_ = complain(
                in_the_way, fmt::format("{}: {}", started.error().detail, advice_for(started.error().code)));
            co_return false;
        }
        std::vector<io::Endpoint> addresses;
        for (const auto& listener : configuration_.listeners) {
            auto opened = open(listener);
            if (!opened) {
                co_await broker_.stop(world_.clock.now() + stop_max);
                co_return false;
            }
            if (!*opened) continue; // the second address of loopback, on a machine without IPv6
            addresses.push_back((*opened)->local());
            broker_.serve(std::move(*opened), listener);
        }
        if (options_.waits) co_await wait_until_ready(addresses.front());
        auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(world_.clock.now()).count();
        fmt::print("{:<10} {:<22} {:<8} {} ms\n", "broker", addresses.front().text(), "ready", ms);
        std::fflush(stdout);
        co_return true;
    }

    /// A listener; null where it can be done without; nothing, and said why, where it cannot.
    std::optional<std::unique_ptr<io::Listener>> open(const broker::ListenerOptions& listener) {
        try {
            return world_.network.listen(*world_.shards.front(), listener.bind);
        } catch (const io::StreamError& error) {
            bool is_taken = error.reason() == io::StreamError::Reason::address_in_use;
            if (listener.bind.host == "::1" && configuration_.listeners.size() > 1 && !is_taken)
                return nullptr;
            exit_code_ = complain(
                in_the_way,
                is_taken
                    ? fmt::format("{} is taken: stop what listens there, or take --port-offset or listeners",
                                  listener.bind.text())
                    : fmt::format("cannot listen on {}: {}", listener.bind.text(), error.what()));
            return std::nullopt;
        }
    }

    Task<> wait_until_ready(io::Endpoint address) {
        auto ready = co_await client::wait_until_ready(*world_.shards.front(), world_.network, {address},
                                                       world_.clock.now() + 30s);
        if (!ready) up_log.warn("not ready: {}", ready.error().detail);
    }

    io::RealWorld&   real_;
    io::World        world_;
    Configuration    configuration_;
    std::string      folder_;
    const UpOptions& options_;
    broker::Broker   broker_;
    int              exit_code_ = ok;
};

int run_in(std::string folder, Configuration configuration, const UpOptions& options) {
    std::signal(SIGPIPE, SIG_IGN);
    io::RealWorld real({.shards = default_shards()});
    Running       running(real, std::move(configuration), std::move(folder), options);
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
        if (service != "broker")
            return complain(used_wrongly,
                            fmt::format("--only {}: no such service; there is: broker", service));
    if (options.is_ephemeral && !options.data.empty())
        return complain(used_wrongly, "--data and --ephemeral exclude each other: take one");
    auto configuration = read_configuration(options);
    if (!configuration) return complain(used_wrongly, configuration.error().detail);
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
            return run_in(folder.data(), std::move(*configuration), options);
        } catch (const std::system_error& error) {
            return complain(in_the_way, fmt::format("no folder for --ephemeral: {}", error.what()));
        }
    }
    std::string folder = options.data.empty() ? default_data_folder() : absolute_path(options.data);
    if (folder.empty()) return complain(in_the_way, "no data folder: HOME is not set; give --data DIR");
    return run_in(std::move(folder), std::move(*configuration), options);
}

} // namespace riacho::app
