#pragma once

#include "base/clock.hpp"
#include "broker/config/broker_options.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>

namespace riacho::broker {

/// How many connections there are, in all and per address, and how fast new ones come. Lives on the accepting
/// shard.
class ConnectionGate {
public:
    struct Limits {
        std::int32_t  connections_max = INT32_MAX;
        std::int32_t  per_address_max = INT32_MAX;
        AddressLimits per_address = {}; ///< where another limit counts
        std::int32_t  per_second_max = INT32_MAX;
    };
    explicit ConnectionGate(Limits limits) : limits_(std::move(limits)) {}

    void set_limits(Limits limits) { limits_ = std::move(limits); }

    /// As Kafka: whoever comes when all places are taken waits for one, and who has too many is closed.
    enum class Answer { admitted, full, too_many_of_address };
    /// Takes a place, unless a limit is reached.
    Answer enter(const std::string& address) {
        std::int32_t held = 0;
        if (auto found = by_address_.find(address); found != by_address_.end()) held = found->second;
        if (held >= max_of(address)) return Answer::too_many_of_address;
        if (connections_ >= limits_.connections_max) return Answer::full;
        ++connections_;
        ++by_address_[address];
        return Answer::admitted;
    }
    /// Gives it back.
    void leave(const std::string& address) {
        --connections_;
        if (auto found = by_address_.find(address); --found->second == 0) by_address_.erase(found);
    }
    std::int32_t connections() const { return connections_; }

    /// When the connection that came at `now` may enter: what was not used of one second may come at once.
    Time next_start(Time now) {
        constexpr Time second = std::chrono::seconds(1);
        Time           step = second / limits_.per_second_max;
        next_ = std::max(next_, now - second) + step;
        return next_ - step;
    }

private:
    std::int32_t max_of(const std::string& address) const {
        auto found = limits_.per_address.find(address);
        return found == limits_.per_address.end() ? limits_.per_address_max : found->second;
    }

    Limits                                        limits_;
    std::int32_t                                  connections_ = 0;
    std::unordered_map<std::string, std::int32_t> by_address_;
    Time                                          next_{0};
};

} // namespace riacho::broker
