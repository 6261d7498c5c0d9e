#pragma once

#include "base/bytes.hpp"

#include <array>
#include <cstdint>

/// Inside codec/ only: the two ways of crc32c(). `state` is the register of the shift, before its final
/// inversion.
namespace riacho::crc32c_paths {

std::uint32_t portable(std::uint32_t state, ByteView bytes);
/// Only where cpu_has(CpuFeature::crc32c).
std::uint32_t hardware(std::uint32_t state, ByteView bytes);

/// Castagnoli's polynomial, lowest bit first.
inline constexpr std::uint32_t polynomial = 0x82f63b78;

constexpr std::uint32_t shift_bit(std::uint32_t state) {
    return (state >> 1) ^ ((state & 1) != 0 ? polynomial : 0);
}

using ByteTable = std::array<std::uint32_t, 256>;

} // namespace riacho::crc32c_paths
