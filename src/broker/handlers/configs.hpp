#pragma once

#include "broker/config/broker_options.hpp"
#include "broker/metadata/image.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace riacho::broker {

struct Call;

/// Where a value comes from, with the protocol's numbers (KIP-226).
enum class ConfigSource : std::int8_t {
    topic = 1,
    dynamic_broker = 2,
    dynamic_default_broker = 3,
    static_broker = 4,
    default_value = 5,
    logger = 6,
    client_metrics = 7,
    group = 8
};

using ConfigText = std::optional<std::string>; ///< none: no value, or one that is nobody's business

struct ConfigSynonym {
    std::string  name;
    ConfigText   value;
    ConfigSource source;
};

struct DescribedConfig {
    std::string                name;
    ConfigText                 value;
    ConfigSource               source = ConfigSource::default_value;
    std::optional<OptionType>  type = {};
    std::string_view           about = {};
    Dynamic                    dynamic = Dynamic::cluster_wide;
    std::vector<ConfigSynonym> synonyms = {}; ///< from the value in force down to the default
    enum class Secrecy : std::uint8_t { by_type, secret } secrecy = Secrecy::by_type;
    bool is_sensitive() const { return type == OptionType::password || secrecy == Secrecy::secret; }
};
using DescribedConfigs = std::vector<DescribedConfig>;

/// What a broker goes by: the options that it was started with, and what was altered since.
struct BrokerConfigs {
    const BrokerOptions& start;
    const Overrides&     own;     ///< of this broker
    const Overrides&     of_all;  ///< of all brokers of the cluster
    const BrokerOptions& current; ///< all of them together
};

BrokerConfigs broker_configs(const Call& call);

/// Every configuration of a topic: its own, else the broker's, else the default.
DescribedConfigs describe_topic(const BrokerConfigs& broker, const Topic& topic);
/// Every configuration of the broker.
DescribedConfigs describe_broker(const BrokerConfigs& broker);
/// What was altered for all brokers.
DescribedConfigs describe_all_brokers(const BrokerConfigs& broker);
/// Every configuration of a group: the broker's, as no group has its own here.
DescribedConfigs describe_group(const BrokerConfigs& broker);
/// Every configuration of a subscription to clients' metrics; nobody subscribes here.
DescribedConfigs describe_client_metrics();
DescribedConfigs describe_loggers();

} // namespace riacho::broker
