#pragma once

#include "kafka/messages/producer_snapshot.hpp"
#include "kafka/records/versioned.hpp"

#include <vector>

/// The content of <offset>.snapshot, the producers of a partition up to that offset:
///
///     int16 version 1 | uint32 CRC-32C of what follows | int32 count | entries
namespace riacho::kafka {

using ProducerEntry = ProducerSnapshot::ProducerEntry;

Bytes                                            encode_producer_snapshot(std::vector<ProducerEntry> entries);
Outcome<std::vector<ProducerEntry>, RecordError> decode_producer_snapshot(Bytes file);

} // namespace riacho::kafka
