#pragma once

#include "base/ids.hpp"

#include <cstdint>
#include <string_view>

namespace riacho::broker {

/// Java's String.hashCode of UTF-8 text: over its UTF-16 code units. Bytes that are no UTF-8 count as U+FFFD.
std::int32_t java_hash(std::string_view text);

/// The partition of __consumer_offsets that holds a group, as Kafka places it: whoever leads that partition
/// coordinates the group. `partitions` is their number.
PartitionIndex offsets_partition_of(std::string_view group_id, std::int32_t partitions);

} // namespace riacho::broker
