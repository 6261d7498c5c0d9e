#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "storage/log/log_options.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// Which part of a partition is compacted, and how its segments are put together; no I/O.
//
//     log start ...... cleaned_until ............ limit ......... end
//       │  clean             │  dirty, cleanable    │  not yet     │
namespace riacho::storage {

/// What a plan knows of a segment; all rising.
struct SegmentToClean {
    Offset        base;
    Offset        end;
    std::uint64_t bytes = 0;
    std::uint64_t index_bytes = 0;
    Timestamp     first_timestamp; ///< -1: unknown, or an empty one
    Timestamp     max_timestamp;
};

struct CleanBounds {
    Offset    log_start{0};
    Offset    cleaned_until{0}; ///< up to here an earlier pass came
    Offset    limit{0};         ///< segments that end later are not touched
    Timestamp now;
};

/// How much there is to do, and how urgent it is.
struct Cleanable {
    std::size_t   segments = 0; ///< the first so many may be touched
    Offset        from{0};      ///< the first dirty offset
    std::uint64_t clean_bytes = 0;
    std::uint64_t dirty_bytes = 0;
    /// max.compaction.lag.ms is over for the oldest dirty segment.
    enum class Urgency { usual, overdue } urgency = Urgency::usual;

    double ratio() const;
    /// As Kafka decides it: enough of it is dirty, or it is overdue.
    bool is_worth_it(const LogOptions& options) const;
};

/// `segments` begins with the first one that has something above the log start.
Cleanable look_at(std::span<const SegmentToClean> segments, const CleanBounds& bounds,
                  const LogOptions& options);

/// So many segments, one after another, become one each: as large as segment.bytes and the index allow.
std::vector<std::size_t> group_segments(std::span<const SegmentToClean> segments, const LogOptions& options);

} // namespace riacho::storage
