#pragma once

#include "kafka/batch/batch_view.hpp"
#include "kafka/batch/record.hpp"

#include <cstdint>
#include <optional>

// Control records, which only brokers write. Key: int16 version 0, int16 type. Value of the end of a
// transaction: int16 version 0, int32 coordinator epoch.
namespace riacho::kafka {

enum class ControlType : std::int16_t { abort = 0, commit = 1 };

/// The end of a producer's transaction in one partition (KIP-98).
struct TransactionMarker {
    ControlType  type = ControlType::abort;
    ProducerId   producer_id = ProducerId::none;
    std::int16_t producer_epoch = -1;
    std::int32_t coordinator_epoch = 0;
    Timestamp    timestamp = {};
    auto         operator<=>(const TransactionMarker&) const = default;
};

/// A batch of one control record, its base offset and leader epoch still to be patched in.
Bytes build_marker(const TransactionMarker& marker);

/// The marker that a control batch carries; nothing for other batches and for other control records.
std::optional<TransactionMarker> marker_of(const BatchView& batch);

} // namespace riacho::kafka
