#include "base/log.hpp"
#include "broker/group/coordinator.hpp"

namespace riacho::broker {

namespace {

constexpr log::Logger group_retention_log{"group"};

/// From when on an offset of the group gets old; nothing while the group holds on to it.
std::optional<Timestamp> idle_since(const Group& group, std::string_view topic,
                                    const CommittedOffset& committed) {
    if (group.protocol_type().empty()) return committed.committed; // of commits only
    if (group.is(GroupState::empty))
        return group.state_since() == Timestamp{} ? committed.committed : group.state_since();
    if (group.reads(topic) == false) return committed.committed;
    return std::nullopt;
}

} // namespace

/// Some of the offsets that may go: those out of date, and those of a topic that is gone (KIP-211, KIP-516).
std::vector<NamedPartition> GroupCoordinator::expired(const Entry& entry, Timestamp now) const {
    auto retention = std::chrono::milliseconds(place_.options.offsets_retention_minutes);
    std::vector<NamedPartition> result;
    for (const auto& [topic, partitions] : entry.offsets.topics()) {
        for (const auto& [index, committed] : partitions) {
            bool is_over = !is_current(topic, committed);
            auto since = idle_since(entry.group, topic, committed);
            if (since && committed.expires != Timestamp{})
                is_over |= now >= committed.expires;
            else if (since)
                is_over |= now.ms - since->ms >= retention.count();
            if (is_over) result.push_back({topic, index});
            if (result.size() == tombstones_max) return result;
        }
    }
    return result;
}

Task<> GroupCoordinator::enforce_retention() {
    place_.shard.check_here();
    std::vector<std::string> ids;
    for (const auto& [id, entry] : groups_) ids.push_back(id);
    for (const std::string& id : ids) {
        co_await forget_expired(id);
        co_await remove_if_done(id);
    }
}

Task<> GroupCoordinator::topic_deleted(std::string topic) {
    place_.shard.check_here();
    std::vector<std::string> ids;
    for (const auto& [id, entry] : groups_)
        if (entry->offsets.topics().contains(topic)) ids.push_back(id);
    for (const std::string& id : ids) co_await forget_expired(id);
}

/// Chooses anew before each batch: what was committed meanwhile stays. While a commit is on its way to the
/// disk nothing is forgotten, or the tombstone would come after it; the next look will do.
Task<> GroupCoordinator::forget_expired(std::string group_id) {
    while (!is_stopping_) {
        Entry* entry = find(group_id);
        if (!entry || entry->appends > 0 || entry->group.is(GroupState::dead)) co_return;
        auto gone = expired(*entry, place_.clock.wall());
        if (gone.empty()) co_return;
        if (co_await forget(group_id, std::move(gone)) != kafka::ErrorCode::none) co_return;
    }
}

Task<kafka::ErrorCode> GroupCoordinator::forget(std::string                 group_id,
                                                std::vector<NamedPartition> partitions) {
    GroupBatch batch(group_id, place_.clock.wall());
    for (const NamedPartition& partition : partitions) batch.forget(partition);
    auto outcome = co_await append(group_id, batch.build());
    if (!outcome) {
        group_retention_log.warn("cannot forget {} offsets of group {}: {}", partitions.size(), group_id,
                                 name_of(outcome.error().code));
        co_return outcome.error().code;
    }
    for (const NamedPartition& partition : partitions) find(group_id)->offsets.remove(partition);
    co_return kafka::ErrorCode::none;
}

/// A group without members and offsets goes, as in Kafka at the next look and not after offsets.retention.
Task<> GroupCoordinator::remove_if_done(std::string group_id) {
    Entry* entry = find(group_id);
    if (is_stopping_ || !entry || entry->appends > 0 || !entry->offsets.empty()) co_return;
    Group& group = entry->group;
    if (!group.is(GroupState::empty) || group.has_expected_members()) co_return;
    if (group.generation() > 0) {
        group.retire(place_.clock.wall());
        GroupBatch batch(group_id, place_.clock.wall());
        batch.remove_group();
        auto outcome = co_await append(group_id, batch.build());
        if (!outcome) {
            find(group_id)->group.revive(place_.clock.wall());
            group_retention_log.warn("cannot remove group {}: {}", group_id, name_of(outcome.error().code));
            co_return;
        }
        group_retention_log.info("removed group {}: it has no members and no offsets", group_id);
    }
    auto found = groups_.find(group_id);
    wakes_.erase({found->second->wake, group_id});
    groups_.erase(found);
}

Task<> GroupCoordinator::run_retention() {
    Time pause = place_.options.offsets_retention_check_interval_ms;
    while (!co_await stopping_.wait_until(place_.shard.now() + pause)) co_await enforce_retention();
}

} // namespace riacho::broker
