#include "base/check.hpp"
#include "broker/group/coordinator.hpp"

namespace riacho::broker {

void GroupCoordinator::load(PartitionIndex partition, const Bytes& batches) {
    place_.shard.check_here();
    auto owned = partitions_.find(partition);
    check(owned != partitions_.end() && owned->second == Loading::in_progress,
          "records are loaded into a partition that was announced and not finished");
    for_each_group_record(batches, [this](GroupRecord record) { replay(std::move(record)); });
}

void GroupCoordinator::replay(GroupRecord record) {
    if (auto* members = std::get_if<MembersRecord>(&record)) {
        Entry& entry = ensure(members->group_id);
        entry.group.restore(members->value.value_or(kafka::GroupMetadataValue{}));
        drop_if_unused(members->group_id);
        return;
    }
    auto& offset = std::get<OffsetRecord>(record);
    if (offset.committed && is_current(offset.partition.topic, *offset.committed))
        return ensure(offset.group_id).offsets.set(offset.partition, *std::move(offset.committed));
    // A tombstone, or a commit to an older topic, which hides what was committed before it all the same.
    if (Entry* entry = find(offset.group_id)) entry->offsets.remove(offset.partition);
    drop_if_unused(offset.group_id);
}

void GroupCoordinator::cannot_load(PartitionIndex partition) {
    place_.shard.check_here();
    partitions_.at(partition) = Loading::impossible;
    std::erase_if(groups_, [&](const auto& group) { return group.second->partition == partition; });
}

void GroupCoordinator::loaded(PartitionIndex partition) {
    place_.shard.check_here();
    partitions_.at(partition) = Loading::done;
    std::vector<std::string> ids;
    for (const auto& [id, entry] : groups_)
        if (entry->partition == partition) ids.push_back(id);
    for (const std::string& id : ids) work_.spawn_now(settle_alone(id, find(id)->group.resume(moment())));
}

} // namespace riacho::broker
