#include "clients.hpp"
#include "kafka/batch/record_cursor.hpp"
#include "kafka/messages/fetch.hpp"
#include "kafka/messages/join_group.hpp"
#include "kafka/messages/offset_commit.hpp"
#include "kafka/messages/offset_fetch.hpp"
#include "kafka/messages/sync_group.hpp"

#include <limits>
#include <map>
#include <vector>

namespace riacho::crash {
namespace {

using kafka::ErrorCode;

constexpr Time        pause_before_joining = std::chrono::milliseconds(50);
constexpr const char* group = "crash-group";

kafka::OffsetCommitRequest commit_of(std::string group_id, std::int32_t partition, std::int64_t offset) {
    kafka::OffsetCommitRequest request{.group_id = std::move(group_id)};
    auto&                      in = request.topics.emplace_back();
    in.name = topic;
    in.partitions.push_back({.partition_index = partition, .committed_offset = offset});
    return request;
}

bool is_accepted(const std::optional<kafka::OffsetCommitResponse>& answer) {
    return answer && answer->topics.at(0).partitions.at(0).error_code == ErrorCode::none;
}

struct Member {
    Peer                                 peer;
    std::string                          id;
    std::int32_t                         generation = -1;
    std::map<std::int32_t, std::int64_t> positions; // of what it was assigned
};

/// The leader deals the partitions out, a letter for each.
std::vector<kafka::SyncGroupRequest::Assignment> assignments(const kafka::JoinGroupResponse& joined) {
    std::vector<kafka::SyncGroupRequest::Assignment> all;
    for (const auto& member : joined.members) all.push_back({.member_id = member.member_id});
    for (std::int32_t index = 0; index < partitions && !all.empty(); ++index) {
        Bytes& mine = all.at(static_cast<std::size_t>(index) % all.size()).assignment;
        mine = Bytes::copy_of(std::string(as_text(mine.view())) + std::to_string(index));
    }
    return all;
}

Task<bool> join(Member& member) {
    kafka::JoinGroupRequest request{
        .group_id = group, .session_timeout_ms = 6'000, .rebalance_timeout_ms = 2'000};
    request.member_id = member.id;
    request.protocol_type = "consumer";
    request.protocols.push_back({.name = "range", .metadata = Bytes::copy_of("crash")});
    auto joined = co_await member.peer.ask(request);
    if (!joined) co_return false;
    if (joined->error_code == ErrorCode::unknown_member_id) member.id.clear();
    if (joined->error_code == ErrorCode::member_id_required) member.id = joined->member_id;
    if (joined->error_code != ErrorCode::none) co_return false;
    member.id = joined->member_id;
    member.generation = joined->generation_id;

    kafka::SyncGroupRequest sync{
        .group_id = group, .generation_id = member.generation, .member_id = member.id};
    sync.protocol_type = "consumer";
    sync.protocol_name = "range";
    sync.assignments = assignments(*joined);
    auto synced = co_await member.peer.ask(std::move(sync));
    if (!synced || synced->error_code != ErrorCode::none) co_return false;
    for (std::byte letter : synced->assignment.view())
        member.positions[static_cast<std::int32_t>(letter) - '0'] = 0;
    co_return true;
}

Task<bool> find_positions(Member& member) {
    kafka::OffsetFetchRequest request;
    request.groups.push_back({.group_id = group, .topics = {{}}});
    auto& in = request.groups.back().topics->emplace_back();
    in.name = topic;
    for (auto [index, position] : member.positions) in.partition_indexes.push_back(index);
    auto answer = co_await member.peer.ask(std::move(request));
    if (!answer || answer->groups.at(0).error_code != ErrorCode::none) co_return false;
    for (const auto& named : answer->groups.at(0).topics)
        for (const auto& one : named.partitions)
            member.positions[one.partition_index] = std::max<std::int64_t>(one.committed_offset, 0);
    co_return true;
}

/// What was read was promised, too: a reader sees only what stays.
void note_seen(Member& member, std::int32_t partition, const Bytes& batches) {
    kafka::BatchCursor cursor(batches.view());
    while (auto batch = cursor.next()) {
        auto inside = kafka::RecordCursor::open(*batch, std::numeric_limits<std::int32_t>::max());
        if (!inside) return member.peer.journal().line("wrong {} got a damaged batch", member.peer.name());
        while (const kafka::Record* record = inside->next()) {
            if (record->offset.value < member.positions[partition]) continue;
            std::string_view value = as_text(record->value.value_or(ByteView{}));
            member.peer.journal().line("seen {} {} {} {}", topic, partition, record->offset.value,
                                       value.substr(0, value.find(' ')));
            member.positions[partition] = record->offset.value + 1;
        }
    }
}

Task<bool> fetch(Member& member) {
    kafka::FetchRequest request{.max_wait_ms = 100, .min_bytes = 1, .max_bytes = 1 << 20};
    auto&               in = request.topics.emplace_back();
    in.topic = topic;
    for (auto [index, position] : member.positions)
        in.partitions.push_back(
            {.partition = index, .fetch_offset = position, .partition_max_bytes = 1 << 16});
    auto answer = co_await member.peer.ask(std::move(request));
    if (!answer || answer->error_code != ErrorCode::none) co_return false;
    for (const auto& named : answer->responses) {
        for (const auto& one : named.partitions) {
            if (one.error_code == ErrorCode::offset_out_of_range)
                member.peer.journal().line("wrong {} committed more than {} has", group, one.partition_index);
            if (one.error_code != ErrorCode::none) co_return false;
            if (one.records) note_seen(member, one.partition_index, *one.records);
        }
    }
    co_return true;
}

Task<bool> commit_positions(Member& member) {
    for (auto [index, position] : std::map(member.positions)) {
        kafka::OffsetCommitRequest request = commit_of(group, index, position);
        request.generation_id_or_member_epoch = member.generation;
        request.member_id = member.id;
        if (!is_accepted(co_await member.peer.ask(std::move(request)))) co_return false;
        member.peer.journal().line("commit {} {} {}", group, index, position);
    }
    co_return true;
}

} // namespace

Task<> commit(Peer peer) {
    std::string own_group = "group-of-" + peer.name();
    for (std::int64_t offset = 1;; ++offset) {
        std::int32_t partition = static_cast<std::int32_t>(offset % partitions);
        if (is_accepted(co_await peer.ask(commit_of(own_group, partition, offset))))
            peer.journal().line("commit {} {} {}", own_group, partition, offset);
        else
            co_await peer.pause(pause_before_joining);
    }
}

Task<> consume(Peer peer) {
    Member member{std::move(peer), {}, -1, {}};
    for (;;) {
        member.positions.clear();
        bool stays = co_await join(member) && co_await find_positions(member);
        while (stays) stays = co_await fetch(member) && co_await commit_positions(member);
        co_await member.peer.pause(pause_before_joining);
    }
}

} // namespace riacho::crash
