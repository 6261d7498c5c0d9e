#pragma once

#include <cstdint>
#include <random>

namespace riacho {

/// Where chance comes from. May be called from any thread.
class Random {
public:
    virtual ~Random() = default;
    /// 64 uniformly distributed bits.
    virtual std::uint64_t bits() = 0;
    /// A whole number in [low, high].
    std::uint64_t between(std::uint64_t low, std::uint64_t high) {
        std::uint64_t span = high - low + 1;
        return span == 0 ? bits() : low + bits() % span;
    }
};

/// The same numbers from the same seed. For one thread.
class SeededRandom : public Random {
public:
    explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
    std::uint64_t bits() override { return engine_(); }

private:
    std::mt19937_64 engine_;
};

} // namespace riacho
