#pragma once

#include "io/shard.hpp"

#include <optional>
#include <set>
#include <utility>

namespace riacho::io {

/// The armed timers of one shard, soonest first.
class TimerQueue {
public:
    void add(Shard::Timer& timer) {
        timer.number_ = ++numbers_;
        timers_.insert(&timer);
    }
    void remove(Shard::Timer& timer) { timers_.erase(&timer); }
    /// Disarms them all.
    void clear() {
        for (Shard::Timer* timer : timers_) timer->armed_ = false;
        timers_.clear();
    }

    bool                is_empty() const { return timers_.empty(); }
    std::optional<Time> next() const {
        if (timers_.empty()) return std::nullopt;
        return (*timers_.begin())->when_;
    }
    /// Takes the first timer that is due, and gives its work.
    std::coroutine_handle<> take_due(Time now) {
        if (timers_.empty() || (*timers_.begin())->when_ > now) return nullptr;
        Shard::Timer* timer = *timers_.begin();
        timers_.erase(timers_.begin());
        timer->armed_ = false;
        return timer->work_;
    }

private:
    struct Sooner {
        bool operator()(const Shard::Timer* a, const Shard::Timer* b) const {
            return std::pair(a->when_, a->number_) < std::pair(b->when_, b->number_);
        }
    };
    std::set<Shard::Timer*, Sooner> timers_;
    std::uint64_t                   numbers_ = 0;
};

} // namespace riacho::io
