#include "console/picture.hpp"

#include "console/kind.hpp"
#include "console/picture_groups.hpp"
#include "riacho/version.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace riacho::console {
namespace {

using client::list_offsets_at::earliest;
using client::list_offsets_at::latest;
using kafka::ErrorCode;

constexpr Time first_answer_max = std::chrono::seconds(10); ///< then whoever waits in front of a page is told

void add_metadata(Picture& picture, kafka::MetadataResponse metadata) {
    picture.cluster_id = metadata.cluster_id.value_or("");
    picture.controller = metadata.controller_id;
    for (auto& broker : metadata.brokers)
        picture.brokers.push_back(
            {broker.node_id, std::move(broker.host), broker.port, std::move(broker.rack)});
    std::ranges::sort(picture.brokers, {}, &BrokerPicture::id);
    for (auto& topic : metadata.topics) {
        if (!topic.name || topic.error_code != ErrorCode::none) continue;
        TopicPicture seen{*topic.name, topic.topic_id, topic.is_internal, {}};
        for (auto& partition : topic.partitions)
            seen.partitions.push_back({partition.partition_index,
                                       partition.leader_id,
                                       partition.leader_epoch,
                                       std::move(partition.replica_nodes),
                                       std::move(partition.isr_nodes),
                                       std::move(partition.offline_replicas),
                                       {},
                                       {},
                                       {},
                                       0});
        std::ranges::sort(seen.partitions, {}, &PartitionPicture::index);
        picture.topics.emplace(*topic.name, std::move(seen));
    }
}

PartitionPicture* find_in(Picture& picture, std::string_view topic, std::int32_t partition) {
    return const_cast<PartitionPicture*>(
        picture.find(topic, partition)); // of our own picture, which is not const
}

Task<> add_offsets(Picture& picture, client::Admin& admin, std::int64_t which) {
    std::vector<client::PartitionAsk> asked;
    for (const auto& [name, topic] : picture.topics)
        for (const PartitionPicture& partition : topic.partitions)
            if (partition.leader >= 0) asked.push_back({name, partition.index, which});
    auto told = co_await admin.list_offsets(asked);
    for (std::size_t i = 0; i < told.size(); ++i) {
        if (!told[i] || told[i]->error_code != ErrorCode::none) continue;
        PartitionPicture& partition = *find_in(picture, asked[i].topic, asked[i].partition);
        (which == earliest ? partition.start : partition.end) = told[i]->offset;
    }
}

Task<> add_sizes(Picture& picture, client::Admin& admin) {
    auto told = co_await admin.describe_log_dirs();
    if (!told) co_return;
    picture.log_folders = *std::move(told);
    for (const auto& broker : picture.log_folders) {
        if (!broker.reply) continue;
        for (const auto& folder : broker.reply->results)
            for (const auto& topic : folder.topics)
                for (const auto& size : topic.partitions) {
                    PartitionPicture* partition = find_in(picture, topic.name, size.partition_index);
                    if (!partition || size.is_future_key) continue;
                    partition->all_bytes += size.partition_size;
                    if (broker.broker == partition->leader) partition->leader_bytes = size.partition_size;
                }
    }
}

Task<> add_kind(Picture& picture, client::Admin& admin) {
    // Brokers refuse who gives no name.
    kafka::ApiVersionsRequest request{.client_software_name = "riacho",
                                      .client_software_version = std::string(version)};
    auto versions = co_await admin.cluster().ask(client::AnyBroker{}, std::move(request));
    if (versions && versions->error_code == ErrorCode::none)
        picture.kind = kind_of(picture.cluster_id, *versions);
}

constexpr std::size_t min_isr_topics_max = 200; ///< that are asked for at one time

Task<> add_min_isr(Picture& picture, client::Admin& admin) {
    constexpr std::string_view    name = "min.insync.replicas";
    constexpr std::int8_t         topic_resource = 2;
    kafka::DescribeConfigsRequest request;
    for (const auto& [id, topic] : picture.topics) {
        if (topic.under_replicated() == 0 || request.resources.size() == min_isr_topics_max) continue;
        request.resources.push_back({.resource_type = topic_resource,
                                     .resource_name = id,
                                     .configuration_keys = {{std::string(name)}}});
    }
    if (request.resources.empty()) co_return;
    auto told = co_await admin.describe_configs(std::move(request));
    if (!told) co_return;
    for (const auto& result : told->results) {
        auto topic = picture.topics.find(result.resource_name);
        if (topic == picture.topics.end()) continue;
        for (const auto& config : result.configs) {
            std::string_view value = config.value ? std::string_view(*config.value) : std::string_view();
            std::int32_t     number = 0;
            auto             read = std::from_chars(value.data(), value.data() + value.size(), number);
            if (config.name == name && read.ec == std::errc()) topic->second.min_isr = number;
        }
    }
}

} // namespace

