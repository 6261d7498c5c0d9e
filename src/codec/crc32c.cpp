#include "codec/crc32c.hpp"

#include "codec/cpu.hpp"
#include "codec/crc32c_paths.hpp"
#include "codec/endian.hpp"

namespace riacho {
namespace crc32c_paths {
namespace {

/// slices[k][b]: what byte b does to the state when k more bytes follow it.
constexpr std::array<ByteTable, 8> make_slices() {
    std::array<ByteTable, 8> slices{};
    for (std::uint32_t byte = 0; byte < 256; byte++) {
        std::uint32_t state = byte;
        for (int bit = 0; bit < 8; bit++) state = shift_bit(state);
        slices[0][byte] = state;
    }
    for (std::size_t k = 1; k < 8; k++) {
        for (std::size_t byte = 0; byte < 256; byte++) {
            std::uint32_t before = slices[k - 1][byte];
            slices[k][byte] = (before >> 8) ^ slices[0][before & 0xff];
        }
    }
    return slices;
}

constexpr std::array<ByteTable, 8> crc32c_slices = make_slices();

} // namespace

std::uint32_t portable(std::uint32_t state, ByteView bytes) {
    const auto& t = crc32c_slices;
    for (; bytes.size() >= 8; bytes = bytes.subspan(8)) {
        std::uint64_t word = load_little<std::uint64_t>(bytes.data()) ^ state;
        state = t[7][word & 0xff] ^ t[6][(word >> 8) & 0xff] ^ t[5][(word >> 16) & 0xff] ^
                t[4][(word >> 24) & 0xff] ^ t[3][(word >> 32) & 0xff] ^ t[2][(word >> 40) & 0xff] ^
                t[1][(word >> 48) & 0xff] ^ t[0][word >> 56];
    }
    for (std::byte byte : bytes) {
        state = (state >> 8) ^ t[0][(state ^ std::to_integer<std::uint32_t>(byte)) & 0xff];
    }
    return state;
}

} // namespace crc32c_paths

std::uint32_t crc32c(ByteView bytes, std::uint32_t seed) {
    std::uint32_t state = ~seed;
    return ~(cpu_has(CpuFeature::crc32c) ? crc32c_paths::hardware(state, bytes)
                                         : crc32c_paths::portable(state, bytes));
}

} // namespace riacho
