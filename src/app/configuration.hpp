#pragma once

#include "app/console_settings.hpp"
#include "base/outcome.hpp"
#include "broker/config/broker_options.hpp"
#include "broker/server/session.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace riacho::app {

/// What the command line, the environment and a properties file say, before anybody has made sense of it.
struct ConfigurationSources {
    Properties               file;
    Properties               environment; ///< KAFKA_LOG_RETENTION_MS=…, as the process got it
    Properties               set;         ///< --set name=value
    std::string              bind = "127.0.0.1";
    std::vector<std::string> advertise; ///< --advertise LISTENER=HOST:PORT
    std::uint32_t            port_offset = 0;
    bool                     is_bind_given = false;
};

struct Configuration {
    broker::BrokerOptions                broker;
    std::vector<broker::ListenerOptions> listeners;
    std::vector<io::Endpoint>            ops;     ///< where metrics and readiness are told; may be none
    std::vector<io::Endpoint>            console; ///< where the page is; may be none
    ConsoleSettings                      console_settings;
    std::vector<std::string>             notes; ///< for the log, one line each: names that change nothing
};

enum class ConfigurationError { usage };

/// Precedence: flag, `--set`, environment, file, default. A bad value of a name that we act on is refused
/// with the name, the value and what is allowed. Names of Kafka's that we do not act on, and names that
/// nobody knows, are listed once.
Outcome<Configuration, ConfigurationError> configure(const ConfigurationSources& sources);

/// "KAFKA_LOG_RETENTION_MS" is "log.retention.ms"; empty for what is no configuration. Two underscores stand
/// for one, three for a dash, as in Confluent's images.
std::string name_of_environment(std::string_view variable);

/// "NAME=VALUE" split at the first '='.
Outcome<std::pair<std::string, std::string>, ConfigurationError> parse_assignment(std::string_view text);

} // namespace riacho::app
