#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstring>

namespace riacho {

/// Numbers at any address, in network order (`big`) or in Intel's (`little`). The caller has checked the
/// bounds.
template <std::integral T> T load_little(const std::byte* from) {
    T value;
    std::memcpy(&value, from, sizeof value);
    return std::endian::native == std::endian::little ? value : std::byteswap(value);
}

template <std::integral T> T load_big(const std::byte* from) {
    T value;
    std::memcpy(&value, from, sizeof value);
    return std::endian::native == std::endian::big ? value : std::byteswap(value);
}

template <std::integral T> void store_little(std::byte* to, T value) {
    if constexpr (std::endian::native != std::endian::little) value = std::byteswap(value);
    std::memcpy(to, &value, sizeof value);
}

template <std::integral T> void store_big(std::byte* to, T value) {
    if constexpr (std::endian::native != std::endian::big) value = std::byteswap(value);
    std::memcpy(to, &value, sizeof value);
}

} // namespace riacho
