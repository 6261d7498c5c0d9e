#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
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
    std::uint32_t             index_interval_bytes = 4096;
    std::uint32_t             segment_index_bytes = 10u << 20;
    bool                      is_deleted = true;    ///< cleanup.policy contains "delete"
    bool                      is_compacted = false; ///< cleanup.policy contains "compact"
    std::chrono::milliseconds delete_retention_ms = std::chrono::hours(24);
    std::chrono::milliseconds min_compaction_lag_ms{0};
    std::chrono::milliseconds max_compaction_lag_ms = std::chrono::milliseconds::max();
    double                    min_cleanable_dirty_ratio = 0.5;
    /// Who reads it as a whole at every start gets a snapshot of the last record of each key. Compaction
    /// stops there.
    bool          keeps_snapshot = false;
    std::uint64_t snapshot_bytes_min = 64u << 10; ///< appended since the last one, or as much as it holds
    /// Batches of more bytes go to their segment before the write-ahead log names them (docs/durability.md).
    std::uint64_t wal_external_bytes = 1u << 20;
    /// producer.id.expiration.ms: an idle producer's state is forgotten after this.
    std::chrono::milliseconds producer_id_expiration_ms = std::chrono::hours(24);

    /// Until when a segment takes batches: a compacted partition's must end for its records to be compacted.
    std::chrono::milliseconds roll_ms() const {
        return is_compacted ? std::min(segment_ms, max_compaction_lag_ms) : segment_ms;
    }
};

/// How compaction works, for all partitions: Kafka's log.cleaner.* options.
struct CleanerOptions {
    bool        is_enabled = true;
    std::size_t dedupe_buffer_bytes = 32u << 20; ///< of the map of keys, which is one at a time
    std::size_t io_buffer_bytes = 512u << 10;    ///< so much is read in one piece of work
    double      io_bytes_per_second_max = std::numeric_limits<double>::max(); ///< read and written
    std::chrono::milliseconds backoff_ms = std::chrono::seconds(15);          ///< between two looks
};

} // namespace riacho::storage
