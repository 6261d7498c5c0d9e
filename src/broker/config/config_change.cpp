#include "broker/config/config_change.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <optional>
#include <string_view>
#include <utility>

namespace riacho::broker {
namespace {

using Operation = ConfigChange::Operation;
using Items = std::vector<std::string>;

/// A list with what it had and `change`: what is there already is not added again.
std::expected<Items, std::string> changed_list(Items items, const ConfigChange& change) {
    auto named = option_detail::parse_list(change.value, {});
    if (!named)
        return std::unexpected(fmt::format("Configuration '{}' values must not be empty.", change.name));
    for (const std::string& item : *named) {
        bool is_there = std::ranges::find(items, item) != items.end();
        if (change.operation == Operation::append && !is_there) items.push_back(item);
        if (change.operation == Operation::subtract) std::erase(items, item);
    }
    return items;
}

bool is_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// "0:1", of a list of replicas.
bool is_replica(std::string_view item) {
    auto colon = item.find(':');
    return colon != item.npos && is_digits(item.substr(0, colon)) && is_digits(item.substr(colon + 1));
}

std::optional<std::string> throttle_problem(std::string_view name, const Items& replicas) {
    bool is_every = replicas.size() == 1 && replicas.front() == "*";
    if (is_every || std::ranges::all_of(replicas, is_replica)) return std::nullopt;
    return fmt::format(
        "Invalid value [{0}] for configuration {1}: {1} must be the literal '*' or a list of "
        "replicas in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...",
        fmt::join(replicas, ", "), name);
}

/// `option_of` finds an option by its name.
template <class Options, class Find>
std::expected<Overrides, std::string> changed_overrides(Overrides overrides, const Options& defaults,
                                                        const std::vector<ConfigChange>& changes,
                                                        Find                             option_of) {
    for (const ConfigChange& change : changes) {
        if (change.operation == Operation::remove) {
            overrides.erase(change.name);
            continue;
        }
        if (change.operation == Operation::set) {
            overrides[change.name] = change.value;
            continue;
        }
        const Option<Options>* option = option_of(change.name);
        if (!option || option->type != OptionType::list)
            return std::unexpected(fmt::format("Can't {} to key {} because its type is not LIST.",
                                               change.operation == Operation::append ? "APPEND" : "SUBTRACT",
                                               change.name));
        auto        own = overrides.find(change.name);
        std::string now = own == overrides.end() ? option->get(defaults) : own->second;
        Items       items = option_detail::parse_list(now, {}).value_or(Items{});
        auto        changed = changed_list(std::move(items), change);
        if (!changed) return std::unexpected(changed.error());
        overrides[change.name] = option_detail::join(*changed); // as Kafka: the topic's own from now on
    }
    return overrides;
}

} // namespace

std::expected<Overrides, std::string> with_changes(Overrides overrides, const TopicConfig& defaults,
                                                   const std::vector<ConfigChange>& changes) {
    return changed_overrides(std::move(overrides), defaults, changes, find_topic_option);
}

std::expected<Overrides, std::string> with_changes(Overrides overrides, const BrokerOptions& start,
                                                   const std::vector<ConfigChange>& changes) {
    return changed_overrides(std::move(overrides), start, changes, find_broker_option);
}

std::expected<TopicConfig, std::string> checked_config(const TopicConfig& defaults,
                                                       const Overrides&   overrides) {
    auto config = with_overrides(defaults, overrides);
    if (!config) return config;
    if (config->min_compaction_lag_ms > config->max_compaction_lag_ms)
        return std::unexpected(fmt::format(
            "conflict topic config setting min.compaction.lag.ms ({}) > max.compaction.lag.ms ({})",
            config->min_compaction_lag_ms, config->max_compaction_lag_ms));
    if (config->remote_storage_enable)
        return std::unexpected("Tiered Storage functionality is disabled in the broker. Topic cannot be "
                               "configured with remote log storage.");
    if (config->compression_gzip_level == 0)
        return std::unexpected(
            "Invalid value 0 for configuration compression.gzip.level: Value must be between "
            "1 and 9 or equal to -1");
    for (auto [name, replicas] :
         {std::pair("follower.replication.throttled.replicas", &config->follower_throttled_replicas),
          std::pair("leader.replication.throttled.replicas", &config->leader_throttled_replicas)})
        if (auto problem = throttle_problem(name, *replicas)) return std::unexpected(*problem);
    return config;
}

} // namespace riacho::broker
