#include "codec/uuid.hpp"
#include "console/api.hpp"
#include "console/api_parts.hpp"
#include "console/listing.hpp"

#include <functional>
#include <set>
#include <utility>

namespace riacho::console {
namespace {

using data::Json;

/// What lists can be sorted by, beside the topic itself.
struct ListedTopic {
    const TopicPicture*         topic;
    std::optional<double>       rate;
    std::size_t                 groups = 0;
    std::optional<std::int64_t> lag; ///< of the group that is furthest behind
};

ListedTopic listed(const ClusterView& cluster, const Picture& picture, const TopicPicture& topic) {
    ListedTopic found{&topic, Changes::of(cluster.changes().in_topic, topic.name), 0, std::nullopt};
    for (const auto& [id, group] : picture.groups) {
        if (!reads(group, topic.name)) continue;
        ++found.groups;
        if (auto lag = picture.lag_of(group, topic.name)) found.lag = std::max(found.lag.value_or(0), *lag);
    }
    return found;
}

Json topic_summary_json(const ListedTopic& listed) {
    const TopicPicture& topic = *listed.topic;
    std::size_t         replicas = topic.partitions.empty() ? 0 : topic.partitions.front().replicas.size();
    return Json::Object{{"name", topic.name},
                        {"internal", topic.is_internal},
                        {"partitions", topic.partitions.size()},
                        {"replication_factor", replicas},
                        {"under_replicated", topic.under_replicated()},
                        {"offline_partitions", topic.without_leader()},
                        {"messages", int64_json(topic.messages())},
                        {"size", int64_json(topic.bytes())},
                        {"messages_in_rate", rate_json(listed.rate)},
                        {"groups", listed.groups},
                        {"lag", int64_json(listed.lag)}};
}

Json ids_json(const std::vector<std::int32_t>& ids) {
    Json::Array array;
    for (std::int32_t id : ids) array.push_back(id);
    return array;
}

Json partition_json(const PartitionPicture& partition) {
    auto known = [](std::int32_t number) { return number < 0 ? Json(nullptr) : Json(number); };
    return Json::Object{{"partition", partition.index},
                        {"leader", known(partition.leader)},
                        {"leader_epoch", known(partition.leader_epoch)},
                        {"replicas", ids_json(partition.replicas)},
                        {"in_sync", ids_json(partition.in_sync)},
                        {"offline", ids_json(partition.offline)},
                        {"start", int64_json(partition.start)},
                        {"end", int64_json(partition.end)},
                        {"size", int64_json(partition.leader_bytes)}};
}

Before<ListedTopic> order_of_topics(const std::string& sort) {
    if (sort == "partitions")
        return by<ListedTopic>([](const ListedTopic& one) { return one.topic->partitions.size(); });
    if (sort == "messages")
        return by<ListedTopic>([](const ListedTopic& one) { return one.topic->messages(); });
    if (sort == "size") return by<ListedTopic>([](const ListedTopic& one) { return one.topic->bytes(); });
    if (sort == "rate") return by<ListedTopic>([](const ListedTopic& one) { return one.rate; });
    if (sort == "lag") return by<ListedTopic>([](const ListedTopic& one) { return one.lag; });
    return by<ListedTopic>([](const ListedTopic& one) { return std::string_view(one.topic->name); });
}

} // namespace

bool reads(const GroupPicture& group, std::string_view topic) {
    return std::ranges::any_of(group.offsets,
                               [&](const client::GroupOffset& offset) { return offset.topic == topic; });
}

Json topic_json(const ClusterView& cluster, const Picture& picture, const TopicPicture& topic) {
    Json::Array partitions;
    for (const PartitionPicture& partition : topic.partitions)
        partitions.push_back(partition_json(partition));
    Json id = topic.id == Uuid{} ? Json(nullptr) : Json(uuid_text(topic.id));
    return Json::Object{{"summary", topic_summary_json(listed(cluster, picture, topic))},
                        {"topic_id", std::move(id)},
                        {"partitions", std::move(partitions)}};
}

OrProblem<const TopicPicture*> topic_in(const Picture& picture, const std::string& name) {
    auto found = picture.topics.find(name);
    if (found == picture.topics.end())
        return std::unexpected(problem_of(kafka::ErrorCode::unknown_topic_or_partition,
                                          fmt::format("there is no topic {}", name)));
    return &found->second;
}

Task<OrProblem<Answer>> list_topics(Asked asked) {
    CO_TRY(Paging paging,
           paging_in(asked.target(), {"name", "partitions", "messages", "size", "rate", "lag"}));
    CO_TRY(bool with_internal, flag_in(asked.target(), "internal", "false"));
    CO_TRY(auto picture, co_await asked.cluster().picture());
    std::vector<ListedTopic> found;
    for (const auto& [name, topic] : picture->topics)
        if ((with_internal || !topic.is_internal) && paging.finds(name))
            found.push_back(listed(asked.cluster(), *picture, topic));
    co_return Answer{listing(found, paging, order_of_topics(paging.sort), topic_summary_json)};
}

Task<OrProblem<Answer>> get_topic(Asked asked) {
    CO_TRY(auto picture, co_await asked.cluster().picture());
    CO_TRY(const TopicPicture* topic, topic_in(*picture, asked.topic()));
    co_return Answer{topic_json(asked.cluster(), *picture, *topic)};
}

} // namespace riacho::console
