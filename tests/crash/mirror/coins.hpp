#pragma once

#include <cstdint>
#include <random>

namespace riacho::mirror {

/// What of unsynced changes reaches the mirror.
enum class Keeps { everything, nothing, some };

/// The seeded coins. Used under the mirror's lock.
class Coins {
public:
    Coins(Keeps keeps, std::uint64_t seed) : keeps_(keeps), engine_(seed) {}

    Keeps keeps() const { return keeps_; }
    /// Whether a change that nobody has synced is on the medium all the same.
    bool keep() { return keeps_ == Keeps::some ? (engine_() & 1) != 0 : keeps_ == Keeps::everything; }
    /// In [0, bound).
    std::uint64_t below(std::uint64_t bound) { return bound == 0 ? 0 : engine_() % bound; }

private:
    Keeps           keeps_;
    std::mt19937_64 engine_;
};

} // namespace riacho::mirror
