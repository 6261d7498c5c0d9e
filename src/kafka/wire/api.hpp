#pragma once

#include "kafka/api_key.hpp"

#include <cstdint>
#include <string_view>

namespace riacho::kafka {

using Version = std::int16_t;

inline constexpr Version newest = 0x7fff;
/// As the first flexible version of a message that has none.
inline constexpr Version never = newest;

struct VersionRange {
    Version        low = 0;
    Version        high = newest;
    constexpr bool contains(Version version) const { return low <= version && version <= high; }
    bool           operator==(const VersionRange&) const = default;
};

/// What is known of a request or its response before its first byte is read.
struct Api {
    ApiKey           key;
    std::string_view name; ///< of the API: "Fetch"
    VersionRange     versions;
    Version          flexible = never; ///< first version with compact lengths and tagged fields (KIP-482)
};

/// The same of a message that is no request: a record's key or value, a header.
struct RecordType {
    std::int16_t     key = -1; ///< the type's number in its log; -1 where it has none
    std::string_view name;     ///< "TopicRecord"
    VersionRange     versions;
    Version          flexible = never;
};

} // namespace riacho::kafka
