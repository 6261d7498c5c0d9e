#include "console/attention.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <set>

namespace riacho::console {
namespace {

using Severity = Attention::Severity;
using Subject = Attention::Subject;

constexpr std::int64_t free_percent_min = 10;

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

void look_at_topics(const Picture& picture, std::vector<Attention>& found) {
    for (const auto& [name, topic] : picture.topics) {
        if (std::size_t gone = topic.without_leader())
            found.push_back(
                {Severity::critical,
                 Subject::topic,
                 "offline_partition",
                 name,
                 {{"partitions", std::to_string(gone)}},
                 fmt::format("{} of {} has no leader: nobody can write to it or read it.",
                             gone == 1 ? "One partition" : fmt::format("{} partitions", gone), name)});
        else if (std::size_t behind = topic.under_replicated())
            found.push_back(
                {Severity::warning,
                 Subject::topic,
                 "under_replicated",
                 name,
                 {{"partitions", std::to_string(behind)}},
                 fmt::format("{} of {} has fewer replicas in sync than it should.",
                             behind == 1 ? "One partition" : fmt::format("{} partitions", behind), name)});
    }
}

void look_at_groups(const Picture& picture, std::vector<Attention>& found) {
    for (const auto& [id, group] : picture.groups) {
        auto lag = picture.lag_of(group);
        if (!group.described.members.empty() || group.described.group_state != "Empty" ||
            lag.value_or(0) == 0)
            continue;
        found.push_back({Severity::warning,
                         Subject::group,
                         "group_without_members",
                         id,
                         {{"lag", std::to_string(*lag)}},
                         fmt::format("Nobody works for group {}, and {} messages wait for it.", id, *lag)});
    }
}

} // namespace

std::vector<Attention> attention_in(const Picture& picture, std::string_view cluster) {
    std::vector<Attention> found;
    if (picture.controller < 0)
        found.push_back({Severity::critical,
                         Subject::cluster,
                         "no_controller",
                         std::string(cluster),
                         {},
                         "No broker is the controller: topics cannot be made or changed."});
    look_at_brokers(picture, found);
    look_at_folders(picture, found);
    look_at_topics(picture, found);
    look_at_groups(picture, found);
    std::vector<Attention> sorted;
    for (Severity severity : {Severity::critical, Severity::warning, Severity::info})
        for (Attention& one : found)
            if (one.severity == severity) sorted.push_back(std::move(one));
    return sorted;
}

} // namespace riacho::console
