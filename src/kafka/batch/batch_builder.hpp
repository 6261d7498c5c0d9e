#pragma once

#include "kafka/batch/batch_view.hpp"
#include "kafka/batch/record.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace riacho::kafka {

/// What a batch says of itself, apart from its records.
struct BatchOptions {
    Offset      base_offset{0};
    LeaderEpoch leader_epoch = LeaderEpoch::none;
    Compression compression = Compression::none;
    /// transactional_bit, control_bit, delete_horizon_bit; compression and log append time are set elsewhere.
    BatchAttributes          attributes = {};
    ProducerId               producer_id = ProducerId::none;
    std::int16_t             producer_epoch = -1;
    std::int32_t             base_sequence = -1;
    std::optional<Timestamp> log_append_time = {}; // the time of every record, instead of their own
    /// Where the batch's first timestamp is not its first record's: the delete horizon of a compacted batch.
    std::optional<Timestamp> base_timestamp = {};
    /// Past the last record, where compaction removed the end.
    std::optional<std::int32_t> last_offset_delta = {};
};

struct NewRecord {
    Timestamp                     timestamp = {};
    std::optional<ByteView>       key = {};
    std::optional<ByteView>       value = {};
    std::span<const RecordHeader> headers = {};
    std::optional<std::int32_t>   offset_delta = {}; // without one: after the record before
};

/// Builds one batch. Copies what it is given.
///     BatchBuilder builder({.leader_epoch = epoch});
///     builder.add({.timestamp = clock.wall(), .key = key, .value = value});
///     Bytes batch = builder.build();
class BatchBuilder {
public:
    explicit BatchBuilder(BatchOptions options);

    BatchBuilder& add(const NewRecord& record);

    bool         empty() const { return count_ == 0; }
    std::int32_t count() const { return count_; }
    /// Of the batch, were it not compressed.
    std::size_t size() const { return bytes_.size(); }
    /// How much larger add() would make it, at most.
    static std::size_t size_of(const NewRecord& record);

    /// The batch, its CRC set. A batch of no records is legal: compaction keeps one for a producer's sake.
    Bytes build();

private:
    BatchOptions           options_;
    std::vector<std::byte> bytes_; // room for the header, then the records
    std::int32_t           count_ = 0;
    std::int32_t           last_delta_ = -1;
    Timestamp              base_timestamp_ = {};
    Timestamp              max_timestamp_ = {};
};

} // namespace riacho::kafka
