#pragma once

#include "kafka/batch/batch_view.hpp"

#include <cstddef>
#include <span>

/// What the broker writes into a batch that it admits: `batch` is Bytes::writable() of a whole batch that no
/// reader has seen yet. The first two lie outside of the CRC.
namespace riacho::kafka {

void set_base_offset(std::span<std::byte> batch, Offset base_offset);
void set_leader_epoch(std::span<std::byte> batch, LeaderEpoch leader_epoch);
/// Every record of the batch gets this time (message.timestamp.type=LogAppendTime). Computes the CRC again.
void set_log_append_time(std::span<std::byte> batch, Timestamp now);
/// For a batch that was changed in another way, by compaction or a test.
void set_crc(std::span<std::byte> batch);

} // namespace riacho::kafka
