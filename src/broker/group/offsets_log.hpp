#pragma once

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/outcome.hpp"
#include "kafka/error_code.hpp"
#include "riacho/task.hpp"

namespace riacho::broker {

/// Where a coordinator's records go: the partitions of __consumer_offsets that belong to its shard.
class OffsetsLog {
public:
    virtual ~OffsetsLog() = default;
    /// Appends one batch, to which it gives offset and epoch, and ends when that is durable. Appends to one
    /// partition are numbered in the order of the calls, and end in it. Fails with what a produce would be
    /// answered; then nothing was written.
    virtual Task<Outcome<void, kafka::ErrorCode>> append(PartitionIndex partition, Bytes batch) = 0;
};

} // namespace riacho::broker
