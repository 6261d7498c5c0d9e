#include "broker/handlers/coordinator_of.hpp"
#include "broker/handlers/handlers.hpp"

namespace riacho::broker {
namespace {

using kafka::ErrorCode;
using FetchedGroup = kafka::OffsetFetchResponse::Group;

constexpr kafka::Version group_error_since = 2;
constexpr kafka::Version several_groups_since = 8;

Task<FetchedGroup> fetch_group(Call& call, kafka::OffsetFetchRequest::Group group) {
    Local& owner = coordinator_of(call, group.group_id);
    co_return co_await at_coordinator(call, owner, owner.groups->fetch(std::move(group)));
}

kafka::OffsetFetchRequest::Group only_group(kafka::OffsetFetchRequest& request) {
    kafka::OffsetFetchRequest::Group group{.group_id = std::move(request.group_id)};
    if (!request.topics) return group;
    group.topics.emplace();
    for (auto& topic : *request.topics)
        group.topics->push_back(
            {.name = std::move(topic.name), .partition_indexes = std::move(topic.partition_indexes)});
    return group;
}

/// v1 has no place for an error of the group but at each partition that was asked for.
void refuse_each(const kafka::OffsetFetchRequest::Group& asked, FetchedGroup& group) {
    group.topics.clear();
    if (!asked.topics) return;
    for (const auto& topic : *asked.topics) {
        auto& answer = group.topics.emplace_back();
        answer.name = topic.name;
        for (std::int32_t index : topic.partition_indexes)
            answer.partitions.push_back({.partition_index = index,
                                         .committed_offset = -1,
                                         .metadata = "",
                                         .error_code = group.error_code});
    }
}

kafka::OffsetFetchResponse response_of(FetchedGroup group) {
    kafka::OffsetFetchResponse response{.error_code = group.error_code};
    for (auto& topic : group.topics) {
        auto& answer = response.topics.emplace_back();
        answer.name = std::move(topic.name);
        for (auto& partition : topic.partitions)
            answer.partitions.push_back({.partition_index = partition.partition_index,
                                         .committed_offset = partition.committed_offset,
                                         .committed_leader_epoch = partition.committed_leader_epoch,
                                         .metadata = std::move(partition.metadata),
                                         .error_code = partition.error_code});
    }
    return response;
}

} // namespace

// OffsetFetch, v1-9: where groups are. A group that nobody knows is nowhere (-1), which is no error.
//   v2 all topics, error of the group   v3 throttle time   v5 leader epoch   v6 flexible   v7 require_stable
//   (KIP-447): without transactions every offset is   v8 several groups (KIP-709)   v9 member of a KIP-848
//   group, which classic groups do not look at
Task<kafka::OffsetFetchResponse> offset_fetch(Call& call, kafka::OffsetFetchRequest request) {
    if (call.version < several_groups_since) {
        auto asked = only_group(request);
        auto group = co_await fetch_group(call, asked);
        if (call.version < group_error_since && group.error_code != ErrorCode::none)
            refuse_each(asked, group);
        co_return response_of(std::move(group));
    }
    kafka::OffsetFetchResponse response;
    for (auto& asked : request.groups)
        response.groups.push_back(co_await fetch_group(call, std::move(asked)));
    co_return response;
}

} // namespace riacho::broker
