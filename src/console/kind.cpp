#include "console/kind.hpp"

#include <algorithm>

namespace riacho::console {

std::string_view kind_of(std::string_view cluster_id, const kafka::ApiVersionsResponse& versions) {
    constexpr std::int16_t leader_and_isr = 4, confluents_own = 10'000;
    auto                   has_api = [&](auto is_it) {
        return std::ranges::any_of(versions.api_keys, is_it,
                                                     &kafka::ApiVersionsResponse::ApiVersion::api_key);
    };
    if (cluster_id.starts_with("redpanda.")) return "redpanda";
    if (cluster_id.starts_with("lkc-")) return "confluent";
    if (has_api([](std::int16_t key) { return key >= confluents_own; })) return "confluent";
    bool has_feature = std::ranges::any_of(
        versions.finalized_features, [](const auto& feature) { return feature.name == "metadata.version"; });
    bool has_zookeeper = has_api([](std::int16_t key) { return key == leader_and_isr; });
    return has_feature || has_zookeeper ? "kafka" : "";
}

} // namespace riacho::console
