#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace riacho::broker {

/// Where a group is in one partition, and what it noted beside.
struct CommittedOffset {
    Uuid        topic_id{}; ///< zero in records that Kafka wrote before it knew topic ids
    Offset      offset{};
    LeaderEpoch leader_epoch = LeaderEpoch::none;
    std::string metadata{};
    Timestamp   committed{};
    Timestamp   expires{}; ///< as old clients ask for it; -1: by offsets.retention.minutes
    bool        operator==(const CommittedOffset&) const = default;
};

/// A partition as commits name it.
struct NamedPartition {
    std::string  topic;
    std::int32_t index = 0;
    auto         operator<=>(const NamedPartition&) const = default;
};

/// The committed offsets of one group.
class GroupOffsets {
public:
    using Partitions = std::map<std::int32_t, CommittedOffset>;

    const CommittedOffset* find(std::string_view topic, std::int32_t index) const {
        auto found = topics_.find(topic);
        if (found == topics_.end()) return nullptr;
        auto partition = found->second.find(index);
        return partition == found->second.end() ? nullptr : &partition->second;
    }
    void set(const NamedPartition& partition, CommittedOffset committed) {
        topics_[partition.topic][partition.index] = std::move(committed);
    }
    void remove(const NamedPartition& partition) {
        auto found = topics_.find(partition.topic);
        if (found == topics_.end()) return;
        found->second.erase(partition.index);
        if (found->second.empty()) topics_.erase(found);
    }
    bool empty() const { return topics_.empty(); }
    /// By topic and partition, in order.
    const std::map<std::string, Partitions, std::less<>>& topics() const { return topics_; }
    bool                                                  operator==(const GroupOffsets&) const = default;

private:
    std::map<std::string, Partitions, std::less<>> topics_;
};

} // namespace riacho::broker
