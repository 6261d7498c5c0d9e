#pragma once

#include "base/option.hpp"

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <variant>
#include <vector>

namespace riacho::broker {

struct RealRange {
    double low;
    double high;
};
/// What a text, or each item of a list, may be.
using OneOf = std::vector<std::string_view>;
using ConfigRule = std::variant<std::monostate, WholeRange, RealRange, OneOf>;

/// Of which resources it is a configuration: a group has its own value of some of the broker's, under a name
/// without "group.".
enum class Reach : std::uint8_t { broker, groups, groups_only };

/// A configuration of Kafka's that has no field here: it is known, checked, kept and described.
struct KeptConfig {
    std::string_view name;
    OptionType       type;
    const char*      by_default; ///< null where Kafka has no value
    std::string_view about;
    ConfigRule       rule = {};
    Dynamic          dynamic = Dynamic::no;
    Standing         standing = Standing::kept;
    Reach            reach = Reach::broker;
};

std::vector<KeptConfig> kept_groups_configs();
std::vector<KeptConfig> kept_quorum_configs();
std::vector<KeptConfig> kept_security_configs();
std::vector<KeptConfig> kept_server_configs();
std::vector<KeptConfig> kept_storage_configs();
/// All of them.
const std::vector<KeptConfig>& kept_configs();

std::vector<KeptConfig> joined(std::initializer_list<std::vector<KeptConfig>> parts);

/// What is wrong with `text` as a value of it; nothing where it is right.
std::expected<void, std::string> check_kept(const KeptConfig& config, std::string_view text);

} // namespace riacho::broker
