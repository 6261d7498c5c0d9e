#include "storage/store/registry.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace riacho::storage {

void Collected::add(TopicPartition partition, const LogCheckpoint& checkpoint, PartitionPoint::State state) {
    PartitionPoint point;
    point.partition = partition;
    point.point = checkpoint.point;
    point.log_start = checkpoint.log_start;
    point.state = state;
    bool is_new = point.point == RecoveryPoint{} && point.log_start.value == 0;
    if (!is_new || state == PartitionPoint::State::offline) partitions.push_back(point);
    if (!checkpoint.producer_state.empty()) producers.push_back({partition, checkpoint.producer_state});
    if (checkpoint.needs_from) low_water = std::min(low_water, *checkpoint.needs_from);
}

void Collected::add(TopicPartition partition, const ClosedLog& closed) {
    LogCheckpoint same;
    same.point = closed.recovered.point.value_or(RecoveryPoint{});
    same.log_start = closed.recovered.log_start;
    same.producer_state = closed.recovered.producer_state;
    same.needs_from = closed.needs_from;
    add(partition, same,
        closed.state == ClosedLog::State::offline ? PartitionPoint::State::offline
                                                  : PartitionPoint::State::serving);
}

void Collected::add(Collected other) {
    std::ranges::move(other.partitions, std::back_inserter(partitions));
    std::ranges::move(other.producers, std::back_inserter(producers));
    low_water = std::min(low_water, other.low_water);
}

} // namespace riacho::storage
