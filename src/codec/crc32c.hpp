#pragma once

#include "base/bytes.hpp"

#include <cstdint>

namespace riacho {

/// CRC-32C (Castagnoli), as in Kafka's record batches. Composable: `crc32c(b, crc32c(a))` is the checksum of
/// a followed by b. Uses the processor's CRC instructions where it has them, see codec/cpu.hpp.
std::uint32_t crc32c(ByteView bytes, std::uint32_t seed = 0);

} // namespace riacho
