#include "broker/group/coordinator.hpp"

#include <algorithm>
#include <cctype>

namespace riacho::broker {

namespace {

using kafka::ErrorCode;

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(
        a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// An empty filter lets everything through.
bool passes(const std::vector<std::string>& filter, std::string_view value) {
    return filter.empty() || std::ranges::any_of(filter, [value](const std::string& wanted) {
               return equal_ignoring_case(wanted, value);
           });
}

} // namespace

GroupCoordinator::GroupCoordinator(Place place)
    : place_(place), appended_(place.shard), woken_(place.shard), stopping_(place.shard), work_(place.shard) {
}

void GroupCoordinator::start() {
    place_.shard.check_here();
    work_.spawn(run_timers());
    work_.spawn(run_retention());
}

Task<> GroupCoordinator::stop() {
    place_.shard.check_here();
    is_stopping_ = true;
    for (const auto& [id, entry] : groups_) {
        GroupEffects effects = entry->group.release(ErrorCode::not_coordinator);
        deliver(effects);
    }
    stopping_.set();
    woken_.set();
    co_await work_.join();
}

void GroupCoordinator::own(PartitionIndex partition) { partitions_[partition] = Loading::in_progress; }

ErrorCode GroupCoordinator::check_owned(std::string_view group_id) const {
    place_.shard.check_here();
    if (is_stopping_) return ErrorCode::coordinator_not_available;
    if (partition_count_ == 0) return ErrorCode::not_coordinator;
    auto owned = partitions_.find(offsets_partition_of(group_id, partition_count_));
    if (owned == partitions_.end()) return ErrorCode::not_coordinator;
    if (owned->second == Loading::impossible) return ErrorCode::coordinator_not_available;
    return owned->second == Loading::done ? ErrorCode::none : ErrorCode::coordinator_load_in_progress;
}

GroupCoordinator::Entry* GroupCoordinator::find(std::string_view group_id) {
    auto found = groups_.find(group_id);
    return found == groups_.end() ? nullptr : found->second.get();
}

GroupCoordinator::Entry& GroupCoordinator::ensure(const std::string& group_id) {
    auto& entry = groups_[group_id];
    if (!entry)
        entry = std::make_unique<Entry>(group_id, offsets_partition_of(group_id, partition_count_), place_);
    return *entry;
}

/// Of a group that is there, and stays for as long as this takes.
Task<Outcome<void, ErrorCode>> GroupCoordinator::append(std::string group_id, Bytes batch) {
    Entry* entry = find(group_id);
    ++entry->appends;
    auto outcome = co_await place_.log.append(entry->partition, std::move(batch));
    --find(group_id)->appends;
    appended_.set();
    co_return outcome;
}

void GroupCoordinator::drop_if_unused(std::string_view group_id) {
    auto found = groups_.find(group_id);
    if (found == groups_.end()) return;
    const Entry& entry = *found->second;
    bool         was_used = entry.group.generation() > 0 || !entry.offsets.empty() || entry.appends > 0;
    if (was_used || !entry.group.is(GroupState::empty) || entry.group.has_expected_members()) return;
    wakes_.erase({entry.wake, found->first});
    groups_.erase(found);
}

Task<kafka::DescribeGroupsResponse::Group> GroupCoordinator::describe(std::string group_id) {
    if (ErrorCode error = check_owned(group_id); error != ErrorCode::none)
        co_return kafka::DescribeGroupsResponse::Group{.error_code = error, .group_id = std::move(group_id)};
    if (Entry* entry = find(group_id)) co_return entry->group.describe();
    co_return kafka::DescribeGroupsResponse::Group{.group_id = std::move(group_id),
                                                   .group_state = std::string(name_of(GroupState::dead))};
}

Task<kafka::ListGroupsResponse> GroupCoordinator::list(kafka::ListGroupsRequest request) {
    place_.shard.check_here();
    kafka::ListGroupsResponse response;
    if (is_stopping_) response.error_code = ErrorCode::coordinator_not_available;
    for (const auto& [index, loading] : partitions_)
        if (loading == Loading::in_progress) response.error_code = ErrorCode::coordinator_load_in_progress;
    if (response.error_code != ErrorCode::none) co_return response;
    for (const auto& [id, entry] : groups_) {
        auto listed = entry->group.list();
        if (passes(request.states_filter, listed.group_state) &&
            passes(request.types_filter, listed.group_type))
            response.groups.push_back(std::move(listed));
    }
    co_return response;
}

} // namespace riacho::broker
