#include "base/check.hpp"
#include "base/log.hpp"
#include "io/disk.hpp"
#include "storage/log/partition_log.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace riacho::storage {

namespace {

constexpr log::Logger retention_logger{"storage"};
constexpr Time        log_start_patience = std::chrono::seconds(30);

} // namespace

Task<Outcome<Offset, AppendError>> PartitionLog::move_log_start(Offset to) {
    shard_.check_here();
    if (to <= log_start_) co_return log_start_;
    check(to <= high_watermark_, "the log start does not move above the high watermark");
    if (auto refused = refusal()) co_return fail(*refused, place_.folder);
    auto reserved = co_await place_.wal.reserve_for_removal(shard_, 0, shard_.now() + log_start_patience);
    if (!reserved) co_return fail(append_error(reserved.error().code), std::move(reserved.error().detail));
    if (auto refused = refusal()) {
        place_.wal.give_back(0);
        co_return fail(*refused, place_.folder);
    }
    Numbered moved{{}, to, to, epochs_.last(high_watermark_)};
    auto     frame = co_await to_wal(entry_of(EntryKind::log_start, moved, {}));
    if (!frame) {
        fail_storage(frame.error().code);
        co_return fail(*stopped_by_, std::move(frame.error().detail));
    }
    if (to > log_start_) {
        log_start_ = to;
        epochs_.trim(to);
        if (observer_) observer_->published();
    }
    co_return log_start_;
}

bool PartitionLog::is_expired(Timestamp largest) const {
    const auto& keep = place_.options.retention_ms;
    return keep && largest.ms >= 0 && place_.world.clock.wall().ms - largest.ms > keep->count();
}

Timestamp PartitionLog::largest_of_last() const {
    Timestamp largest = tail_.max_durable_timestamp();
    return segments_.empty() ? largest : std::max(largest, segments_.back().info.max_timestamp);
}

/// Ends the last segment, with all that the tail has for it.
Task<> PartitionLog::roll() {
    Turn turn = co_await file_turn_.lock();
    if (!co_await write_out_durable() || !files_) co_return;
    auto change = co_await on_pool(files_->roll(job()));
    bool has_rolled = !change.failure && !change.segments.empty();
    apply(std::move(change));
    if (has_rolled) rolled_until_ = segments_.back().info.end;
}

Task<> PartitionLog::roll_if_old() {
    bool is_old = false;
    if (!segments_.empty()) {
        Timestamp    first = segments_.back().info.first_timestamp;
        std::int64_t age = place_.world.clock.wall().ms - first.ms;
        is_old = first.ms >= 0 && age > place_.options.roll_ms().count();
    }
    bool is_all_expired =
        place_.options.is_deleted && end_ == high_watermark_ && is_expired(largest_of_last());
    if (is_old || is_all_expired) co_await roll();
}

/// Behind the segments that are too old or too many, from the first one on; the last one only when it is too
/// old and nothing is behind it.
Offset PartitionLog::retention_start() const {
    if (!place_.options.is_deleted) return log_start_;
    Offset        start = log_start_;
    std::uint64_t bytes = size_bytes();
    for (const PublishedSegment& at : segments_) {
        bool is_last = &at == &segments_.back();
        if (is_last && (!tail_.is_empty() || end_ != high_watermark_)) break;
        bool is_too_much = !is_last && place_.options.retention_bytes &&
                           bytes - at.info.bytes >= *place_.options.retention_bytes;
        if (!is_expired(at.info.max_timestamp) && !is_too_much) break;
        bytes -= at.info.bytes;
        start = std::max(start, at.info.end);
    }
    return std::min(start, high_watermark_);
}

Task<> PartitionLog::enforce_retention() {
    shard_.check_here();
    producers_.expire(place_.world.clock.wall(), place_.options.producer_id_expiration_ms);
    if (refusal()) co_return;
    co_await roll_if_old();
    Offset start = retention_start();
    if (start <= log_start_) co_return;
    auto moved = co_await move_log_start(start);
    if (moved) retention_logger.info("log start moved, folder={} offset={}", place_.folder, moved->value);
}

Task<> PartitionLog::release(DurableCheckpoint checkpoint) {
    co_await release_segments(checkpoint);
    co_await keep_snapshot(checkpoint.point.offset);
}

Task<> PartitionLog::release_segments(DurableCheckpoint checkpoint) {
    const RecoveryPoint durable = checkpoint.point;
    Turn                turn = co_await file_turn_.lock();
    clean_below_ = std::max(clean_below_, durable.segment_base);
    std::erase_if(externals_, [&](const auto& one) { return one.first < checkpoint.first_frame; });
    if (is_offline_ || !files_) co_return;
    std::vector<SegmentPtr> removed;
    while (!segments_.empty()) {
        const SegmentInfo& first = segments_.front().info;
        if (first.end > checkpoint.log_start || first.base >= durable.segment_base) break;
        removed.push_back(segments_.front().segment);
        segments_.pop_front();
    }
    if (removed.empty()) co_return;
    std::string failure;
    try {
        co_await on_pool(files_->remove(std::move(removed)));
    } catch (const io::DiskError& error) { failure = error.what(); }
    // What is left lies below the log start, and is found again when the log is opened.
    if (!failure.empty()) retention_logger.warn("segment not removed, folder={}: {}", place_.folder, failure);
}

} // namespace riacho::storage
