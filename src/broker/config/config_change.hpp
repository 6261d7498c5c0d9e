#pragma once

#include "broker/config/broker_options.hpp"

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

namespace riacho::broker {

/// One wish of IncrementalAlterConfigs, with the protocol's numbers.
struct ConfigChange {
    enum class Operation : std::int8_t { set = 0, remove = 1, append = 2, subtract = 3 };

    std::string name;
    Operation   operation = Operation::set;
    std::string value = {};
};

/// Whose configuration it is.
enum class ForWhom : std::uint8_t { one_broker, all_brokers };

/// `overrides` after `changes`, where `defaults` is what a list begins with that nobody has set; in words
/// what is wrong with the first bad change, as Kafka says it. Values are not looked at (`checked_config`
/// does).
std::expected<Overrides, std::string> with_changes(Overrides overrides, const TopicConfig& defaults,
                                                   const std::vector<ConfigChange>& changes);

/// The same for a broker.
std::expected<Overrides, std::string> with_changes(Overrides overrides, const BrokerOptions& start,
                                                   const std::vector<ConfigChange>& changes);

/// Whether a broker can go by `overrides` from now on, in Kafka's words where it cannot.
std::expected<void, std::string> check_broker_config(const Overrides& overrides, ForWhom whom);

/// `start` with what was altered since, first for all brokers, then for this one.
BrokerOptions with_broker_overrides(BrokerOptions start, const Overrides& of_all, const Overrides& own);

/// `with_overrides` for what a client wants from now on: what contradicts itself, or needs what is not here,
/// is refused. What a topic has once is never looked at like this again.
std::expected<TopicConfig, std::string> checked_config(const TopicConfig& defaults,
                                                       const Overrides&   overrides);

} // namespace riacho::broker