std::size_t TopicPicture::under_replicated() const {
    return static_cast<std::size_t>(std::ranges::count_if(partitions, [](const PartitionPicture& partition) {
        return partition.in_sync.size() < partition.replicas.size();
    }));
}

std::size_t TopicPicture::without_leader() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        partitions, [](const PartitionPicture& partition) { return partition.leader < 0; }));
}

std::size_t TopicPicture::under_min_isr() const {
    return static_cast<std::size_t>(std::ranges::count_if(partitions, [&](const PartitionPicture& partition) {
        return partition.leader >= 0 && std::cmp_less(partition.in_sync.size(), min_isr.value_or(0));
    }));
}

bool GroupPicture::is_rebalancing() const {
    return state == "PreparingRebalance" || state == "CompletingRebalance" || state == "Assigning" ||
           state == "Reconciling";
}

std::optional<std::int64_t> TopicPicture::messages() const {
    std::int64_t sum = 0;
    for (const PartitionPicture& partition : partitions) {
        if (!partition.start || !partition.end) return std::nullopt;
        sum += *partition.end - *partition.start;
    }
    return sum;
}

std::optional<std::int64_t> TopicPicture::ends() const {
    std::int64_t sum = 0;
    for (const PartitionPicture& partition : partitions) {
        if (!partition.end) return std::nullopt;
        sum += *partition.end;
    }
    return sum;
}

std::optional<std::int64_t> TopicPicture::bytes() const {
    std::int64_t sum = 0;
    for (const PartitionPicture& partition : partitions) {
        if (!partition.leader_bytes) return std::nullopt;
        sum += partition.all_bytes;
    }
    return sum;
}

const PartitionPicture* Picture::find(std::string_view topic, std::int32_t partition) const {
    auto found = topics.find(topic);
    if (found == topics.end()) return nullptr;
    auto at = std::ranges::lower_bound(found->second.partitions, partition, {}, &PartitionPicture::index);
    return at == found->second.partitions.end() || at->index != partition ? nullptr : &*at;
}

std::optional<std::int64_t> Picture::lag_of(const client::GroupOffset& committed) const {
    const PartitionPicture* partition = find(committed.topic, committed.partition);
    if (!partition || !partition->end) return std::nullopt;
    std::int64_t from = std::max(committed.offset, partition->start.value_or(0));
    return std::max<std::int64_t>(*partition->end - from, 0);
}

std::optional<std::int64_t> Picture::lag_of(const GroupPicture& group, std::string_view topic) const {
    std::optional<std::int64_t> lag;
    for (const client::GroupOffset& committed : group.offsets) {
        if (!topic.empty() && committed.topic != topic) continue;
        if (auto behind = lag_of(committed)) lag = lag.value_or(0) + *behind;
    }
    return lag;
}

Task<client::Reply<Picture>> take_picture(client::Admin& admin, std::shared_ptr<const Picture> before) {
    Picture picture;
    CO_TRY(auto metadata, co_await admin.cluster().metadata_of_all({.timeout = first_answer_max}));
    add_metadata(picture, std::move(metadata));
    if (before && before->cluster_id == picture.cluster_id)
        picture.kind = before->kind;
    else
        co_await add_kind(picture, admin);
    co_await add_min_isr(picture, admin);
    co_await add_offsets(picture, admin, earliest);
    co_await add_offsets(picture, admin, latest);
    co_await add_sizes(picture, admin);
    co_await add_groups(picture, admin);
    picture.taken = admin.cluster().shard().now();
    co_return picture;
}

} // namespace riacho::console
