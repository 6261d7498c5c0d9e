#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"

#include <cstdint>
#include <string_view>

namespace riacho::io {

/// True when every byte of `bytes` is zero.
bool is_zero(ByteView bytes);

/// A running 64-bit fingerprint of what reached the disks and streams of a simulation: two runs of one seed
/// that differ anywhere end with different ones. Not cryptographic.
class Trace {
public:
    /// `bytes` were put at `position` of the file or connection `name`.
    void          add(Time now, std::string_view name, std::uint64_t position, ByteView bytes);
    std::uint64_t hash() const { return hash_; }

private:
    void mix(std::uint64_t word) {
        hash_ = (hash_ ^ word) * 0x9e3779b97f4a7c15;
        hash_ ^= hash_ >> 29;
    }
    void mix(ByteView bytes);

    std::uint64_t hash_ = 0x2545f4914f6cdd1d;
};

} // namespace riacho::io
