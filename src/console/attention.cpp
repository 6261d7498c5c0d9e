#include "console/attention.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <map>
#include <set>

namespace riacho::console {
namespace {

using Severity = Attention::Severity;
using Subject = Attention::Subject;

constexpr std::int64_t free_percent_min = 10;
constexpr std::size_t  leads_more_min = 10; ///< than its share, before a broker is said to lead too much

void look_at_brokers(const Picture& picture, std::vector<Attention>& found) {
    std::set<std::int32_t> listed, named;
    for (const BrokerPicture& broker : picture.brokers) listed.insert(broker.id);
    for (const auto& [name, topic] : picture.topics)
        for (const PartitionPicture& partition : topic.partitions)
            named.insert(partition.replicas.begin(), partition.replicas.end());
    for (std::int32_t id : named)
        if (!listed.contains(id))
            found.push_back({Severity::critical,
                             Subject::broker,
                             "broker_down",
                             std::to_string(id),
                             {},
                             fmt::format("Broker {} has replicas and the cluster does not list it.", id)});
}

void look_at_folders(const Picture& picture, std::vector<Attention>& found) {
    for (const auto& broker : picture.log_folders) {
        if (!broker.reply) continue;
        std::string id = std::to_string(broker.broker);
        for (const auto& folder : broker.reply->results) {
            if (folder.error_code != kafka::ErrorCode::none)
                found.push_back({Severity::critical,
                                 Subject::broker,
                                 "log_folder_failed",
                                 id,
                                 {{"path", folder.log_dir}},
                                 fmt::format("Folder {} of broker {} failed: {}.", folder.log_dir, id,
                                             kafka::name_of(folder.error_code))});
            if (folder.total_bytes <= 0 || folder.usable_bytes < 0) continue;
            std::int64_t percent = folder.usable_bytes / std::max<std::int64_t>(folder.total_bytes / 100, 1);
            if (percent < free_percent_min)
                found.push_back(
                    {Severity::critical,
                     Subject::broker,
                     "disk_full",
                     id,
                     {{"free", std::to_string(folder.usable_bytes)}, {"percent", std::to_string(percent)}},
                     fmt::format("The disk of broker {} has {} % left; when it is full, producing fails.", id,
                                 percent)});
        }
    }
}

std::string partitions_text(std::size_t count) {
    return count == 1 ? "One partition" : fmt::format("{} partitions", count);
}

void look_at_topics(const Picture& picture, std::vector<Attention>& found) {
    for (const auto& [name, topic] : picture.topics) {
        if (std::size_t gone = topic.without_leader())
            found.push_back({Severity::critical,
                             Subject::topic,
                             "offline_partition",
                             name,
                             {{"partitions", std::to_string(gone)}},
                             fmt::format("{} of {} has no leader: nobody can write to it or read it.",
                                         partitions_text(gone), name)});
        if (std::size_t few = topic.under_min_isr())
            found.push_back(
                {Severity::critical,
                 Subject::topic,
                 "under_min_isr",
                 name,
                 {{"partitions", std::to_string(few)}, {"min_isr", std::to_string(*topic.min_isr)}},
                 fmt::format("{} of {} has fewer than {} replicas in sync: producers that wait for "
                             "all of them are refused.",
                             partitions_text(few), name, *topic.min_isr)});
        else if (std::size_t behind = topic.under_replicated(); behind > topic.without_leader())
            found.push_back({Severity::warning,
                             Subject::topic,
                             "under_replicated",
                             name,
                             {{"partitions", std::to_string(behind)}},
                             fmt::format("{} of {} has fewer replicas in sync than it should.",
                                         partitions_text(behind), name)});
    }
}

/// Of what a group has committed, the partitions in which nothing is at that place any more.
std::size_t out_of_range(const Picture& picture, const GroupPicture& group) {
    return static_cast<std::size_t>(std::ranges::count_if(group.offsets, [&](const auto& committed) {
        const PartitionPicture* partition = picture.find(committed.topic, committed.partition);
        if (!partition || !partition->start || !partition->end) return false;
        return committed.offset < *partition->start || committed.offset > *partition->end;
    }));
}

void look_at_groups(const Picture& picture, std::vector<Attention>& found) {
    for (const auto& [id, group] : picture.groups) {
        if (std::size_t lost = out_of_range(picture, group))
            found.push_back(
                {group.is_at_work() ? Severity::warning : Severity::info,
                 Subject::group,
                 "offset_out_of_range",
                 id,
                 {{"partitions", std::to_string(lost)}},
                 fmt::format("{} has no message where group {} is: what it had not read was deleted, "
                             "or the topic was made again.",
                             partitions_text(lost), id)});
        auto lag = picture.lag_of(group);
        if (group.is_at_work() || group.state != "Empty" || lag.value_or(0) == 0) continue;
        found.push_back({Severity::warning,
                         Subject::group,
                         "group_without_members",
                         id,
                         {{"lag", std::to_string(*lag)}},
                         fmt::format("Nobody works for group {}, and {} messages wait for it.", id, *lag)});
    }
}

/// How leaders and replicas are spread, where there are several brokers.
void look_at_shape(const Sight& sight, std::vector<Attention>& found) {
    std::map<std::int32_t, std::size_t> leads;
    std::size_t                         all = 0, single = 0;
    for (const BrokerPicture& broker : sight.picture.brokers) leads[broker.id] = 0;
    if (leads.size() < 2) return;
    for (const auto& [name, topic] : sight.picture.topics) {
        bool is_single = std::ranges::any_of(
            topic.partitions, [](const PartitionPicture& one) { return one.replicas.size() == 1; });
        if (is_single && !topic.is_internal) ++single;
        all += topic.partitions.size();
        for (const PartitionPicture& partition : topic.partitions)
            if (partition.leader >= 0) ++leads[partition.leader];
    }
    for (const auto& [id, count] : leads) {
        std::size_t share = all / leads.size();
        if (count <= share + share / 2 || count < share + leads_more_min) continue;
        std::string percent = std::to_string(count * 100 / all);
        found.push_back({Severity::info,
                         Subject::broker,
                         "leaders_unbalanced",
                         std::to_string(id),
                         {{"percent", percent}},
                         fmt::format("Broker {} leads {} % of all partitions.", id, percent)});
    }
    if (single > 0)
        found.push_back(
            {Severity::info,
             Subject::cluster,
             "single_replica",
             std::string(sight.cluster),
             {{"topics", std::to_string(single)}},
             fmt::format("Topics with one replica alone: {}. They are away when their broker is.", single)});
}

} // namespace

std::vector<Attention> attention_in(const Sight& sight) {
    const Picture&         picture = sight.picture;
    std::vector<Attention> found;
    if (picture.controller < 0)
        found.push_back({Severity::critical,
                         Subject::cluster,
                         "no_controller",
                         std::string(sight.cluster),
                         {},
                         "No broker is the controller: topics cannot be made or changed."});
    look_at_brokers(picture, found);
    look_at_folders(picture, found);
    look_at_topics(picture, found);
    look_at_groups(picture, found);
    look_at_shape(sight, found);
    if (sight.history) look_at_time(sight, found);
    if (sight.meters) look_at_meters(sight, found);
    std::vector<Attention> sorted;
    for (Severity severity : {Severity::critical, Severity::warning, Severity::info})
        for (Attention& one : found)
            if (one.severity == severity) sorted.push_back(std::move(one));
    return sorted;
}

} // namespace riacho::console
