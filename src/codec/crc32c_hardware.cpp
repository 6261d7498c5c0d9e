#include "codec/crc32c_paths.hpp"
#include "codec/endian.hpp"

#include <cstddef>

#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__aarch64__)
#include <arm_acle.h>
#endif

// The CRC instruction takes one cycle to start and three to finish, so one chain of them leaves two thirds of
// the unit idle. Large inputs are cut into three lanes that run side by side; a lane's state is then carried
// over the bytes of the next lane by a table ("what do N zero bytes do to the state", linear in the state's
// bits).
namespace riacho::crc32c_paths {

#if defined(__x86_64__) || defined(__aarch64__)

namespace {

using ZerosTable = std::array<ByteTable, 4>;

/// What `count` zero bytes do to the state, by each byte of the state. `count` is a power of two.
constexpr ZerosTable make_zeros(std::size_t count) {
    // columns[i]: where a state of only bit i ends. One zero byte first, then doubled up to `count`.
    std::array<std::uint32_t, 32> columns{};
    for (std::size_t i = 0; i < 32; i++) {
        std::uint32_t state = std::uint32_t{1} << i;
        for (int bit = 0; bit < 8; bit++) state = shift_bit(state);
        columns[i] = state;
    }
    for (std::size_t done = 1; done < count; done *= 2) {
        std::array<std::uint32_t, 32> twice{};
        for (std::size_t i = 0; i < 32; i++) {
            for (std::size_t bit = 0; bit < 32; bit++) {
                if ((columns[i] >> bit & 1) != 0) twice[i] ^= columns[bit];
            }
        }
        columns = twice;
    }
    ZerosTable table{};
    for (std::size_t k = 0; k < 4; k++) {
        for (std::size_t byte = 1; byte < 256; byte++) {
            std::size_t lowest = static_cast<std::size_t>(std::countr_zero(byte));
            table[k][byte] = table[k][byte & (byte - 1)] ^ columns[8 * k + lowest];
        }
    }
    return table;
}

constexpr std::size_t crc32c_long_lane = 4096;
constexpr std::size_t crc32c_short_lane = 256;

constexpr ZerosTable crc32c_long_zeros = make_zeros(crc32c_long_lane);
constexpr ZerosTable crc32c_short_zeros = make_zeros(crc32c_short_lane);

std::uint32_t over_zeros(const ZerosTable& zeros, std::uint32_t state) {
    return zeros[0][state & 0xff] ^ zeros[1][(state >> 8) & 0xff] ^ zeros[2][(state >> 16) & 0xff] ^
           zeros[3][state >> 24];
}

} // namespace

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("sse4.2"))), apply_to = function)
namespace {
std::uint32_t crc32c_word(std::uint32_t state, std::uint64_t word) {
    return static_cast<std::uint32_t>(_mm_crc32_u64(state, word));
}
std::uint32_t crc32c_byte(std::uint32_t state, std::uint8_t byte) { return _mm_crc32_u8(state, byte); }
} // namespace
#else
#pragma clang attribute push(__attribute__((target("crc"))), apply_to = function)
namespace {
std::uint32_t crc32c_word(std::uint32_t state, std::uint64_t word) { return __crc32cd(state, word); }
std::uint32_t crc32c_byte(std::uint32_t state, std::uint8_t byte) { return __crc32cb(state, byte); }
} // namespace
#endif

namespace {

/// The state after three lanes of `lane` bytes that lie one after another at `from`.
std::uint32_t three_lanes(std::uint32_t state, const std::byte* from, std::size_t lane,
                          const ZerosTable& zeros) {
    std::uint32_t second = 0;
    std::uint32_t third = 0;
    for (const std::byte* end = from + lane; from != end; from += 8) {
        state = crc32c_word(state, load_little<std::uint64_t>(from));
        second = crc32c_word(second, load_little<std::uint64_t>(from + lane));
        third = crc32c_word(third, load_little<std::uint64_t>(from + 2 * lane));
    }
    return over_zeros(zeros, over_zeros(zeros, state) ^ second) ^ third;
}

} // namespace

std::uint32_t hardware(std::uint32_t state, ByteView bytes) {
    const std::byte* from = bytes.data();
    std::size_t      left = bytes.size();
    for (; left >= 3 * crc32c_long_lane; from += 3 * crc32c_long_lane, left -= 3 * crc32c_long_lane) {
        state = three_lanes(state, from, crc32c_long_lane, crc32c_long_zeros);
    }
    for (; left >= 3 * crc32c_short_lane; from += 3 * crc32c_short_lane, left -= 3 * crc32c_short_lane) {
        state = three_lanes(state, from, crc32c_short_lane, crc32c_short_zeros);
    }
    for (; left >= 8; from += 8, left -= 8) state = crc32c_word(state, load_little<std::uint64_t>(from));
    for (; left > 0; from++, left--) state = crc32c_byte(state, std::to_integer<std::uint8_t>(*from));
    return state;
}

#pragma clang attribute pop

#else

std::uint32_t hardware(std::uint32_t state, ByteView bytes) { return portable(state, bytes); }

#endif

} // namespace riacho::crc32c_paths
