#include "base/log.hpp"
#include "io/disk.hpp"
#include "storage/log/partition_log.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <utility>

namespace riacho::storage {

namespace {

constexpr log::Logger read_logger{"storage"};

} // namespace

bool PartitionLog::is_in_tail(Offset offset) const {
    return !tail_.is_empty() && offset >= tail_.front().base;
}

std::optional<PublishedSegment> PartitionLog::segment_from(Offset offset) const {
    auto found = std::ranges::upper_bound(segments_, offset, {},
                                          [](const PublishedSegment& at) { return at.info.end; });
    if (found == segments_.end()) return std::nullopt;
    return *found;
}

Task<Outcome<ReadResult, ReadError>> PartitionLog::read(Offset from, Offset below, ReadRoom room) {
    shard_.check_here();
    if (is_offline_) co_return fail(ReadError::offline, place_.folder);
    if (from < log_start_ || from > high_watermark_)
        co_return fail(ReadError::offset_out_of_range, fmt::format("{} is not in [{}, {}]", from.value,
                                                                   log_start_.value, high_watermark_.value));
    below = std::min(below, high_watermark_);
    if (from >= below || room.bytes_max == 0) co_return ReadResult{{}, from};
    std::string failure;
    try {
        // Segments may leave an empty stretch at their end, and what was in the tail may be in a segment by
        // the time of the next look.
        for (Offset at = from; at < below;) {
            if (is_in_tail(at)) co_return tail_.read(at, below, room);
            auto segment = segment_from(at);
            if (!segment) {
                if (tail_.is_empty()) break;
                at = tail_.front().base;
                continue;
            }
            auto result = co_await on_pool(segment->segment->read(segment->bounds(at, below), room));
            if (!result.batches.empty() || result.needed > 0) co_return result;
            at = segment->info.end;
        }
    } catch (const io::DiskError& error) { failure = error.what(); }
    if (failure.empty()) co_return ReadResult{{}, below};
    read_logger.error("read failed, folder={} offset={}: {}", place_.folder, from.value, failure);
    co_return fail(ReadError::io, std::move(failure));
}

} // namespace riacho::storage
