#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "storage/log/index_file.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace riacho::storage {

/// One batch as the indexes see it.
struct PlacedBatch {
    std::uint64_t position = 0;
    std::uint32_t size = 0;
    Offset        last;
    Timestamp     max_timestamp;
};

/// A segment's two sparse indexes, in Kafka's bytes, big endian, with offsets relative to the segment's base:
///
///   .index      int32 last offset of a batch · int32 position of that batch
///   .timeindex  int64 largest timestamp so far · int32 last offset of the batch that has it
///
/// An entry is made for a batch once more than index.interval.bytes lie before it since the last one; entries
/// rise strictly. At a roll the .timeindex gets the segment's largest timestamp, if it does not have it.
class SegmentIndexes {
public:
    SegmentIndexes(io::Disk& disk, const std::string& folder, Offset base, std::string_view suffix = {});

    /// A batch lies at the end of the segment.
    void note(const PlacedBatch& batch, std::uint32_t interval_bytes);
    /// No batch follows.
    void finish();

    Task<>      flush();
    Task<>      sync();
    Task<>      create();
    std::size_t count() const { return offsets_.count(); }
    void        close();
    Task<>      pin();

    /// Where to look for `offset`: a batch that begins there has it, or one behind it.
    struct Place {
        std::uint64_t         position = 0;
        std::optional<Offset> reaches; ///< the batch there does not begin behind it, if the entry is right
    };
    Task<Place> place_of(Offset offset);
    /// Every batch whose last offset is at most this one has smaller timestamps only; base - 1 if unknown.
    Task<Offset> last_offset_before(Timestamp at);

    Timestamp max_timestamp() const { return max_timestamp_; }
    /// The last offset of the first batch that has the largest timestamp.
    Offset max_timestamp_offset() const { return max_timestamp_offset_; }

    /// For a segment that a crash may have left, that ends at `end` and is `bytes` long: keeps the entries
    /// that can be trusted and cuts the rest. The batches from the place on must be noted again.
    Task<Place> repair(Offset end, std::uint64_t bytes);
    /// Empties both: all batches must be noted again.
    Task<> forget();
    /// For a closed one: believes what is there. False when that cannot be.
    Task<bool> load_closed(Offset end, std::uint64_t bytes);

private:
    Task<Place>       place_at(std::size_t count);
    Task<std::size_t> trusted_offsets(Offset end, std::uint64_t bytes);
    Task<std::size_t> trusted_times(Offset end);
    Task<>            take_last_time(std::size_t count);
    void              append_time();

    Offset        base_;
    IndexFile     offsets_;
    IndexFile     times_;
    std::uint64_t bytes_since_entry_ = 0;
    Timestamp     max_timestamp_;
    Offset        max_timestamp_offset_;
    Timestamp     last_time_entry_;
};

} // namespace riacho::storage
