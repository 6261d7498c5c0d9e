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
    bool is_offline = closed.state == ClosedLog::State::offline;
    if (is_offline && closed.aside == ClosedLog::Aside::no)
        to_strand.push_back({partition, closed.topic, std::move(same)});
    else
        add(partition, same, is_offline ? PartitionPoint::State::offline : PartitionPoint::State::serving);
}

void Collected::add_offline(TopicPartition partition, const OpenLog& open, LogCheckpoint last) {
    if (open.aside == ClosedLog::Aside::no) {
        to_strand.push_back({partition, open.topic, std::move(last)});
        return;
    }
    last.needs_from.reset();
    add(partition, last, PartitionPoint::State::offline);
}

void Collected::add(Collected other) {
    std::ranges::move(other.partitions, std::back_inserter(partitions));
    std::ranges::move(other.producers, std::back_inserter(producers));
    std::ranges::move(other.to_strand, std::back_inserter(to_strand));
    low_water = std::min(low_water, other.low_water);
}

} // namespace riacho::storage
