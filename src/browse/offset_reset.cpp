#include "browse/offset_reset.hpp"

#include <algorithm>
#include <limits>

namespace riacho::browse {
namespace {

std::int64_t saturated_sum(std::int64_t a, std::int64_t b) {
    std::int64_t sum = 0;
    if (!__builtin_add_overflow(a, b, &sum)) return sum;
    return b < 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
}

} // namespace

ResetTarget reset_target(ResetRule rule, const ResetGround& ground) {
    auto within = [&](Offset offset) {
        return ResetTarget{std::clamp(offset, ground.start, std::max(ground.start, ground.end)), {}};
    };
    switch (rule.to) {
    case ResetTo::earliest:
        return within(ground.start);
    case ResetTo::latest:
        return within(ground.end);
    case ResetTo::time:
        return within(ground.at_time);
    case ResetTo::offset:
        return within({rule.value});
    case ResetTo::shift:
        if (!ground.committed) return {{}, NoReset::nothing_committed};
        return within({saturated_sum(ground.committed->value, rule.value)});
    case ResetTo::current:
        return within(ground.committed.value_or(ground.end));
    }
    return within(ground.end);
}

} // namespace riacho::browse
