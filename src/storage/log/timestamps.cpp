#include "base/log.hpp"
#include "io/disk.hpp"
#include "kafka/batch/search.hpp"
#include "storage/log/partition_log.hpp"

#include <algorithm>
#include <utility>

namespace riacho::storage {

namespace {

constexpr log::Logger timestamps_logger{"storage"};

using FoundInBatch = std::optional<TimestampedOffset>;

/// From here on a batch is looked through on a pool thread, as a compressed one always is: it may unpack to a
/// thousand times its size.
constexpr std::size_t searched_here_bytes = 64 << 10;

FoundInBatch with_epoch(const Outcome<kafka::Found, kafka::BatchError>& found,
                        const kafka::BatchView&                         batch) {
    if (!found || !*found) return std::nullopt;
    return TimestampedOffset{(*found)->offset, (*found)->timestamp, batch.leader_epoch()};
}

/// The first record at `from` or later whose timestamp is `at` or later.
FoundInBatch first_in_batch(ByteView bytes, Timestamp at, Offset from) {
    auto batch = kafka::BatchView::first(bytes);
    if (!batch) return std::nullopt;
    return with_epoch(kafka::offset_of_timestamp(*batch, {.at_least = at, .from_offset = from}), *batch);
}

/// The first record with the largest timestamp of those at `from` or later, if that is above `above`.
FoundInBatch largest_in_batch(ByteView bytes, Timestamp above, Offset from) {
    auto batch = kafka::BatchView::first(bytes);
    if (!batch) return std::nullopt;
    return with_epoch(kafka::max_timestamp_record(*batch, {.above = above, .from_offset = from}), *batch);
}

using SearchInBatch = FoundInBatch (*)(ByteView, Timestamp, Offset);

Task<FoundInBatch> searched(SearchInBatch search, Bytes batch, Timestamp at, Offset from) {
    co_return search(batch.view(), at, from);
}

bool is_searched_here(const Bytes& batch) {
    auto view = kafka::BatchView::first(batch.view());
    return batch.size() < searched_here_bytes && view &&
           view->attributes().compression() == Compression::none;
}

Timestamp just_after(Timestamp at) { return {at.ms == INT64_MAX ? at.ms : at.ms + 1}; }

Offset after_batch(const Bytes& batch) { return kafka::BatchView::first(batch.view())->next_offset(); }

} // namespace

Task<FoundInBatch> PartitionLog::search(BatchSearch search, Bytes batch, Timestamp at, Offset from) {
    if (is_searched_here(batch)) co_return search(batch.view(), at, from);
    co_return co_await on_pool(searched(search, std::move(batch), at, from));
}

Task<std::optional<TimestampedOffset>> PartitionLog::find_timestamp(Timestamp at) {
    shard_.check_here();
    try {
        Offset next = log_start_;
        while (auto batch = co_await batch_with_timestamp(next, at)) {
            if (auto found = co_await search(first_in_batch, *batch, at, next)) co_return found;
            next = after_batch(*batch);
        }
    } catch (const io::DiskError& error) {
        timestamps_logger.error("search by timestamp failed, folder={}: {}", place_.folder, error.what());
    }
    co_return std::nullopt;
}

/// The first batch that reaches `from` or later and says that it has a record of `at` or later. What was in
/// the tail may be in a segment by the time of the next look.
Task<std::optional<Bytes>> PartitionLog::batch_with_timestamp(Offset from, Timestamp at) {
    while (from < high_watermark_) {
        if (is_in_tail(from)) {
            auto batch = tail_.find(from);
            while (batch != tail_.end() && batch->max_timestamp < at) ++batch;
            if (batch == tail_.end() || batch->base >= high_watermark_) co_return std::nullopt;
            co_return batch->bytes();
        }
        auto segment = segment_from(from);
        if (!segment) {
            if (tail_.is_empty()) co_return std::nullopt;
            from = tail_.front().base;
            continue;
        }
        if (segment->info.max_timestamp >= at) {
            SegmentBounds bounds = segment->bounds(from, high_watermark_);
            auto          batch = co_await on_pool(segment->segment->batch_with_timestamp(bounds, at));
            if (batch) co_return std::move(batch);
        }
        from = segment->info.end;
    }
    co_return std::nullopt;
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
        while (auto batch = co_await batch_with_timestamp(next, just_after(above()))) { // the tail
            keep(co_await search(largest_in_batch, *batch, above(), log_start_));
            next = after_batch(*batch);
        }
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
    SegmentBounds bounds = at.bounds(at.info.max_timestamp_offset, high_watermark_);
    FoundInBatch  largest;
    if (at.info.max_timestamp_offset >= from) {
        auto batch = co_await on_pool(at.segment->batch_at(bounds));
        if (batch) largest = co_await search(largest_in_batch, *std::move(batch), above, from);
        if (largest && largest->timestamp == at.info.max_timestamp) co_return largest;
        largest.reset();
    }
    bounds.from = from;
    for (;;) {
        auto batch = co_await on_pool(at.segment->batch_with_timestamp(bounds, just_after(above)));
        if (!batch) co_return largest;
        Offset next = after_batch(*batch);
        if (auto found = co_await search(largest_in_batch, *std::move(batch), above, bounds.from)) {
            above = found->timestamp;
            largest = std::move(found);
        }
        bounds.from = next;
    }
}

} // namespace riacho::storage
