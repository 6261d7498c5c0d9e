#include "broker/group/append_errors.hpp"
#include "broker/group/coordinator.hpp"

#include <algorithm>
#include <span>

namespace riacho::broker {

namespace {

using kafka::ErrorCode;

std::vector<NamedPartition> all_partitions(const GroupOffsets& offsets) {
    std::vector<NamedPartition> result;
    for (const auto& [topic, partitions] : offsets.topics())
        for (const auto& [index, committed] : partitions) result.push_back({topic, index});
    return result;
}

/// What is told of a tombstone that could not be written.
ErrorCode deletion_error_of(ErrorCode append_error) {
    return coordinator_error_of(append_error, ErrorCode::unknown_server_error);
}

} // namespace

/// Commits that are under way end first, so that no tombstone hides less than it should.
Task<ErrorCode> GroupCoordinator::remove(std::string group_id) {
    for (;;) {
        if (ErrorCode error = check_owned(group_id); error != ErrorCode::none) co_return error;
        Entry* entry = find(group_id);
        if (!entry || entry->group.is(GroupState::dead)) co_return ErrorCode::group_id_not_found;
        if (!entry->group.is(GroupState::empty)) co_return ErrorCode::non_empty_group;
        if (entry->appends == 0) break;
        appended_.reset();
        co_await appended_.wait();
    }
    find(group_id)->group.retire(place_.clock.wall());
    ErrorCode error = co_await bury(group_id);
    auto      found = groups_.find(group_id);
    if (error != ErrorCode::none) {
        found->second->group.revive(place_.clock.wall());
        co_return error;
    }
    wakes_.erase({found->second->wake, group_id});
    groups_.erase(found);
    co_return ErrorCode::none;
}

/// Tombstones for all that a retired group has: in one batch where that is enough.
Task<ErrorCode> GroupCoordinator::bury(std::string group_id) {
    std::vector<NamedPartition> offsets = all_partitions(find(group_id)->offsets);
    for (bool is_buried = false; !is_buried;) {
        std::size_t                 count = std::min(offsets.size(), tombstones_max);
        std::vector<NamedPartition> gone(offsets.end() - static_cast<std::ptrdiff_t>(count), offsets.end());
        offsets.resize(offsets.size() - count);
        is_buried = offsets.empty();
        GroupBatch batch(group_id, place_.clock.wall());
        for (const NamedPartition& partition : gone) batch.forget(partition);
        if (is_buried) batch.remove_group();
        auto outcome = co_await append(group_id, batch.build());
        if (!outcome) co_return deletion_error_of(outcome.error().code);
        for (const NamedPartition& partition : gone) find(group_id)->offsets.remove(partition);
    }
    co_return ErrorCode::none;
}

/// Whether offsets may be deleted while the group is as it is; which, its members' topics say.
ErrorCode GroupCoordinator::check_deletion_of_offsets(std::string_view group_id) {
    if (group_id.empty()) return ErrorCode::invalid_group_id;
    if (ErrorCode error = check_owned(group_id); error != ErrorCode::none) return error;
    Entry* entry = find(group_id);
    if (!entry || entry->group.is(GroupState::dead)) return ErrorCode::group_id_not_found;
    bool is_readable = entry->group.is(GroupState::empty) || entry->group.protocol_type() == "consumer";
    return is_readable ? ErrorCode::none : ErrorCode::non_empty_group;
}

Task<kafka::OffsetDeleteResponse> GroupCoordinator::delete_offsets(kafka::OffsetDeleteRequest request) {
    kafka::OffsetDeleteResponse response;
    response.error_code = check_deletion_of_offsets(request.group_id);
    if (response.error_code != ErrorCode::none) co_return response;
    std::vector<NamedPartition> gone;
    for (const auto& asked : request.topics) {
        auto   topic = place_.image.find(asked.name);
        Entry* entry = find(request.group_id);
        bool   is_read = topic && entry->group.is_subscribed_to(asked.name);
        auto&  answer = response.topics.emplace_back();
        answer.name = asked.name;
        for (const auto& partition : asked.partitions) {
            bool      is_there = topic && topic->has(partition.partition_index);
            ErrorCode error = !is_there ? ErrorCode::unknown_topic_or_partition
                              : is_read ? ErrorCode::group_subscribed_to_topic
                                        : ErrorCode::none;
            answer.partitions.push_back({.partition_index = partition.partition_index, .error_code = error});
            // A commit that is on its way comes before the tombstone.
            if (is_there && !is_read &&
                (entry->appends > 0 || entry->offsets.find(asked.name, partition.partition_index)))
                gone.push_back({asked.name, partition.partition_index});
        }
    }
    for (std::span<const NamedPartition> rest = gone; !rest.empty() && find(request.group_id);) {
        auto some = rest.first(std::min(rest.size(), tombstones_max));
        rest = rest.subspan(some.size());
        auto error = co_await forget(request.group_id, {some.begin(), some.end()});
        if (error == ErrorCode::none) continue;
        response.topics.clear();
        response.error_code = deletion_error_of(error);
        break;
    }
    co_return response;
}

} // namespace riacho::broker
