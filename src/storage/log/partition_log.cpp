#include "storage/log/partition_log.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace riacho::storage {

PartitionLog::PartitionLog(Place place, Opened opened)
    : place_(std::move(place)), shard_(place_.shard),
      thread_(place_.world.pool.thread_for(std::hash<TopicPartition>{}(place_.partition))),
      tail_(place_.tails), producers_(opened.files->producers()), epochs_(opened.files->epochs()),
      log_start_(opened.log_start), high_watermark_(opened.end), end_(opened.end),
      segments_(std::move(opened.segments)), files_(std::move(opened.files)), appending_(shard_),
      file_turn_(shard_), moved_(shard_), cleaning_(shard_), cleaning_ends_(shard_), work_(shard_) {
    last_checkpoint_.point = opened.point;
    last_checkpoint_.producer_state = std::move(opened.producer_state);
    appended_bytes_ = size_bytes(); // at most
}

PartitionLog::~PartitionLog() {
    if (place_.space) place_.space->wrote(tail_.bytes());
}

std::uint64_t PartitionLog::size_bytes() const {
    std::uint64_t bytes = tail_.bytes();
    for (const PublishedSegment& segment : segments_) bytes += segment.info.bytes;
    return bytes;
}

void PartitionLog::replay(const ReplayedEntry& entry) {
    Bytes bytes = entry.entry.bytes;
    appended_bytes_ += bytes.size();
    auto view = kafka::BatchView::first(bytes.view());
    check(view && view->base_offset() == end_, "a replayed batch begins where the log ends");
    if (auto mark = producer_mark(*view)) producers_.apply(*mark, place_.world.clock.wall());
    epochs_.assign(view->leader_epoch(), end_);
    end_ = view->next_offset();
    high_watermark_ = end_;
    Offset base = view->base_offset();
    tail_.force_room(bytes);
    if (place_.space) place_.space->take(bytes.size());
    tail_.push(std::move(bytes));
    tail_.mark_durable(base, entry.frame);
}

void PartitionLog::note_external(FrameNumber frame, Offset segment_base) {
    externals_.emplace_back(frame, segment_base);
}

void PartitionLog::finish_replay(Offset start) {
    log_start_ = std::max(log_start_, start);
    if (log_start_ <= end_) return;
    // All there is lies below the log start. What is in the tail stays: it has offsets of its own.
    if (tail_.is_empty()) files_->move_end(log_start_);
    end_ = log_start_;
    high_watermark_ = log_start_;
}

} // namespace riacho::storage
