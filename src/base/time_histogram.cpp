#include "base/time_histogram.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

namespace riacho {

/// 16 µs, 24, 32, 48, 64, …
Time TimeHistogram::bound(std::size_t bucket) {
    std::int64_t doubled = shortest.count() << (bucket / 2);
    return Time(bucket % 2 == 0 ? doubled : doubled / 2 * 3);
}

std::size_t TimeHistogram::bucket_of(Time took) {
    if (took <= shortest) return 0;
    auto        units = static_cast<std::uint64_t>((took.count() - 1) / shortest.count()); // 1 or more
    auto        power = static_cast<std::size_t>(std::bit_width(units)) - 1;
    std::size_t bucket = 2 * power + (took > bound(2 * power + 1) ? 2 : 1);
    return std::min(bucket, bounds);
}

unsigned TimeHistogram::halvings(Time since, Time now) {
    if (now <= since) return 0;
    return static_cast<unsigned>(std::min<std::int64_t>((now - since) / half_life, 32));
}

void TimeHistogram::forget(Time now) {
    unsigned times = halvings(forgot_, now);
    if (times == 0) return;
    for (std::uint32_t& count : recent_) count = times < 32 ? count >> times : 0;
    forgot_ = now;
}

void TimeHistogram::add(Time took, Time now) {
    forget(now);
    std::size_t bucket = bucket_of(took);
    ++all_[bucket];
    ++recent_[bucket];
    ++count_;
    sum_ += took;
}

void TimeHistogram::add(const TimeHistogram& other, Time now) {
    forget(now);
    unsigned times = halvings(other.forgot_, now);
    for (std::size_t bucket = 0; bucket <= bounds; ++bucket) {
        all_[bucket] += other.all_[bucket];
        recent_[bucket] += times < 32 ? other.recent_[bucket] >> times : 0;
    }
    count_ += other.count_;
    sum_ += other.sum_;
}

Time TimeHistogram::recent_quantile(double share, Time now) const {
    unsigned times = halvings(forgot_, now);
    if (times >= 32) return Time(0);
    auto total =
        std::accumulate(recent_.begin(), recent_.end(), std::uint64_t{0},
                        [&](std::uint64_t sum, std::uint32_t count) { return sum + (count >> times); });
    double wanted = share * static_cast<double>(total);
    double before = 0;
    for (std::size_t bucket = 0; bucket <= bounds; ++bucket) {
        auto here = static_cast<double>(recent_[bucket] >> times);
        if (here == 0 || before + here < wanted) {
            before += here;
            continue;
        }
        Time low = bucket == 0 ? Time(0) : bound(bucket - 1);
        Time high = bucket == bounds ? low : bound(bucket);
        return low + Time(static_cast<std::int64_t>(static_cast<double>((high - low).count()) *
                                                    (wanted - before) / here));
    }
    return Time(0);
}

} // namespace riacho
