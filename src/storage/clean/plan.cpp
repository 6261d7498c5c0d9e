#include "storage/clean/plan.hpp"

#include <algorithm>
#include <limits>

namespace riacho::storage {
namespace {

constexpr std::int64_t  group_offsets_max = std::numeric_limits<std::int32_t>::max();
constexpr std::uint64_t group_bytes_max = std::numeric_limits<std::int32_t>::max();

} // namespace

double Cleanable::ratio() const {
    std::uint64_t all = clean_bytes + dirty_bytes;
    return all == 0 ? 0 : static_cast<double>(dirty_bytes) / static_cast<double>(all);
}

bool Cleanable::is_worth_it(const LogOptions& options) const {
    if (dirty_bytes == 0) return false;
    return urgency == Urgency::overdue || ratio() > options.min_cleanable_dirty_ratio;
}

Cleanable look_at(std::span<const SegmentToClean> segments, const CleanBounds& bounds,
                  const LogOptions& options) {
    Cleanable found;
    bool      is_known = bounds.cleaned_until >= bounds.log_start && !segments.empty() &&
                    bounds.cleaned_until <= segments.back().end;
    found.from = is_known ? bounds.cleaned_until : bounds.log_start;
    for (const SegmentToClean& segment : segments) {
        if (segment.end > bounds.limit) break;
        bool is_dirty = segment.end > found.from;
        bool is_young = options.min_compaction_lag_ms.count() > 0 &&
                        segment.max_timestamp.ms > bounds.now.ms - options.min_compaction_lag_ms.count();
        if (is_dirty && is_young) break;
        bool is_first_dirty = is_dirty && found.dirty_bytes == 0;
        (is_dirty ? found.dirty_bytes : found.clean_bytes) += segment.bytes;
        Timestamp oldest = segment.first_timestamp;
        if (is_first_dirty && oldest.ms >= 0 &&
            bounds.now.ms - oldest.ms > options.max_compaction_lag_ms.count())
            found.urgency = Cleanable::Urgency::overdue;
        ++found.segments;
    }
    return found;
}

std::vector<std::size_t> group_segments(std::span<const SegmentToClean> segments, const LogOptions& options) {
    std::uint64_t            bytes_max = std::min(options.segment_bytes, group_bytes_max);
    std::vector<std::size_t> groups;
    for (std::size_t at = 0; at < segments.size();) {
        std::uint64_t bytes = segments[at].bytes, index_bytes = segments[at].index_bytes;
        std::size_t   count = 1;
        for (; at + count < segments.size(); ++count) {
            const SegmentToClean& next = segments[at + count];
            bytes += next.bytes;
            index_bytes += next.index_bytes;
            if (bytes > bytes_max || index_bytes > options.segment_index_bytes ||
                next.end.value - segments[at].base.value > group_offsets_max)
                break;
        }
        groups.push_back(count);
        at += count;
    }
    return groups;
}

} // namespace riacho::storage
