#include "app/configuration.hpp"

#include "app/endpoint.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <variant>

namespace riacho::app {
namespace {

constexpr std::uint16_t    broker_port = 9092;
constexpr std::uint16_t    ops_port = 9101;
constexpr std::uint16_t    console_port = 9021;
constexpr std::string_view ops_listeners = "ops.listeners";
constexpr std::uint32_t    port_max = 65535;

using Values = std::map<std::string, std::string, std::less<>>;

/// Kafka's coarse names of durations give way to the fine ones, so they are applied first.
int fineness(std::string_view name) {
    if (name.ends_with(".hours")) return 0;
    return name.ends_with(".minutes") ? 1 : 2;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        std::size_t end = std::min(text.find(separator), text.size());
        if (end > 0) parts.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

std::string_view stripped(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

Outcome<io::Endpoint, ConfigurationError> parse_endpoint_of(std::string_view said, std::string_view text) {
    auto endpoint = parse_endpoint(text);
    if (!endpoint)
        return fail(ConfigurationError::usage, fmt::format("{}: {}", said, endpoint.error().detail));
    return *std::move(endpoint);
}

struct NamedEndpoint {
    std::string  name;
    io::Endpoint endpoint;
};

/// "PLAINTEXT://host:port,…" as listeners and advertised.listeners have it.
Outcome<std::vector<NamedEndpoint>, ConfigurationError> parse_listeners(std::string_view option,
                                                                        std::string_view text) {
    std::vector<NamedEndpoint> result;
    for (std::string_view item : split(text, ',')) {
        item = stripped(item);
        std::size_t end = item.find("://");
        if (end == std::string_view::npos)
            return fail(ConfigurationError::usage,
                        fmt::format("{}={}: expected NAME://HOST:PORT, found '{}'", option, text, item));
        TRY(auto endpoint, parse_endpoint_of(option, item.substr(end + 3)));
        result.push_back({std::string(item.substr(0, end)), std::move(endpoint)});
    }
    return result;
}

/// The protocol of a listener: by the map, else its own name.
std::string protocol_of(std::string_view listener, const Values& values) {
    auto map = values.find("listener.security.protocol.map");
    if (map != values.end())
        for (std::string_view item : split(map->second, ','))
            if (stripped(item).starts_with(fmt::format("{}:", listener)))
                return std::string(stripped(item).substr(listener.size() + 1));
    return std::string(listener);
}

bool is_of_a_service(std::string_view name) { return name == ops_listeners || find_console_option(name); }

class Configurator {
public:
    explicit Configurator(const ConfigurationSources& sources) : sources_(sources) {}

    Outcome<Configuration, ConfigurationError> run() {
        merge();
        TRY(std::monostate applied, apply());
        TRY(applied, apply_to_console());
        TRY(applied, add_listeners());
        TRY(applied, add_service_listeners());
        if (!out_of_ports_.empty())
            return fail(ConfigurationError::usage,
                        fmt::format("--port-offset: {} is past the last port, {}", out_of_ports_, port_max));
        TRY(applied, advertise());
        note_names();
        return std::move(result_);
    }

private:
    using Step = Outcome<std::monostate, ConfigurationError>;

    void merge() {
        for (const auto& [name, value] : sources_.file) values_[name] = value;
        for (const auto& [variable, value] : sources_.environment) {
            std::string name = name_of_environment(variable);
            if (broker::find_broker_option(name) || is_of_a_service(name)) values_[name] = value;
        }
        for (const auto& [name, value] : sources_.set) values_[name] = value;
    }

    Step apply() {
        std::vector<std::string_view> names;
        for (const auto& [name, value] : values_)
            if (broker::find_broker_option(name)) names.push_back(name);
        std::ranges::sort(names, {}, [](std::string_view name) { return std::pair(fineness(name), name); });
        for (std::string_view name : names) {
            const std::string& value = values_.find(name)->second;
            if (auto set = broker::find_broker_option(name)->set(result_.broker, value); !set)
                return fail(ConfigurationError::usage, fmt::format("{}={}: {}", name, value, set.error()));
        }
        say_what_is_so();
        return {};
    }

    Step apply_to_console() {
        for (const auto& [name, value] : values_) {
            if (!find_console_option(name)) continue;
            auto set = set_console_option(result_.console_settings, name, value);
            if (!set) return fail(ConfigurationError::usage, set.error().detail);
        }
        for (const auto& [name, value] : sources_.set)
            if (auto* option = find_console_option(name); option && option->type == OptionType::password)
                result_.notes.push_back(
                    fmt::format("--set {0} can be read by everybody on this machine: take {0}.file", name));
        return {};
    }

    /// What a broker of Kafka's must be told is told to whoever asks for its configuration.
    void say_what_is_so() {
        std::string node = std::to_string(result_.broker.node_id);
        for (const auto& [name, value] : {std::pair("node.id", node), std::pair("broker.id", node),
                                          std::pair("process.roles", std::string("broker,controller"))})
            (void)broker::find_broker_option(name)->set(result_.broker, value);
    }

    Step add_listeners() {
        auto listeners = values_.find("listeners");
        if (listeners == values_.end() || sources_.is_bind_given) {
            add_default_listener();
            return {};
        }
        TRY(auto wanted, parse_listeners("listeners", listeners->second));
        std::string controllers = value_of("controller.listener.names");
        auto        skipped = split(controllers, ',');
        for (NamedEndpoint& listener : wanted) {
            if (std::ranges::find(skipped, listener.name) != skipped.end())
                continue; // one node has no quorum
            std::string protocol = protocol_of(listener.name, values_);
            if (protocol != "PLAINTEXT")
                return fail(ConfigurationError::usage,
                            fmt::format("listeners={}: listener {} wants {}; supported is PLAINTEXT",
                                        listeners->second, listener.name, protocol));
            if (listener.endpoint.host.empty()) listener.endpoint.host = sources_.bind;
            add(listener.name, std::move(listener.endpoint));
        }
        if (result_.listeners.empty())
            return fail(ConfigurationError::usage,
                        fmt::format("listeners={}: no listener for clients is left", listeners->second));
        return {};
    }

    /// As Confluent's services write theirs: "http://HOST:PORT,…"; `fallback` where nothing is said.
    Outcome<std::vector<io::Endpoint>, ConfigurationError>
    service_listeners(std::string_view name, std::vector<io::Endpoint> fallback) {
        std::vector<io::Endpoint> endpoints = std::move(fallback);
        if (auto said = values_.find(name); said != values_.end()) {
            endpoints.clear();
            TRY(auto wanted, parse_listeners(name, said->second));
            for (NamedEndpoint& listener : wanted) {
                if (listener.name != "http")
                    return fail(ConfigurationError::usage, fmt::format("{}={}: {} is not supported; http is",
                                                                       name, said->second, listener.name));
                if (listener.endpoint.host.empty()) listener.endpoint.host = sources_.bind;
                endpoints.push_back(std::move(listener.endpoint));
            }
        }
        for (io::Endpoint& endpoint : endpoints) endpoint = moved(std::move(endpoint));
        return endpoints;
    }

    /// The console is on loopback unless it is told otherwise itself: who uses it may do everything.
    Step add_service_listeners() {
        std::vector<io::Endpoint> ops;
        for (const std::string& host : default_hosts()) ops.push_back({host, ops_port});
        TRY(result_.ops, service_listeners(ops_listeners, std::move(ops)));
        TRY(result_.console,
            service_listeners("console.listeners", {{"127.0.0.1", console_port}, {"::1", console_port}}));
        return {};
    }

    /// Loopback is both of its addresses: "localhost" may mean either.
    std::vector<std::string> default_hosts() const {
        if (sources_.bind == "127.0.0.1" && !sources_.is_bind_given) return {sources_.bind, "::1"};
        return {sources_.bind};
    }

    void add_default_listener() {
        for (const std::string& host : default_hosts()) add("PLAINTEXT", {host, broker_port});
    }

    io::Endpoint moved(io::Endpoint endpoint) {
        std::uint32_t port = endpoint.port == 0 ? 0 : endpoint.port + sources_.port_offset;
        if (port > port_max && out_of_ports_.empty())
            out_of_ports_ = fmt::format("{} + {}", endpoint.port, sources_.port_offset);
        endpoint.port = static_cast<std::uint16_t>(port);
        return endpoint;
    }

    void add(std::string name, io::Endpoint endpoint) {
        result_.listeners.push_back({std::move(name), moved(std::move(endpoint)), {}});
    }

    Step advertise() {
        TRY(auto advertised, parse_listeners("advertised.listeners", value_of("advertised.listeners")));
        for (const std::string& flag : sources_.advertise) {
            std::size_t equals = flag.find('=');
            if (equals == std::string::npos)
                return fail(ConfigurationError::usage,
                            fmt::format("--advertise {}: expected LISTENER=HOST:PORT", flag));
            TRY(auto endpoint, parse_endpoint_of("--advertise", flag.substr(equals + 1)));
            advertised.push_back({flag.substr(0, equals), std::move(endpoint)});
        }
        for (const NamedEndpoint& said : advertised) { // the last one counts: flags come after the file
            bool is_known = false;
            for (auto& listener : result_.listeners) {
                if (listener.name != said.name) continue;
                listener.advertised = said.endpoint;
                is_known = true;
            }
            if (!is_known)
                return fail(ConfigurationError::usage,
                            fmt::format("advertised listener {} is not one of the listeners", said.name));
        }
        return {};
    }

    void note_names() {
        std::vector<std::string_view> idle, unknown;
        for (const auto& [name, value] : values_) {
            auto* option = broker::find_broker_option(name);
            if (is_of_a_service(name)) continue;
            if (!option)
                unknown.push_back(name);
            else if (option->standing != Standing::acted_on)
                idle.push_back(name);
        }
        if (!idle.empty())
            result_.notes.push_back(
                fmt::format("known to Kafka, without effect here: {}", fmt::join(idle, ", ")));
        if (!unknown.empty())
            result_.notes.push_back(
                fmt::format("no configuration of a broker, ignored: {}", fmt::join(unknown, ", ")));
    }

    std::string value_of(std::string_view name) const {
        auto found = values_.find(name);
        return found == values_.end() ? std::string() : found->second;
    }

    const ConfigurationSources& sources_;
    Values                      values_;
    Configuration               result_;
    std::string                 out_of_ports_;
};

} // namespace

Outcome<Configuration, ConfigurationError> configure(const ConfigurationSources& sources) {
    return Configurator(sources).run();
}

std::string name_of_environment(std::string_view variable) {
    constexpr std::string_view prefix = "KAFKA_";
    if (!variable.starts_with(prefix)) return {};
    variable.remove_prefix(prefix.size());
    if (variable.starts_with("CFG_")) variable.remove_prefix(4); // as Bitnami's images have it
    std::string name;
    while (!variable.empty()) {
        std::size_t run = std::min(variable.find_first_not_of('_'), variable.size());
        if (run == 1)
            name += '.';
        else if (run == 2)
            name += '_';
        else if (run >= 3)
            name += '-';
        variable.remove_prefix(run);
        if (variable.empty()) break;
        char c = variable.front();
        name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        variable.remove_prefix(1);
    }
    return name;
}

Outcome<std::pair<std::string, std::string>, ConfigurationError> parse_assignment(std::string_view text) {
    std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0)
        return fail(ConfigurationError::usage, fmt::format("--set {}: expected NAME=VALUE", text));
    return std::pair(std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)));
}

} // namespace riacho::app
