#include "app/console_command.hpp"

#include "app/configuration.hpp"
#include "app/console_service.hpp"
#include "app/console_settings.hpp"
#include "app/endpoint.hpp"
#include "base/log.hpp"
#include "io/real_world.hpp"
#include "io/run_on.hpp"
#include "io/signals.hpp"
#include "riacho/version.hpp"

#include <algorithm>
#include <csignal>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

namespace riacho::app {
namespace {

constexpr log::Logger console_log{"console"};
constexpr Time        console_stop_max = std::chrono::milliseconds(1700); ///< it ends within two seconds

/// What the flags say, understood.
struct ConsoleSetup {
    std::vector<io::Endpoint> listeners;
    console::ConsoleOptions   options;
};

std::vector<std::string_view> items_of(std::string_view text) {
    std::vector<std::string_view> items;
    while (!text.empty()) {
        std::size_t comma = std::min(text.find(','), text.size());
        if (comma > 0) items.push_back(text.substr(0, comma));
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return items;
}

Outcome<void, ClusterSpecError> read_file_into(client::Properties& properties, const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return fail(ClusterSpecError::unreadable, fmt::format("config={}: the file cannot be read", path));
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    for (auto& [name, value] : parse_properties(text)) properties[name] = value;
    return {};
}

/// The secrets of the environment give way to those in files.
Outcome<console::ConsoleOptions, std::monostate> options_in(const cli::Arguments& arguments) {
    ConsoleSettings settings;
    settings.password_file = arguments.text("--password-file");
    settings.bearer_token_file = arguments.text("--token-file");
    settings.is_read_only = arguments.has("--read-only");
    settings.host_names = arguments.texts("--host-name");
    for (const auto& [variable, value] : properties_of_environment()) {
        std::string name = name_of_environment(variable);
        bool        is_wanted = (name == "console.password" && settings.password_file.empty()) ||
                         (name == "console.bearer.token" && settings.bearer_token_file.empty());
        if (!is_wanted) continue;
        auto set = set_console_option(settings, name, value);
        if (!set) return fail(std::monostate(), fmt::format("{} of the environment", set.error().detail));
    }
    auto options = console_options_of(settings);
    if (!options) return fail(std::monostate(), options.error().detail);
    options->version = version;
    return *std::move(options);
}

Outcome<ConsoleSetup, std::monostate> setup_of(const cli::Arguments& arguments) {
    ConsoleSetup setup;
    TRY(setup.options, options_in(arguments));
    for (const std::string& text : arguments.texts("--cluster")) {
        auto spec = parse_cluster_spec(text);
        if (!spec) return fail(std::monostate(), fmt::format("--cluster {}: {}", text, spec.error().detail));
        bool is_twice = std::ranges::any_of(setup.options.clusters,
                                            [&](const auto& one) { return one.name == spec->name; });
        if (is_twice)
            return fail(std::monostate(), fmt::format("--cluster {}: the name is there twice", text));
        setup.options.clusters.push_back(*std::move(spec));
    }
    if (setup.options.clusters.empty())
        return fail(std::monostate(), "--cluster is missing: NAME=HOST:PORT, once for each cluster");
    std::string listen = arguments.text("--listen");
    for (std::string_view item : items_of(listen)) {
        auto at = parse_endpoint(item);
        if (!at) return fail(std::monostate(), fmt::format("--listen: {}", at.error().detail));
        setup.listeners.push_back(*std::move(at));
    }
    if (setup.listeners.empty()) return fail(std::monostate(), "--listen: expected HOST:PORT");
    return setup;
}

/// One run of the console, on the first shard.
class ConsoleRun {
public:
    ConsoleRun(io::RealWorld& real, ConsoleSetup setup)
        : real_(real), world_(real.world()), setup_(std::move(setup)), service_(world_, real.services()) {}

    Task<> run() {
        io::SignalWaiter signals(real_.shard(), {SIGINT, SIGTERM});
        if (co_await start()) {
            int number = co_await signals.next();
            console_log.info("signal {}: stopping", number);
        }
        co_await service_.stop(world_.clock.now() + console_stop_max);
    }

    const std::optional<std::string>& problem() const { return problem_; }

private:
    using Listeners = std::vector<std::unique_ptr<io::Listener>>;

    Task<bool> start() {
        Listeners listeners;
        auto      opened = co_await io::run_on(real_.services(), real_.shard(), open(listeners));
        if (!opened) co_return false;
        std::string address = listeners.front()->local().text();
        auto        serving = co_await service_.serve(std::move(listeners), setup_.options);
        if (!serving) {
            problem_ = serving.error().detail;
            co_return false;
        }
        auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(world_.clock.now()).count();
        fmt::print("{:<10} {:<22} {:<8} {} ms\n", "console", "http://" + address, "ready", ms);
        std::fflush(stdout);
        co_return true;
    }

    Task<bool> open(Listeners& listeners) {
        for (const io::Endpoint& at : setup_.listeners) {
            try {
                listeners.push_back(world_.network.listen(real_.services(), at));
            } catch (const io::StreamError& error) {
                problem_ = fmt::format("cannot listen on {}: {}", at.text(), error.what());
                co_return false;
            }
        }
        co_return true;
    }

    io::RealWorld&             real_;
    io::World                  world_;
    ConsoleSetup               setup_;
    ConsoleService             service_;
    std::optional<std::string> problem_;
};

int run_console(const cli::Arguments& arguments, cli::Output& output) {
    auto setup = setup_of(arguments);
    if (!setup) {
        output.problem(fmt::format("riacho console: {}", setup.error().detail));
        return cli::exit_usage;
    }
    if (auto warning = warning_of_exposure(setup->listeners, setup->options))
        console_log.warn("{}", *warning);
    std::signal(SIGPIPE, SIG_IGN);
    io::RealWorld real;
    ConsoleRun    run(real, *std::move(setup));
    real.shard().run(run.run());
    real.stop();
    if (!run.problem()) return cli::exit_ok;
    output.problem(fmt::format("riacho console: {}", *run.problem()));
    return cli::exit_error;
}

} // namespace

Outcome<console::ClusterSpec, ClusterSpecError> parse_cluster_spec(std::string_view text) {
    std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0)
        return fail(ClusterSpecError::malformed, "expected NAME=HOST:PORT[,HOST:PORT…][,SETTING=VALUE…]");
    console::ClusterSpec spec{std::string(text.substr(0, equals)), {}};
    std::string          servers;
    for (std::string_view item : items_of(text.substr(equals + 1))) {
        std::size_t at = item.find('=');
        if (at == std::string_view::npos) {
            servers += servers.empty() ? "" : ",";
            servers += item;
            continue;
        }
        std::string name(item.substr(0, at)), value(item.substr(at + 1));
        if (name == "metrics") {
            auto url = http::url_of(value);
            if (!url || url->origin.scheme != http::Scheme::http)
                return fail(ClusterSpecError::malformed, "metrics: expected http://HOST:PORT/PATH");
            spec.metrics.push_back(*std::move(url));
        } else if (name == "config") {
            auto read = read_file_into(spec.properties, value);
            if (!read) return std::unexpected(read.error());
        } else {
            spec.properties[name] = value;
        }
    }
    if (!servers.empty()) spec.properties["bootstrap.servers"] = servers;
    if (!spec.properties.contains("bootstrap.servers"))
        return fail(ClusterSpecError::malformed, "there is no address: NAME=HOST:PORT");
    return spec;
}

cli::Command console_command() {
    using cli::Takes;
    return {
        .name = "console",
        .about = "Start the web console alone, over any clusters",
        .flags =
            {{.name = "--cluster",
              .about =
                  "A cluster: its name, addresses, and settings as Kafka's clients name them; config=FILE "
                  "reads more of these, metrics=http://HOST:PORT/PATH is where a broker's metrics are told",
              .takes = Takes::texts,
              .value_name = "NAME=HOST:PORT,..."},
             {.name = "--listen",
              .about = "Where to serve; without a password, whoever reaches it may do all that the cluster "
                       "lets it do",
              .value_name = "HOST:PORT,...",
              .fallback = "127.0.0.1:9021"},
             {.name = "--host-name",
              .about = "A name that browsers may call this console, beside localhost and its address",
              .takes = Takes::texts,
              .value_name = "NAME"},
             {.name = "--password-file",
              .about = "A file whose first line is the password to ask for, as others could read a flag; or "
                       "KAFKA_CONSOLE_PASSWORD in the environment",
              .value_name = "FILE"},
             {.name = "--token-file",
              .about =
                  "A file whose first line is the bearer token of scripts; or KAFKA_CONSOLE_BEARER_TOKEN "
                  "in the environment",
              .value_name = "FILE"},
             {.name = "--read-only",
              .about = "Refuse everything that changes something",
              .takes = Takes::nothing}},
        .run = run_console};
}

} // namespace riacho::app
