#pragma once

#include "kafka/batch/batch_view.hpp"

#include <cstddef>
#include <optional>

namespace riacho::kafka {

/// A record found by its time.
struct TimestampedOffset {
    Offset    offset = {};
    Timestamp timestamp = {};
    auto      operator<=>(const TimestampedOffset&) const = default;
};

using Found = std::optional<TimestampedOffset>;

/// The first record of `batch` at `from_offset` or later whose timestamp is `at_least` or later, as
/// ListOffsets asks; nothing where there is none. Looks inside a compressed batch, up to `bytes_max` of it.
struct TimestampSearch {
    Timestamp   at_least = {};
    Offset      from_offset{0};
    std::size_t bytes_max = 100 << 20;
};
Outcome<Found, BatchError> offset_of_timestamp(const BatchView& batch, const TimestampSearch& search);

/// The first of the records that carry the largest timestamp of those at `from_offset` or later, where that
/// is above `above` (ListOffsets with -3, KIP-734). One pass, whatever the records say.
struct LargestSearch {
    Timestamp   above = {};
    Offset      from_offset{0};
    std::size_t bytes_max = 100 << 20;
};
Outcome<Found, BatchError> max_timestamp_record(const BatchView& batch, const LargestSearch& search);

} // namespace riacho::kafka
