#include "base/check.hpp"
#include "broker/group/append_errors.hpp"
#include "broker/group/coordinator.hpp"

#include <algorithm>
#include <utility>

namespace riacho::broker {

namespace {

using kafka::ErrorCode;

/// What the members are told when their group's record could not be written.
ErrorCode group_error_of(ErrorCode append_error) {
    return coordinator_error_of(append_error, ErrorCode::unknown_server_error);
}

std::size_t bytes_assigned(const kafka::SyncGroupRequest& request) {
    std::size_t bytes = 0;
    for (const auto& assigned : request.assignments) bytes += assigned.assignment.size();
    return bytes;
}

} // namespace

Task<kafka::JoinGroupResponse> GroupCoordinator::join(kafka::JoinGroupRequest request, GroupClient client) {
    ErrorCode error = check_owned(request.group_id);
    if (error == ErrorCode::none) error = check_join(request, place_.options);
    if (error == ErrorCode::none && !find(request.group_id)) {
        if (!request.member_id.empty())
            error = ErrorCode::unknown_member_id;
        else if (groups_.size() >= place_.options.groups_max)
            error = ErrorCode::group_max_size_reached;
    }
    std::optional<Charge> memory;
    if (error == ErrorCode::none) {
        memory = place_.memory.try_charge(std::max(bytes_of(request.protocols), pending_member_bytes));
        if (!memory) error = ErrorCode::group_max_size_reached;
    }
    if (error != ErrorCode::none)
        co_return kafka::JoinGroupResponse{.error_code = error, .member_id = request.member_id};

    std::string                       group_id = request.group_id;
    std::string                       member_id = request.member_id;
    Waiting<kafka::JoinGroupResponse> waiting(ensure_waker(client.waker), joins_, WaiterId{++waiters_});
    Entry&                            entry = ensure(group_id);
    GroupEffects                      effects = entry.group.join({.request = std::move(request),
                                                                  .version = client.version,
                                                                  .waiter = waiting.id,
                                                                  .client_id = std::move(client.id),
                                                                  .client_host = std::move(client.host),
                                                                  .memory = *std::move(memory)},
                                                                 moment());
    Time                              limit = place_.shard.now() + entry.group.wait_limit();
    co_await settle(std::move(group_id), std::move(effects));
    co_await waiting.answered.wait_until(limit);
    if (!waiting.response)
        co_return kafka::JoinGroupResponse{.error_code = ErrorCode::rebalance_in_progress,
                                           .member_id = std::move(member_id)};
    co_return *std::move(waiting.response);
}

Task<kafka::SyncGroupResponse> GroupCoordinator::sync(kafka::SyncGroupRequest request,
                                                      std::shared_ptr<Waker>  waker) {
    ErrorCode error = check_owned(request.group_id);
    // The rebalance of which this is a part is lost; clients know this answer to a sync, and join again.
    if (error == ErrorCode::coordinator_load_in_progress) error = ErrorCode::rebalance_in_progress;
    if (error == ErrorCode::none && request.group_id.empty()) error = ErrorCode::invalid_group_id;
    if (error == ErrorCode::none && request.group_instance_id) error = ErrorCode::unsupported_version;
    Entry* entry = find(request.group_id);
    if (error == ErrorCode::none && !entry) error = ErrorCode::unknown_member_id;
    std::size_t           bytes = bytes_assigned(request);
    std::optional<Charge> memory;
    if (error == ErrorCode::none) {
        if (bytes <= place_.options.group_metadata_bytes_max) memory = place_.memory.try_charge(bytes);
        if (!memory) error = ErrorCode::coordinator_not_available; // clients join again
    }
    if (error != ErrorCode::none) co_return kafka::SyncGroupResponse{.error_code = error};

    std::string                       group_id = request.group_id;
    Waiting<kafka::SyncGroupResponse> waiting(ensure_waker(std::move(waker)), syncs_, WaiterId{++waiters_});
    SyncAttempt  attempt{.request = std::move(request), .waiter = waiting.id, .memory = *std::move(memory)};
    GroupEffects effects = entry->group.sync(std::move(attempt), moment());
    Time         limit = place_.shard.now() + entry->group.wait_limit();
    co_await settle(std::move(group_id), std::move(effects));
    co_await waiting.answered.wait_until(limit);
    if (!waiting.response) co_return kafka::SyncGroupResponse{.error_code = ErrorCode::rebalance_in_progress};
    co_return *std::move(waiting.response);
}

Task<kafka::HeartbeatResponse> GroupCoordinator::heartbeat(kafka::HeartbeatRequest request) {
    ErrorCode error = check_owned(request.group_id);
    // Nothing is known yet, and nothing is wrong yet either.
    if (error == ErrorCode::coordinator_load_in_progress) co_return kafka::HeartbeatResponse{};
    if (error == ErrorCode::none && request.group_id.empty()) error = ErrorCode::invalid_group_id;
    if (error == ErrorCode::none && request.group_instance_id) error = ErrorCode::unsupported_version;
    if (error == ErrorCode::none) {
        Entry* entry = find(request.group_id);
        error = entry ? entry->group.heartbeat(request.member_id, request.generation_id, place_.shard.now())
                      : ErrorCode::unknown_member_id;
    }
    co_return kafka::HeartbeatResponse{.error_code = error};
}

Task<kafka::LeaveGroupResponse> GroupCoordinator::leave(kafka::LeaveGroupRequest request) {
    ErrorCode error = check_owned(request.group_id);
    if (error == ErrorCode::none && request.group_id.empty()) error = ErrorCode::invalid_group_id;
    if (error != ErrorCode::none) co_return kafka::LeaveGroupResponse{.error_code = error};

    kafka::LeaveGroupResponse response;
    std::vector<std::string>  leaving;
    std::vector<std::size_t>  places; // of those who leave, in the answer
    for (auto& member : request.members) {
        auto answer =
            member.group_instance_id ? ErrorCode::unsupported_version : ErrorCode::unknown_member_id;
        if (!member.group_instance_id) {
            leaving.push_back(member.member_id);
            places.push_back(response.members.size());
        }
        response.members.push_back({.member_id = std::move(member.member_id),
                                    .group_instance_id = std::move(member.group_instance_id),
                                    .error_code = answer});
    }
    Entry* entry = find(request.group_id);
    if (!entry) co_return response;
    Group::Left left = entry->group.leave(leaving, moment());
    for (std::size_t i = 0; i < places.size(); ++i) response.members[places[i]].error_code = left.errors[i];
    response.error_code = co_await settle(request.group_id, std::move(left.effects));
    co_return response;
}

void GroupCoordinator::deliver(GroupEffects& effects) {
    for (auto& joined : effects.joined)
        if (auto found = joins_.find(joined.waiter); found != joins_.end())
            found->second->answer(std::move(joined.response));
    for (auto& synced : effects.synced)
        if (auto found = syncs_.find(synced.waiter); found != syncs_.end())
            found->second->answer(std::move(synced.response));
    effects.joined.clear();
    effects.synced.clear();
}

/// Answers, and makes durable what has to be, until the group wants nothing more.
Task<ErrorCode> GroupCoordinator::settle(std::string group_id, GroupEffects effects) {
    deliver(effects);
    schedule(*find(group_id));
    ErrorCode worst = ErrorCode::none;
    while (effects.to_store) {
        std::int32_t generation = effects.to_store->generation;
        ErrorCode    error = co_await store(group_id, *std::move(effects.to_store));
        if (error != ErrorCode::none) worst = error;
        Entry& entry = *find(group_id);
        effects = entry.group.stored(generation, error, moment());
        deliver(effects);
        schedule(entry);
    }
    drop_if_unused(group_id);
    co_return worst;
}

Task<ErrorCode> GroupCoordinator::store(std::string group_id, kafka::GroupMetadataValue value) {
    GroupBatch batch(group_id, place_.clock.wall());
    batch.store(value);
    auto outcome = co_await append(group_id, batch.build());
    co_return outcome ? ErrorCode::none : group_error_of(outcome.error().code);
}

/// Sees to it that `advance` comes in time. It may come too early: heartbeats move deadlines without asking.
void GroupCoordinator::schedule(Entry& entry) {
    Time next = entry.group.next_deadline();
    if (next >= entry.wake) return;
    wakes_.erase({entry.wake, entry.group.id()});
    entry.wake = next;
    bool is_soonest = wakes_.empty() || next < wakes_.begin()->first;
    wakes_.emplace(next, entry.group.id());
    if (is_soonest) woken_.set();
}

Task<> GroupCoordinator::run_timers() {
    while (!is_stopping_) {
        woken_.reset();
        Time next = wakes_.empty() ? Time::max() : wakes_.begin()->first;
        co_await woken_.wait_until(next);
        while (!is_stopping_ && !wakes_.empty() && wakes_.begin()->first <= place_.shard.now()) {
            std::string group_id = wakes_.begin()->second;
            wakes_.erase(wakes_.begin());
            Entry& entry = *find(group_id);
            entry.wake = Time::max();
            work_.spawn_now(settle_alone(group_id, entry.group.advance(moment())));
        }
    }
}

Task<> GroupCoordinator::settle_alone(std::string group_id, GroupEffects effects) {
    co_await settle(std::move(group_id), std::move(effects));
}

} // namespace riacho::broker
