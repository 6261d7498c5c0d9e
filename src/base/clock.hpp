#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace riacho {

/// Time since the world's own start: the real one's is steady, the simulated one's moves when nothing else
/// can happen. For waiting and measuring.
using Time = std::chrono::nanoseconds;

/// Milliseconds since 1970-01-01 UTC, as Kafka's records carry it; -1 where there is none.
struct Timestamp {
    std::int64_t ms = -1;
    auto         operator<=>(const Timestamp&) const = default;
};

/// Where time comes from. Nothing outside io/ and app/ asks the system. May be called from any thread.
class Clock {
public:
    virtual ~Clock() = default;
    virtual Time      now() const = 0;
    virtual Timestamp wall() const = 0;
};

} // namespace riacho
