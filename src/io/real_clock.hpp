#pragma once

#include "base/clock.hpp"
#include "base/random.hpp"

namespace riacho::io {

/// The system's steady clock, from the start of this object, and its wall clock.
class RealClock final : public Clock {
public:
    RealClock();
    Time      now() const override;
    Timestamp wall() const override;

private:
    Time start_;
};

/// The kernel's random numbers: for ids, salts and keys.
class RealRandom final : public Random {
public:
    std::uint64_t bits() override;
};

} // namespace riacho::io
