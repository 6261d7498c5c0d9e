#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace riacho::storage {

/// How one partition's log is kept. The names of Kafka's topic configurations, with '_' for '.'; the broker's
/// table of topic configurations fills it.
struct LogOptions {
    std::uint64_t                            segment_bytes = 1u << 30;
    std::chrono::milliseconds                segment_ms = std::chrono::hours(7 * 24);
    std::optional<std::uint64_t>             retention_bytes; ///< none: -1, no limit
    std::optional<std::chrono::milliseconds> retention_ms =
        std::chrono::hours(7 * 24); ///< none: -1, no limit
    std::uint32_t index_interval_bytes = 4096;
    std::uint32_t segment_index_bytes = 10u << 20;
    bool          is_deleted = true;    ///< cleanup.policy contains "delete"
    bool          is_compacted = false; ///< cleanup.policy contains "compact"
    /// Batches of more bytes go to their segment before the write-ahead log names them (docs/durability.md).
    std::uint64_t wal_external_bytes = 1u << 20;
    /// producer.id.expiration.ms: an idle producer's state is forgotten after this.
    std::chrono::milliseconds producer_id_expiration_ms = std::chrono::hours(24);
};

} // namespace riacho::storage
