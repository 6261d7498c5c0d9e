#include "broker/config/kept_config.hpp"

#include <limits>

namespace riacho::broker {
namespace {

template <class T>
std::expected<void, std::string> only_problem(const std::expected<T, std::string>& parsed) {
    if (!parsed) return std::unexpected(parsed.error());
    return {};
}

template <class T> T rule_or(const KeptConfig& config, T otherwise) {
    auto* rule = std::get_if<T>(&config.rule);
    return rule ? *rule : otherwise;
}

} // namespace

std::vector<KeptConfig> joined(std::initializer_list<std::vector<KeptConfig>> parts) {
    std::vector<KeptConfig> all;
    for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

const std::vector<KeptConfig>& kept_configs() {
    static const std::vector<KeptConfig> all =
        joined({kept_groups_configs(), kept_quorum_configs(), kept_security_configs(), kept_server_configs(),
                kept_storage_configs()});
    return all;
}

std::expected<void, std::string> check_kept(const KeptConfig& config, std::string_view text) {
    using namespace option_detail;
    constexpr double largest = std::numeric_limits<double>::max();
    switch (config.type) {
    case OptionType::boolean:
        return only_problem(parse_boolean(text));
    case OptionType::int16:
    case OptionType::int32:
    case OptionType::int64:
        return only_problem(parse_whole(text, within(rule_or(config, WholeRange{}), config.type)));
    case OptionType::real: {
        auto range = rule_or(config, RealRange{-largest, largest});
        return only_problem(parse_real(text, range.low, range.high));
    }
    case OptionType::list:
        return only_problem(parse_list(text, rule_or(config, OneOf{})));
    default:
        return only_problem(parse_one_of(text, rule_or(config, OneOf{})));
    }
}

} // namespace riacho::broker
