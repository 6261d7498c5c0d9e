#include "broker/handlers/configs.hpp"

namespace riacho::broker {
namespace {

/// The broker's value, where it is not the default, and the default.
template <class Options>
void add_defaults(DescribedConfig& config, const Option<Options>& option, const Options& current,
                  std::string_view broker_name) {
    std::string by_default = option.get(Options{});
    std::string now = option.get(current);
    std::string name(broker_name.empty() ? option.name : broker_name);
    if (now != by_default) config.synonyms.push_back({name, now, ConfigSource::static_broker});
    config.synonyms.push_back({name, by_default, ConfigSource::default_value});
}

template <class Options> DescribedConfig described_option(const Option<Options>& option) {
    return {std::string(option.name), {}, ConfigSource::default_value, option.type, option.about, {}};
}

void take_first(DescribedConfig& config) {
    config.value = config.synonyms.front().value;
    config.source = config.synonyms.front().source;
}

} // namespace

std::vector<DescribedConfig> describe_topic(const BrokerOptions& broker, const Topic& topic) {
    std::vector<DescribedConfig> configs;
    for (const auto& option : topic_options()) {
        DescribedConfig config = described_option(option);
        if (auto own = topic.overrides.find(option.name); own != topic.overrides.end())
            config.synonyms.push_back({config.name, option.get(topic.config), ConfigSource::topic});
        add_defaults(config, option, broker.topics, broker_synonym(option.name));
        take_first(config);
        configs.push_back(std::move(config));
    }
    return configs;
}

std::vector<DescribedConfig> describe_broker(const BrokerOptions& broker) {
    std::vector<DescribedConfig> configs;
    for (const auto& option : broker_options()) {
        DescribedConfig config = described_option(option);
        add_defaults(config, option, broker, {});
        take_first(config);
        configs.push_back(std::move(config));
    }
    return configs;
}

} // namespace riacho::broker
