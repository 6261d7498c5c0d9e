#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>

namespace riacho {

enum class BrokerId : std::int32_t {};
enum class PartitionIndex : std::int32_t {};
/// Drawn per producer by InitProducerId; -1 for a producer that is not idempotent (KIP-98).
enum class ProducerId : std::int64_t { none = -1 };
/// Raised at each start of the broker, never falls; -1 where unknown (KIP-101).
enum class LeaderEpoch : std::int32_t { none = -1 };

/// A record's place in its partition. -1 where there is none.
struct Offset {
    std::int64_t value = -1;
    auto         operator<=>(const Offset&) const = default;
    Offset       next() const { return {value + 1}; }
};

/// 16 bytes, as on the wire; all zero where there is none (KIP-516).
struct Uuid {
    std::array<std::byte, 16> bytes{};
    auto                      operator<=>(const Uuid&) const = default;
    bool                      is_zero() const { return *this == Uuid{}; }
};

/// One partition of one life of a topic: a topic made again under the same name has another id.
struct TopicPartition {
    Uuid           topic_id;
    PartitionIndex index{0};
    auto           operator<=>(const TopicPartition&) const = default;
};

} // namespace riacho

template <> struct std::hash<riacho::Uuid> {
    std::size_t operator()(const riacho::Uuid& id) const noexcept {
        std::uint64_t words[2];
        std::memcpy(words, id.bytes.data(), sizeof words);
        return static_cast<std::size_t>(words[0] ^ (words[1] * 0x9e3779b97f4a7c15));
    }
};

template <> struct std::hash<riacho::TopicPartition> {
    std::size_t operator()(const riacho::TopicPartition& partition) const noexcept {
        return std::hash<riacho::Uuid>{}(partition.topic_id) +
               static_cast<std::size_t>(partition.index) * 0x9e3779b97f4a7c15;
    }
};
