#pragma once

#include "broker/config/broker_options.hpp"
#include "broker/metadata/image.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace riacho::broker {

/// Where a value comes from, with the protocol's numbers (KIP-226).
enum class ConfigSource : std::int8_t { topic = 1, static_broker = 4, default_value = 5 };

struct ConfigSynonym {
    std::string  name;
    std::string  value;
    ConfigSource source;
};

struct DescribedConfig {
    std::string                name;
    std::string                value;
    ConfigSource               source;
    OptionType                 type;
    std::string_view           about;
    std::vector<ConfigSynonym> synonyms; ///< from the value in force down to the default
};

/// Every configuration of a topic: its own, else the broker's, else the default.
std::vector<DescribedConfig> describe_topic(const BrokerOptions& broker, const Topic& topic);
/// Every configuration of the broker that we act on.
std::vector<DescribedConfig> describe_broker(const BrokerOptions& broker);

} // namespace riacho::broker
