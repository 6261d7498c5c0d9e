#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace riacho::browse {

enum class ResetTo {
    earliest,
    latest,
    time,    ///< the first record at or after `value` milliseconds since 1970; the end where there is none
    offset,  ///< `value`
    shift,   ///< `value` further than what is committed, back where it is negative
    current, ///< what is committed; the end where nothing is, as Kafka's own tool has it
};

struct ResetRule {
    ResetTo      to = ResetTo::latest;
    std::int64_t value = 0;
};

/// What is known of a partition before a reset.
struct ResetGround {
    std::optional<Offset> committed;
    Offset                start;
    Offset                end;
    Offset                at_time; ///< for ResetTo::time
};

enum class NoReset {
    nothing_committed, ///< so there is nothing to shift
};

/// Where a group's offset goes, brought into what the partition holds.
struct ResetTarget {
    std::optional<Offset>  to; ///< nothing where `problem` says why
    std::optional<NoReset> problem;
};
ResetTarget reset_target(ResetRule rule, const ResetGround& ground);

} // namespace riacho::browse
