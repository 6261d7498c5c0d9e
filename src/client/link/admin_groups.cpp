// What coordinators of groups answer.
#include "client/link/admin.hpp"
#include "client/link/by_topic.hpp"
#include "client/link/scatter.hpp"

#include <algorithm>
#include <tuple>

namespace riacho::client {
namespace {

struct GroupAsk {
    std::string id;
    Route       route() const { return CoordinatorOf{.id = id}; }
};

std::vector<GroupAsk> asks_for(std::vector<std::string> ids) {
    std::vector<GroupAsk> asks;
    for (auto& id : ids) asks.push_back({std::move(id)});
    return asks;
}
std::vector<std::string> ids_of(const std::vector<GroupAsk>& asks) {
    std::vector<std::string> ids;
    for (const auto& ask : asks) ids.push_back(ask.id);
    return ids;
}

constexpr auto find_group = [](auto& groups, const std::string& id) {
    auto found = std::ranges::find_if(groups, [&id](const auto& group) { return group.group_id == id; });
    return found == groups.end() ? nullptr : &*found;
};

template <class Response> std::vector<GroupOffset> offsets_in(const std::vector<Response>& topics) {
    std::vector<GroupOffset> offsets;
    for (const auto& topic : topics) {
        for (const auto& partition : topic.partitions)
            offsets.push_back({.topic = topic.name,
                               .partition = partition.partition_index,
                               .offset = partition.committed_offset,
                               .metadata = partition.metadata.value_or("")});
    }
    std::ranges::sort(offsets, {}, [](const GroupOffset& one) { return std::tie(one.topic, one.partition); });
    return offsets;
}

Task<Reply<std::vector<GroupOffset>>> fetch_all_offsets(Cluster& cluster, std::string group) {
    kafka::OffsetFetchRequest request{.group_id = group, .topics = std::nullopt};
    request.groups.push_back({.group_id = group, .member_id = {}, .topics = std::nullopt});
    constexpr kafka::Version first_with_all = 2;
    auto                     answer = co_await cluster.ask(CoordinatorOf{.id = group}, std::move(request),
                                                           {.versions = {.low = first_with_all}});
    if (!answer) co_return std::unexpected(answer.error());
    auto error = answer->groups.empty() ? answer->error_code : answer->groups.front().error_code;
    if (error != kafka::ErrorCode::none)
        co_return fail(NoReply{.why = LinkError::refused, .error = error}, std::string(text_of(error)));
    co_return answer->groups.empty() ? offsets_in(answer->topics) : offsets_in(answer->groups.front().topics);
}

} // namespace

Task<std::vector<Reply<Admin::Group>>> Admin::describe_groups(std::vector<std::string> ids) {
    Scatter<kafka::DescribeGroupsRequest, GroupAsk, Group> how{
        .request = [](const auto& asks) { return kafka::DescribeGroupsRequest{.groups = ids_of(asks)}; },
        .result = [](auto& answer, const GroupAsk& ask) { return find_group(answer.groups, ask.id); }};
    return scatter(cluster_.inside(), asks_for(std::move(ids)), std::move(how));
}

Task<std::vector<Reply<Admin::ConsumerGroup>>> Admin::describe_consumer_groups(std::vector<std::string> ids) {
    Scatter<kafka::ConsumerGroupDescribeRequest, GroupAsk, ConsumerGroup> how{
        .request =
            [](const auto& asks) { return kafka::ConsumerGroupDescribeRequest{.group_ids = ids_of(asks)}; },
        .result = [](auto& answer, const GroupAsk& ask) { return find_group(answer.groups, ask.id); }};
    return scatter(cluster_.inside(), asks_for(std::move(ids)), std::move(how));
}

Task<std::vector<Reply<Admin::DeletedGroup>>> Admin::delete_groups(std::vector<std::string> ids) {
    Scatter<kafka::DeleteGroupsRequest, GroupAsk, DeletedGroup> how{
        .request = [](const auto& asks) { return kafka::DeleteGroupsRequest{.groups_names = ids_of(asks)}; },
        .result = [](auto& answer, const GroupAsk& ask) { return find_group(answer.results, ask.id); }};
    return scatter(cluster_.inside(), asks_for(std::move(ids)), std::move(how));
}

Task<Reply<std::vector<GroupOffset>>> Admin::fetch_offsets(std::string group) {
    return fetch_all_offsets(cluster_, std::move(group));
}

Task<Reply<kafka::OffsetCommitResponse>> Admin::commit_offsets(std::string              group,
                                                               std::vector<GroupOffset> offsets) {
    using Topic = kafka::OffsetCommitRequest::Topic;
    kafka::OffsetCommitRequest request{.group_id = group, .generation_id_or_member_epoch = -1};
    for (auto& offset : offsets)
        last_topic(request.topics, &Topic::name, offset.topic)
            .partitions.push_back({.partition_index = offset.partition,
                                   .committed_offset = offset.offset,
                                   .committed_metadata = std::move(offset.metadata)});
    constexpr kafka::Version last_with_names = 9;
    return cluster_.ask(CoordinatorOf{.id = std::move(group)}, std::move(request),
                        {.versions = {.high = last_with_names}});
}

Task<Reply<kafka::OffsetDeleteResponse>> Admin::delete_offsets(std::string               group,
                                                               std::vector<PartitionAsk> partitions) {
    using Topic = kafka::OffsetDeleteRequest::Topic;
    kafka::OffsetDeleteRequest request{.group_id = group};
    for (const auto& partition : partitions)
        last_topic(request.topics, &Topic::name, partition.topic)
            .partitions.push_back({.partition_index = partition.partition});
    return cluster_.ask(CoordinatorOf{.id = std::move(group)}, std::move(request));
}

} // namespace riacho::client
