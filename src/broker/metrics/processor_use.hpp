#pragma once

#include "base/clock.hpp"

#include <algorithm>
#include <deque>

namespace riacho::broker {

/// How much of its time a thread had nothing to do, of late: Kafka's NetworkProcessorAvgIdlePercent.
class ProcessorUse {
public:
    static constexpr Time window = std::chrono::minutes(1);
    static constexpr Time between_looks = std::chrono::seconds(5);

    /// Called now and then, as often as one likes; `used` is Shard::processor_time.
    void look(Time now, Time used) {
        if (!looks_.empty() && now - looks_.back().at < between_looks) return;
        looks_.push_back({now, used});
        while (looks_.size() > 1 && now - looks_[1].at >= window) looks_.pop_front();
    }

    /// From 0 to 1, over what was looked at last; 1 where that was nothing yet.
    double idle(Time now, Time used) const {
        if (looks_.empty() || now <= looks_.front().at) return 1;
        auto busy = static_cast<double>((used - looks_.front().used).count());
        return 1 - std::clamp(busy / static_cast<double>((now - looks_.front().at).count()), 0.0, 1.0);
    }

private:
    struct Look {
        Time at;
        Time used;
    };
    std::deque<Look> looks_; // the first is as old as the window, or the oldest there is
};

} // namespace riacho::broker
