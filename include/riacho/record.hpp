#pragma once

#include "riacho/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace riacho {

/// As a record's partition: the producer chooses, by the key where there is one.
inline constexpr std::int32_t any_partition = -1;

/// A place in a topic.
struct Position {
    std::string          topic;
    std::int32_t         partition = any_partition;
    std::int64_t         offset = -1001; ///< from 0; below 0 one of Kafka's marks: -2 beginning, -1 end
    std::optional<Error> error{};        ///< why this partition has no part in a result

    /// Where to go on after the record here: what is committed once it is done with.
    Position next() const { return {topic, partition, offset + 1, std::nullopt}; }
    bool     operator==(const Position&) const = default;
};

struct Header {
    std::string                key;
    std::optional<std::string> value; ///< nothing: null, which is not the same as empty
    bool                       operator==(const Header&) const = default;
};

/// A record to be sent.
struct Record {
    std::string                topic;
    std::optional<std::string> key{};
    std::optional<std::string> value{}; ///< nothing: a tombstone, where the topic is compacted
    std::vector<Header>        headers{};
    std::int32_t               partition = any_partition;
};

/// A record that was received. Owns what it holds.
struct Message {
    Position                   at;
    std::optional<std::string> key{};
    std::optional<std::string> value{};
    std::vector<Header>        headers{};
    std::int64_t               timestamp_ms = -1; ///< since 1970-01-01 UTC; -1 where there is none
};

} // namespace riacho
