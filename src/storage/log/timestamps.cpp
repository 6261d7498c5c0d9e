#include "base/log.hpp"
#include "io/disk.hpp"
#include "kafka/batch/search.hpp"
#include "storage/log/partition_log.hpp"

#include <algorithm>
#include <utility>

namespace riacho::storage {

namespace {

constexpr log::Logger timestamps_logger{"storage"};

TimestampedOffset with_epoch(const kafka::TimestampedOffset& found, const kafka::BatchView& batch) {
    return {found.offset, found.timestamp, batch.leader_epoch()};
}

/// The first record at `from` or later whose timestamp is `at` or later.
std::optional<TimestampedOffset> first_in_batch(ByteView bytes, Timestamp at, Offset from) {
    auto batch = kafka::BatchView::first(bytes);
    if (!batch) return std::nullopt;
    auto found = kafka::offset_of_timestamp(*batch, {.at_least = at, .from_offset = from});
    if (!found || !*found) return std::nullopt;
    return with_epoch(**found, *batch);
}

/// The first record with the largest timestamp of those at `from` or later, if that is above `above`.
std::optional<TimestampedOffset> largest_in_batch(ByteView bytes, Timestamp above, Offset from) {
    std::optional<TimestampedOffset> largest;
    while (auto higher = first_in_batch(bytes, {above.ms + 1}, from)) {
        above = higher->timestamp;
        largest = std::move(higher);
    }
    return largest;
}

} // namespace

Task<std::optional<TimestampedOffset>> PartitionLog::find_timestamp(Timestamp at) {
    shard_.check_here();
    try {
        auto found = co_await find_in_segments(at);
        if (!found) found = find_in_tail(at);
        co_return found;
    } catch (const io::DiskError& error) {
        timestamps_logger.error("search by timestamp failed, folder={}: {}", place_.folder, error.what());
    }
    co_return std::nullopt;
}

Task<std::optional<TimestampedOffset>> PartitionLog::find_in_segments(Timestamp at) {
    Offset next = log_start_;
    while (auto segment = segment_from(next)) {
        next = std::max(next, segment->info.base);
        while (segment->info.max_timestamp >= at && next < segment->info.end) {
            SegmentBounds bounds{segment->info.bytes, next, high_watermark_};
            auto          batch = co_await on_pool(segment->segment->batch_with_timestamp(bounds, at));
            if (!batch) break;
            if (auto found = first_in_batch(batch->view(), at, next)) co_return found;
            next = kafka::BatchView::first(batch->view())->next_offset();
        }
        next = segment->info.end;
    }
    co_return std::nullopt;
}

std::optional<TimestampedOffset> PartitionLog::find_in_tail(Timestamp at) const {
    for (auto batch = tail_.find(log_start_); batch != tail_.end(); ++batch) {
        if (batch->base >= high_watermark_) break;
        if (batch->max_timestamp < at) continue;
        if (auto found = first_in_batch(batch->bytes().view(), at, log_start_)) return found;
    }
    return std::nullopt;
}

Task<std::optional<TimestampedOffset>> PartitionLog::find_max_timestamp() {
    shard_.check_here();
    std::optional<TimestampedOffset> largest;
    auto                             keep = [&largest](std::optional<TimestampedOffset> found) {
        if (found && (!largest || found->timestamp > largest->timestamp)) largest = std::move(found);
    };
    auto above = [&largest] { return largest ? largest->timestamp : Timestamp{}; };
    try {
        Offset next = log_start_;
        while (auto segment = segment_from(next)) {
            next = segment->info.end;
            if (segment->info.max_timestamp <= above()) continue;
            keep(co_await max_of_segment(*segment, above()));
        }
        keep(max_of_tail(above()));
    } catch (const io::DiskError& error) {
        timestamps_logger.error("search for the largest timestamp failed, folder={}: {}", place_.folder,
                                error.what());
    }
    co_return largest;
}

/// The segment knows which batch has its largest timestamp; where the log starts behind or inside that one,
/// the rest is looked through.
Task<std::optional<TimestampedOffset>> PartitionLog::max_of_segment(PublishedSegment at, Timestamp above) {
    Offset        from = std::max(log_start_, at.info.base);
    SegmentBounds bounds{at.info.bytes, at.info.max_timestamp_offset, high_watermark_};
    if (at.info.max_timestamp_offset >= from) {
        auto batch = co_await on_pool(at.segment->batch_at(bounds));
        auto found = batch ? largest_in_batch(batch->view(), above, from) : std::nullopt;
        if (found && found->timestamp == at.info.max_timestamp) co_return found;
    }
    std::optional<TimestampedOffset> largest;
    bounds.from = from;
    for (;;) {
        auto batch = co_await on_pool(at.segment->batch_with_timestamp(bounds, {above.ms + 1}));
        if (!batch) co_return largest;
        if (auto found = largest_in_batch(batch->view(), above, bounds.from)) {
            above = found->timestamp;
            largest = std::move(found);
        }
        bounds.from = kafka::BatchView::first(batch->view())->next_offset();
    }
}

std::optional<TimestampedOffset> PartitionLog::max_of_tail(Timestamp above) const {
    std::optional<TimestampedOffset> largest;
    for (auto batch = tail_.find(log_start_); batch != tail_.end(); ++batch) {
        if (batch->base >= high_watermark_) break;
        if (batch->max_timestamp <= above) continue;
        auto found = largest_in_batch(batch->bytes().view(), above, log_start_);
        if (!found) continue;
        above = found->timestamp;
        largest = std::move(found);
    }
    return largest;
}

} // namespace riacho::storage
