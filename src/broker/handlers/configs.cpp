#include "broker/handlers/configs.hpp"

#include "broker/broker.hpp"
#include "broker/config/kept_config.hpp"
#include "broker/server/api.hpp"

#include <algorithm>

namespace riacho::broker {
namespace {

using BrokerOption = Option<BrokerOptions>;

const BrokerOptions& default_options() {
    static const BrokerOptions defaults;
    return defaults;
}

/// By name, or by whoever filled the struct.
bool was_said(const BrokerOptions& options, const BrokerOption& option) {
    if (options.said.contains(option.name)) return true;
    for (std::string_view same : same_options(option.name))
        if (options.said.contains(same)) return false;
    return option.get(options) != option.get(default_options());
}

ConfigText shown(OptionType type, std::string value) {
    if (type == OptionType::password) return std::nullopt;
    return value;
}

/// What is said under `name`, and under those that mean the same, and where: for this broker, for all, at the
/// start, by default.
std::vector<ConfigSynonym> said_of(const BrokerConfigs& broker, std::string_view name) {
    std::vector<ConfigSynonym>       synonyms;
    std::vector<const BrokerOption*> options;
    for (std::string_view same : same_options(name)) options.push_back(find_broker_option(same));
    auto add = [&](const BrokerOption& option, std::string value, ConfigSource source) {
        synonyms.push_back({std::string(option.name), shown(option.type, std::move(value)), source});
    };
    for (auto [layer, source] : {std::pair(&broker.own, ConfigSource::dynamic_broker),
                                 std::pair(&broker.of_all, ConfigSource::dynamic_default_broker)})
        for (const BrokerOption* option : options)
            if (auto found = layer->find(option->name); found != layer->end())
                add(*option, found->second, source);
    for (const BrokerOption* option : options)
        if (was_said(broker.start, *option))
            add(*option, option->get(broker.start), ConfigSource::static_broker);
    for (const BrokerOption* option : options)
        if (!option->is_unset_by_default)
            add(*option, option->get(default_options()), ConfigSource::default_value);
    // As Kafka: it begins with what is said under the name itself.
    synonyms.erase(synonyms.begin(), std::ranges::find(synonyms, name, &ConfigSynonym::name));
    return synonyms;
}

void take_source(DescribedConfig& config) {
    if (!config.synonyms.empty()) config.source = config.synonyms.front().source;
}

DescribedConfig described_option(const BrokerConfigs& broker, const BrokerOption& option) {
    DescribedConfig config{.name = std::string(option.name),
                           .value = std::nullopt,
                           .type = option.type,
                           .about = option.about,
                           .dynamic = option.dynamic};
    config.synonyms = said_of(broker, option.name);
    if (!config.synonyms.empty()) config.value = config.synonyms.front().value;
    take_source(config);
    return config;
}

/// What nobody knows may be a secret.
DescribedConfig described_unknown(const std::string& name, ConfigSource source) {
    DescribedConfig config{.name = name,
                           .value = std::nullopt,
                           .source = source,
                           .dynamic = Dynamic::no,
                           .secrecy = DescribedConfig::Secrecy::secret};
    config.synonyms.push_back({name, std::nullopt, source});
    return config;
}

DescribedConfig described_kept(const KeptConfig& kept, ConfigText value) {
    return {
        .name = std::string(kept.name), .value = std::move(value), .type = kept.type, .about = kept.about};
}

/// "group.consumer.session.timeout.ms" is "consumer.session.timeout.ms" of a group.
constexpr std::string_view group_prefix = "group.";

} // namespace

BrokerConfigs broker_configs(const Call& call) {
    const BrokerOptions& start = call.broker.options();
    const Image&         image = call.here.image;
    return {start, image.of_broker(std::to_string(start.node_id)), image.of_broker(""), call.here.options};
}

DescribedConfigs describe_topic(const BrokerConfigs& broker, const Topic& topic) {
    DescribedConfigs configs;
    for (const auto& option : topic_options()) {
        DescribedConfig config{.name = std::string(option.name),
                               .value = option.get(topic.config),
                               .type = option.type,
                               .about = option.about};
        if (std::string_view name = broker_synonym(option.name); !name.empty())
            config.synonyms = said_of(broker, name);
        if (topic.overrides.contains(config.name))
            config.synonyms.insert(config.synonyms.begin(), {config.name, config.value, ConfigSource::topic});
        take_source(config);
        configs.push_back(std::move(config));
    }
    return configs;
}

DescribedConfigs describe_broker(const BrokerConfigs& broker) {
    DescribedConfigs configs;
    for (const BrokerOption& option : broker_options())
        if (option.standing != Standing::internal) configs.push_back(described_option(broker, option));
    for (const auto& [name, value] : broker.own)
        if (!find_broker_option(name))
            configs.push_back(described_unknown(name, ConfigSource::dynamic_broker));
    return configs;
}

DescribedConfigs describe_all_brokers(const BrokerConfigs& broker) {
    DescribedConfigs configs;
    for (const auto& [name, value] : broker.of_all) {
        const BrokerOption* option = find_broker_option(name);
        if (!option) {
            configs.push_back(described_unknown(name, ConfigSource::dynamic_default_broker));
            continue;
        }
        ConfigText      text = shown(option->type, value);
        DescribedConfig config{.name = name,
                               .value = text,
                               .source = ConfigSource::dynamic_default_broker,
                               .type = option->type,
                               .about = option->about,
                               .dynamic = option->dynamic};
        config.synonyms.push_back({name, text, config.source});
        configs.push_back(std::move(config));
    }
    return configs;
}

DescribedConfigs describe_group(const BrokerConfigs& broker) {
    DescribedConfigs configs;
    for (const KeptConfig& kept : kept_configs()) {
        if (kept.reach == Reach::broker) continue;
        bool            is_own = kept.reach == Reach::groups_only;
        DescribedConfig config = described_kept(kept, std::string(kept.by_default ? kept.by_default : ""));
        if (is_own) {
            config.synonyms.push_back({config.name, config.value, ConfigSource::default_value});
        } else {
            config.synonyms = said_of(broker, kept.name);
            config.name.erase(0, group_prefix.size());
            config.value = find_broker_option(kept.name)->get(broker.current);
        }
        take_source(config);
        configs.push_back(std::move(config));
    }
    return configs;
}

DescribedConfigs describe_client_metrics() {
    static const KeptConfig rows[] = {
        {"interval.ms", OptionType::int32, "300000", "How often a client sends its metrics."},
        {"match", OptionType::list, "", "Which clients send metrics, as name=pattern."},
        {"metrics", OptionType::list, "", "Which metrics clients send, by how their names begin."},
    };
    DescribedConfigs configs;
    for (const KeptConfig& row : rows) configs.push_back(described_kept(row, row.by_default));
    return configs;
}

DescribedConfigs describe_loggers() {
    return {{.name = "root", .value = "INFO", .source = ConfigSource::logger}};
}

} // namespace riacho::broker
