#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/outcome.hpp"
#include "codec/compression.hpp"
#include "codec/endian.hpp"
#include "kafka/batch/batch_error.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

// A record batch (magic 2, KIP-98). All numbers are big endian:
//
//    0  base_offset       int64   set by the broker        ┐
//    8  batch_length      int32   bytes after this field   │ not covered by the CRC
//   12  leader_epoch      int32   set by the broker        │
//   16  magic             int8    2                        │
//   17  crc               uint32  CRC-32C from 21 to end   ┘
//   21  attributes        int16   bits 0-2 compression, 3 log append time, 4 transactional, 5 control,
//                                 6 base_timestamp is a delete horizon
//   23  last_offset_delta int32
//   27  base_timestamp    int64
//   35  max_timestamp     int64
//   43  producer_id       int64
//   51  producer_epoch    int16
//   53  base_sequence     int32
//   57  records_count     int32
//   61  the records, compressed as a whole
namespace riacho::kafka {

namespace batch_layout {
inline constexpr std::size_t base_offset = 0;
inline constexpr std::size_t batch_length = 8;
inline constexpr std::size_t leader_epoch = 12;
inline constexpr std::size_t magic = 16;
inline constexpr std::size_t crc = 17;
inline constexpr std::size_t attributes = 21;
inline constexpr std::size_t last_offset_delta = 23;
inline constexpr std::size_t base_timestamp = 27;
inline constexpr std::size_t max_timestamp = 35;
inline constexpr std::size_t producer_id = 43;
inline constexpr std::size_t producer_epoch = 51;
inline constexpr std::size_t base_sequence = 53;
inline constexpr std::size_t records_count = 57;
inline constexpr std::size_t header_size = 61;
/// What `batch_length` does not count: itself and what is before it.
inline constexpr std::size_t length_overhead = 12;
inline constexpr std::int8_t magic_v2 = 2;
} // namespace batch_layout

enum class TimestampType { create_time, log_append_time };

/// The batch's 16 attribute bits.
struct BatchAttributes {
    std::int16_t bits = 0;

    static constexpr std::int16_t compression_mask = 7;
    static constexpr std::int16_t log_append_time_bit = 8;
    static constexpr std::int16_t transactional_bit = 16;
    static constexpr std::int16_t control_bit = 32;
    static constexpr std::int16_t delete_horizon_bit = 64;

    /// Nothing for the numbers 5 to 7, which mean nothing.
    std::optional<Compression> compression() const {
        int kind = bits & compression_mask;
        if (kind > static_cast<int>(Compression::zstd)) return std::nullopt;
        return static_cast<Compression>(kind);
    }
    TimestampType timestamp_type() const {
        return has(log_append_time_bit) ? TimestampType::log_append_time : TimestampType::create_time;
    }
    bool is_transactional() const { return has(transactional_bit); }
    bool is_control() const { return has(control_bit); }
    bool has_delete_horizon() const { return has(delete_horizon_bit); }
    bool has(std::int16_t bit) const { return (bits & bit) != 0; }
    auto operator<=>(const BatchAttributes&) const = default;
};

/// Every field of the header, as it lies in the batch.
struct BatchHeader {
    Offset          base_offset{0};
    std::int32_t    batch_length = 0;
    LeaderEpoch     leader_epoch = LeaderEpoch::none;
    std::int8_t     magic = batch_layout::magic_v2;
    std::uint32_t   crc = 0;
    BatchAttributes attributes = {};
    std::int32_t    last_offset_delta = -1;
    Timestamp       base_timestamp = {};
    Timestamp       max_timestamp = {};
    ProducerId      producer_id = ProducerId::none;
    std::int16_t    producer_epoch = -1;
    std::int32_t    base_sequence = -1;
    std::int32_t    records_count = 0;
    auto            operator<=>(const BatchHeader&) const = default;
};

/// Writes the header to the first 61 bytes of `batch`, the CRC as it is in `header`.
void store_header(std::span<std::byte> batch, const BatchHeader& header);

/// One whole batch, read where it lies. Owns nothing: `bytes.slice(batch.view())` keeps it.
class BatchView {
public:
    /// The first batch of `bytes`: its length and magic have been looked at, its CRC and the rest have not.
    /// Fails with no_batch, truncated (a tail that is still to come), corrupt or unsupported_magic.
    static Outcome<BatchView, BatchError> first(ByteView bytes);

    ByteView    view() const { return bytes_; }
    std::size_t size() const { return bytes_.size(); }
    /// What follows the header, still compressed.
    ByteView payload() const { return bytes_.subspan(batch_layout::header_size); }

    Offset       base_offset() const { return {load<std::int64_t>(batch_layout::base_offset)}; }
    std::int32_t last_offset_delta() const { return load<std::int32_t>(batch_layout::last_offset_delta); }
    /// Base offset and delta together; wraps around in a damaged batch.
    Offset        last_offset() const;
    Offset        next_offset() const;
    LeaderEpoch   leader_epoch() const { return LeaderEpoch{load<std::int32_t>(batch_layout::leader_epoch)}; }
    std::uint32_t crc() const { return load<std::uint32_t>(batch_layout::crc); }
    BatchAttributes attributes() const { return {load<std::int16_t>(batch_layout::attributes)}; }
    Timestamp       base_timestamp() const { return {load<std::int64_t>(batch_layout::base_timestamp)}; }
    Timestamp       max_timestamp() const { return {load<std::int64_t>(batch_layout::max_timestamp)}; }
    ProducerId      producer_id() const { return ProducerId{load<std::int64_t>(batch_layout::producer_id)}; }
    std::int16_t    producer_epoch() const { return load<std::int16_t>(batch_layout::producer_epoch); }
    std::int32_t    base_sequence() const { return load<std::int32_t>(batch_layout::base_sequence); }
    /// The last record's sequence: after 2^31 - 1 comes 0. -1 without a base sequence.
    std::int32_t last_sequence() const;
    std::int32_t records_count() const { return load<std::int32_t>(batch_layout::records_count); }

    bool        has_producer() const { return producer_id() != ProducerId::none; }
    BatchHeader header() const;
    /// Over everything from the attributes on: what the stored CRC should be.
    std::uint32_t computed_crc() const;
    bool          crc_matches() const { return crc() == computed_crc(); }

private:
    explicit BatchView(ByteView bytes) : bytes_(bytes) {}
    template <class T> T load(std::size_t at) const { return load_big<T>(bytes_.data() + at); }

    ByteView bytes_;
};

/// The batches that lie one after another in `bytes`, as in a segment or an answer to a fetch:
/// `while (auto batch = cursor.next()) ...`
class BatchCursor {
public:
    explicit BatchCursor(ByteView bytes) : rest_(bytes) {}

    /// Nothing at the end and at the first byte that is not a whole batch: `error()` tells the two apart.
    std::optional<BatchView> next();
    /// What follows the last batch that next() gave.
    ByteView rest() const { return rest_; }
    /// Why next() gave nothing; none where the bytes ended with a whole batch.
    std::optional<BatchError> error() const { return error_; }

private:
    ByteView                  rest_;
    std::optional<BatchError> error_;
};

} // namespace riacho::kafka
