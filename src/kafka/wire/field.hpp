#pragma once

#include "kafka/wire/api.hpp"

#include <concepts>
#include <cstdint>

namespace riacho::kafka {

enum class Lengths : std::uint8_t {
    of_version, ///< compact in flexible versions
    classic, ///< never compact: the client id of a request header, which must be read before its version is
};

/// Where a field stands on the wire.
struct Presence {
    Version      first = 0;
    Version      last = newest;
    Version      null_first = 0; ///< an optional field may be null from this version on
    int          tag = -1;       ///< its number where it is a tagged field (KIP-482)
    std::int64_t fallback = 0;   ///< what a tagged number is when it is not sent
    Lengths      lengths = Lengths::of_version;
    bool         is_records = false; ///< record batches: never printed
};

/// Given to a visitor beside the field: its presence, known at compile time.
template <Presence P> struct At {
    static constexpr Presence presence = P;
    static constexpr bool     tagged = P.tag >= 0;
    static constexpr bool     in(Version version) { return P.first <= version && version <= P.last; }
    static constexpr bool     nullable(Version version) { return version >= P.null_first; }
};
using Always = At<Presence{}>;
template <Presence P> inline constexpr At<P> at{};

/// True when a tagged field holds what its absence means, and so is not sent.
template <class Where, class T> bool holds_default(const T& value) {
    if constexpr (std::integral<T>)
        return value == static_cast<T>(Where::presence.fallback);
    else
        return value == T{};
}

} // namespace riacho::kafka
