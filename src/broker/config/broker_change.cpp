// What may be altered of a broker while it runs.
#include "broker/config/config_change.hpp"

#include <fmt/format.h>
#include <string_view>
#include <vector>

namespace riacho::broker {
namespace {

using Names = std::vector<std::string_view>;

/// Kafka takes these only with the name of a listener before them.
bool is_of_a_listener(std::string_view name) {
    return name.starts_with("ssl.keystore.") || name.starts_with("ssl.truststore.") ||
           name == "ssl.key.password";
}

template <class Is> Names names_where(const Overrides& overrides, Is is) {
    Names names;
    for (const auto& [name, value] : overrides)
        if (auto* option = find_broker_option(name); option && is(*option)) names.push_back(option->name);
    return names;
}

std::unexpected<std::string> refused(std::string_view why, const Names& names) {
    return std::unexpected(fmt::format("{}: [{}]", why, fmt::join(names, ", ")));
}

} // namespace

/// Names that nobody knows are kept, as in Kafka: they may be a plugin's.
std::expected<void, std::string> check_broker_config(const Overrides& overrides, ForWhom whom) {
    using Row = Option<BrokerOptions>;
    if (auto names = names_where(overrides, [](const Row& row) { return row.dynamic == Dynamic::no; });
        !names.empty())
        return refused("Cannot update these configs dynamically", names);
    if (auto names = names_where(overrides, [](const Row& row) { return is_of_a_listener(row.name); });
        !names.empty())
        return refused("These security configs can be dynamically updated only per-listener using the "
                       "listener prefix",
                       names);
    BrokerOptions scratch;
    for (const auto& [name, value] : overrides) {
        const Row* option = find_broker_option(name);
        if (!option) continue;
        if (auto set = option->set(scratch, value); !set)
            return std::unexpected(
                fmt::format("Invalid value {} for configuration {}: {}", value, name, set.error()));
    }
    auto of_one = names_where(overrides, [](const Row& row) { return row.dynamic == Dynamic::per_broker; });
    if (whom == ForWhom::all_brokers && !of_one.empty())
        return refused("Cannot update these configs at default cluster level, broker id must be specified",
                       of_one);
    return {};
}

/// What does not fit is passed over: another version may have taken it.
BrokerOptions with_broker_overrides(BrokerOptions start, const Overrides& of_all, const Overrides& own) {
    for (const Overrides* layer : {&of_all, &own})
        for (const auto& [name, value] : *layer)
            if (auto* option = find_broker_option(name)) (void)option->set(start, value);
    return start;
}

} // namespace riacho::broker
