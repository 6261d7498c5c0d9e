#include "browse/group_offsets.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <map>
#include <utility>

namespace riacho::browse {
namespace {

using client::Admin;
using kafka::ErrorCode;
template <class T> using GroupOutcome = Outcome<T, GroupError>;
using Moves = std::vector<OffsetMove>;

std::unexpected<Failure<GroupError>> group_failure(ErrorCode error, std::string_view what) {
    auto code = GroupError::refused;
    if (error == ErrorCode::group_authorization_failed) code = GroupError::not_allowed;
    if (error == ErrorCode::unknown_member_id || error == ErrorCode::non_empty_group)
        code = GroupError::has_members;
    if (error == ErrorCode::group_subscribed_to_topic) code = GroupError::subscribed;
    if (error == ErrorCode::group_id_not_found) code = GroupError::no_such_group;
    if (error == ErrorCode::unknown_topic_or_partition || error == ErrorCode::invalid_topic_exception)
        code = GroupError::no_such_topic;
    return fail(code, fmt::format("{}: {}: {}", what, name_of(error), text_of(error)));
}

std::unexpected<Failure<GroupError>> group_failure(const Failure<client::NoReply>& problem,
                                                   std::string_view                what) {
    if (problem.code.why == client::LinkError::refused) return group_failure(problem.code.error, what);
    return fail(GroupError::unreachable, problem.detail);
}

std::string problem_text(ErrorCode error) { return fmt::format("{}: {}", name_of(error), text_of(error)); }

template <class Reply> std::optional<std::string> problem_in(const Reply& reply) {
    if (!reply) return reply.error().detail;
    if (reply->error_code != ErrorCode::none) return problem_text(reply->error_code);
    return std::nullopt;
}

/// Kafka refuses a commit from outside while a group has members; we say so before anything is written.
Task<GroupOutcome<void>> check_no_members(Admin& admin, std::string group) {
    auto described = co_await admin.describe_groups({group});
    if (described.empty() || !described.front()) co_return group_failure(described.front().error(), group);
    const auto& state = *described.front();
    // One that was never heard of may be given offsets, as Kafka's tool does.
    if (state.error_code == ErrorCode::group_id_not_found || state.members.empty())
        co_return GroupOutcome<void>();
    if (state.error_code != ErrorCode::none) co_return group_failure(state.error_code, group);
    co_return fail(
        GroupError::has_members,
        fmt::format("group '{}' has {} members and is {}: stop them first, then its offsets can be set",
                    group, state.members.size(), state.group_state));
}

/// What is to be moved: all partitions that were asked for, by topic and partition.
Task<GroupOutcome<Moves>> moves_of(Admin& admin, std::vector<ResetRequest::Topic> topics) {
    Moves moves;
    for (const auto& asked : topics) {
        auto topic = co_await admin.cluster().topic(asked.name);
        if (!topic) co_return group_failure(topic.error(), asked.name);
        if (topic->error_code != ErrorCode::none) co_return group_failure(topic->error_code, asked.name);
        std::vector<std::int32_t> known;
        for (const auto& partition : topic->partitions) known.push_back(partition.partition_index);
        for (std::int32_t partition : asked.partitions.empty() ? known : asked.partitions) {
            OffsetMove move{.topic = asked.name, .partition = partition};
            if (std::ranges::find(known, partition) == known.end())
                move.problem = "there is no such partition";
            moves.push_back(std::move(move));
        }
    }
    std::ranges::sort(moves, {}, [](const OffsetMove& m) { return std::pair(m.topic, m.partition); });
    auto [first, last] =
        std::ranges::unique(moves, {}, [](const OffsetMove& m) { return std::pair(m.topic, m.partition); });
    moves.erase(first, last);
    co_return moves;
}

/// The offsets at `timestamp` of those without a problem; what fails becomes theirs. Nothing for the others.
Task<std::vector<std::optional<Offset>>> list_for(Admin& admin, Moves& moves, std::int64_t timestamp) {
    std::vector<client::PartitionAsk> asks;
    std::vector<std::size_t>          asked;
    for (std::size_t i = 0; i < moves.size(); i++) {
        if (moves[i].problem) continue;
        asks.push_back({moves[i].topic, moves[i].partition, timestamp});
        asked.push_back(i);
    }
    std::vector<std::optional<Offset>> offsets(moves.size());
    auto                               replies = co_await admin.list_offsets(std::move(asks));
    for (std::size_t i = 0; i < replies.size(); i++) {
        OffsetMove& move = moves[asked[i]];
        move.problem = problem_in(replies[i]);
        if (!move.problem) offsets[asked[i]] = Offset{replies[i]->offset};
    }
    co_return offsets;
}

Task<GroupOutcome<Moves>> plan(Admin& admin, ResetRequest request) {
    CO_TRY(Moves moves, co_await moves_of(admin, request.topics));
    auto committed = co_await admin.fetch_offsets(request.group);
    if (!committed) co_return group_failure(committed.error(), request.group);
    for (const auto& offset : *committed) {
        auto move = std::ranges::find_if(moves, [&](const OffsetMove& m) {
            return m.topic == offset.topic && m.partition == offset.partition;
        });
        if (move != moves.end() && offset.offset >= 0) move->from = Offset{offset.offset};
    }
    auto starts = co_await list_for(admin, moves, client::list_offsets_at::earliest);
    auto ends = co_await list_for(admin, moves, client::list_offsets_at::latest);
    std::vector<std::optional<Offset>> at_time = ends;
    bool                               is_time = request.rule.to == ResetTo::time;
    if (is_time) at_time = co_await list_for(admin, moves, std::max<std::int64_t>(request.rule.value, 0));
    for (std::size_t i = 0; i < moves.size(); i++) {
        OffsetMove& move = moves[i];
        move.start = starts[i];
        move.end = ends[i];
        if (move.problem) continue;
        Offset time = at_time[i]->value >= 0 ? *at_time[i] : *ends[i];
        auto   target = reset_target(request.rule, {move.from, *starts[i], *ends[i], time});
        move.to = target.to;
        if (target.problem) move.problem = "the group has committed no offset here that could be shifted";
    }
    co_return moves;
}

Task<GroupOutcome<Moves>> commit(Admin& admin, std::string group, Moves moves) {
    std::vector<client::GroupOffset> offsets;
    for (const OffsetMove& move : moves) {
        if (move.to)
            offsets.push_back({.topic = move.topic, .partition = move.partition, .offset = move.to->value});
    }
    if (offsets.empty()) co_return moves;
    auto answer = co_await admin.commit_offsets(group, std::move(offsets));
    if (!answer) co_return group_failure(answer.error(), group);
    std::map<std::pair<std::string, std::int32_t>, ErrorCode> errors;
    for (const auto& topic : answer->topics) {
        for (const auto& partition : topic.partitions)
            errors[{topic.name, partition.partition_index}] = partition.error_code;
    }
    for (OffsetMove& move : moves) {
        if (!move.to) continue;
        auto error = errors.find({move.topic, move.partition});
        if (error != errors.end() && error->second == ErrorCode::none) continue;
        ErrorCode code = error == errors.end() ? ErrorCode::unknown_server_error : error->second;
        if (code == ErrorCode::unknown_member_id)
            co_return group_failure(code, group); // somebody joined meanwhile
        move.to.reset();
        move.problem = problem_text(code);
    }
    co_return moves;
}

} // namespace

Task<Outcome<std::vector<OffsetMove>, GroupError>> reset_offsets(client::Admin& admin, ResetRequest request,
                                                                 Apply apply) {
    std::string group = request.group;
    if (apply == Apply::commit) {
        if (auto free = co_await check_no_members(admin, group); !free)
            co_return std::unexpected(free.error());
    }
    CO_TRY(Moves moves, co_await plan(admin, std::move(request)));
    if (apply == Apply::preview) co_return moves;
    co_return co_await commit(admin, std::move(group), std::move(moves));
}

Task<Outcome<void, GroupError>> forget_offsets(client::Admin& admin, std::string group, std::string topic,
                                               std::vector<std::int32_t> partitions) {
    std::vector<client::PartitionAsk> asks;
    if (partitions.empty()) {
        auto committed = co_await admin.fetch_offsets(group);
        if (!committed) co_return group_failure(committed.error(), group);
        for (const auto& offset : *committed) {
            if (offset.topic == topic) partitions.push_back(offset.partition);
        }
    }
    for (std::int32_t partition : partitions) asks.push_back({topic, partition});
    if (asks.empty()) co_return Outcome<void, GroupError>();
    auto answer = co_await admin.delete_offsets(group, std::move(asks));
    if (!answer) co_return group_failure(answer.error(), group);
    if (answer->error_code != ErrorCode::none) co_return group_failure(answer->error_code, group);
    for (const auto& of_topic : answer->topics) {
        for (const auto& partition : of_topic.partitions) {
            if (partition.error_code != ErrorCode::none) co_return group_failure(partition.error_code, topic);
        }
    }
    co_return Outcome<void, GroupError>();
}

} // namespace riacho::browse
