#include "console/api.hpp"
#include "console/attention.hpp"
#include "console/console.hpp"

#include <utility>

namespace riacho::console {
namespace {

using data::Json;

constexpr std::size_t attention_max = 100; ///< that are listed; all are counted

std::string_view state_of(const ClusterView& cluster, const Picture* picture) {
    if (cluster.trouble()) return "offline";
    if (!picture) return "connecting";
    bool is_whole = picture->controller >= 0;
    for (const auto& [name, topic] : picture->topics)
        is_whole &= topic.without_leader() == 0 && topic.under_replicated() == 0;
    return is_whole ? "online" : "degraded";
}

/// What a summary counts.
struct Sums {
    std::size_t                 topics = 0;
    std::size_t                 partitions = 0;
    std::optional<std::int64_t> lag, bytes;
};

Sums sums_of(const Picture& picture) {
    Sums sums;
    sums.bytes = 0;
    for (const auto& [name, topic] : picture.topics) {
        auto bytes = topic.bytes();
        sums.bytes = sums.bytes && bytes ? std::optional(*sums.bytes + *bytes) : std::nullopt;
        if (topic.is_internal) continue;
        ++sums.topics;
        sums.partitions += topic.partitions.size();
    }
    for (const auto& [id, group] : picture.groups)
        if (auto lag = picture.lag_of(group)) sums.lag = sums.lag.value_or(0) + *lag;
    return sums;
}

Json cluster_summary_json(const ClusterView& cluster, const Picture* picture, std::size_t attention) {
    Json::Array bootstrap;
    for (std::string& address : cluster.bootstrap()) bootstrap.push_back(std::move(address));
    Sums             sums = picture ? sums_of(*picture) : Sums{};
    auto             known = [&](auto value) { return picture ? Json(value) : Json(nullptr); };
    bool             has_id = picture && !picture->cluster_id.empty();
    std::string_view kind = cluster.meters().kind();
    if (kind.empty() && picture) kind = picture->kind;
    return Json::Object{{"name", cluster.name()},
                        {"bootstrap", std::move(bootstrap)},
                        {"state", state_of(cluster, picture)},
                        {"cluster_id", has_id ? Json(picture->cluster_id) : Json(nullptr)},
                        {"kind", kind.empty() ? Json(nullptr) : Json(kind)},
                        {"brokers", known(picture ? picture->brokers.size() : 0)},
                        {"topics", known(sums.topics)},
                        {"partitions", known(sums.partitions)},
                        {"messages_in_rate", rate_json(cluster.changes().in)},
                        {"messages_out_rate", rate_json(cluster.changes().out)},
                        {"lag", int64_json(sums.lag)},
                        {"size", int64_json(sums.bytes)},
                        {"attention", attention},
                        {"problem", cluster.trouble() ? json_of(*cluster.trouble()) : Json(nullptr)}};
}

Sight sight_of(const ClusterView& cluster, const Picture& picture) {
    return {picture, cluster.name(), &cluster.history(), &cluster.meters()};
}

Json attention_json(const Attention& attention) {
    constexpr std::string_view severities[] = {"critical", "warning", "info"};
    constexpr std::string_view subjects[] = {"cluster", "broker", "topic", "group"};
    Json::Object               values;
    for (const auto& [name, value] : attention.values) values.push_back({name, value});
    return Json::Object{
        {"severity", severities[static_cast<std::size_t>(attention.severity)]},
        {"code", attention.code},
        {"subject", Json::Object{{"kind", subjects[static_cast<std::size_t>(attention.subject)]},
                                 {"name", attention.name}}},
        {"values", std::move(values)},
        {"detail", attention.detail}};
}

Json services_json() {
    Json::Array services;
    for (std::string_view kind : {"schemas", "connectors", "ksql"})
        services.push_back(Json::Object{{"kind", kind}, {"state", "absent"}, {"url", nullptr}});
    return services;
}

} // namespace

Task<OrProblem<Answer>> list_clusters(Asked asked) {
    Json::Array items;
    for (const auto& cluster : asked.console.clusters()) {
        co_await asked.console.look_at(*cluster);
        auto        picture = cluster->last();
        std::size_t attention = picture ? attention_in(sight_of(*cluster, *picture)).size() : 0;
        items.push_back(cluster_summary_json(*cluster, picture.get(), attention));
    }
    co_return Answer{Json::Object{{"items", std::move(items)}}};
}

Task<OrProblem<Answer>> get_cluster(Asked asked) {
    CO_TRY(auto picture, co_await asked.cluster().picture());
    std::vector<Attention> attention = attention_in(sight_of(asked.cluster(), *picture));
    Json::Array            listed;
    for (std::size_t i = 0; i < std::min(attention.size(), attention_max); ++i)
        listed.push_back(attention_json(attention[i]));
    std::size_t behind = 0, gone = 0;
    for (const auto& [name, topic] : picture->topics) {
        behind += topic.under_replicated();
        gone += topic.without_leader();
    }
    Meters::Bytes bytes = asked.cluster().meters().all();
    Json          controller = picture->controller < 0 ? Json(nullptr) : Json(picture->controller);
    co_return Answer{
        Json::Object{{"summary", cluster_summary_json(asked.cluster(), picture.get(), attention.size())},
                     {"controller", std::move(controller)},
                     {"under_replicated", behind},
                     {"offline_partitions", gone},
                     {"groups", picture->groups.size()},
                     {"bytes_in_rate", rate_json(bytes.in)},
                     {"bytes_out_rate", rate_json(bytes.out)},
                     {"attention", std::move(listed)},
                     {"services", services_json()}}};
}

} // namespace riacho::console
