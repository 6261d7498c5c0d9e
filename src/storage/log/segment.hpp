#pragma once

#include "base/bytes.hpp"
#include "base/memory_budget.hpp"
#include "io/disk.hpp"
#include "kafka/batch/batch_view.hpp"
#include "storage/log/batch_scanner.hpp"
#include "storage/log/log.hpp"
#include "storage/log/segment_indexes.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace riacho::storage {

/// What is known of a segment without looking into it.
struct SegmentInfo {
    Offset        base;
    Offset        end;
    std::uint64_t bytes = 0;
    Timestamp     first_timestamp; ///< the largest of its first batch; -1 in an empty segment
    Timestamp     max_timestamp;
    Offset        max_timestamp_offset; ///< the last one of the batch that has it
};

/// What part of a segment a reader may see: what had been written when it asked.
struct SegmentBounds {
    std::uint64_t bytes = 0;
    Offset        from;  ///< the log start, or where to begin
    Offset        below; ///< no batch that begins here or later
};

/// One segment: `<base>.log` with its indexes. Used on the partition's pool thread. Written by one job at a
/// time; any number of reads may be under way.
class Segment {
public:
    /// Writes push at most this much at a time to the disk, so that no sync of the WAL finds more before it.
    static constexpr std::size_t write_bytes_max = 1 << 20;

    /// `suffix` is what its files' names have behind Kafka's, while it is being made.
    Segment(io::Disk& disk, std::string folder, Offset base, std::string_view suffix = {});

    const SegmentInfo& info() const { return info_; }
    std::size_t        index_entries() const { return indexes_.count(); }
    std::uint64_t      bytes_since_index_sync() const { return info_.bytes - indexes_synced_at_; }

    /// Makes the file, or empties one that is there.
    Task<> create();
    /// A closed segment as it lies, which ends where the next begins; indexes that cannot be are rebuilt.
    /// Fails on what is not a chain of batches.
    Task<Outcome<void, LogDamage>> load_closed(Offset end, std::uint32_t index_interval_bytes);
    /// The last segment: cuts everything past `bytes`, where the log ends at `end`.
    Task<Outcome<void, LogDamage>> load_last(Offset end, std::uint64_t bytes,
                                             std::uint32_t index_interval_bytes);
    /// Bytes of the file, which may be more than `info().bytes`.
    Task<std::uint64_t> file_bytes();

    /// Writes whole batches at the end and counts them in.
    Task<> append(std::vector<ByteView> batches, std::uint32_t index_interval_bytes);
    /// The two halves of it: a failure of the first leaves the segment as it was, but for bytes behind its
    /// end.
    Task<> write(std::vector<ByteView> pieces);
    void   count_in(const kafka::BatchView& batch, std::uint32_t index_interval_bytes);
    /// Removes what `write` left behind the end.
    Task<> cut_back();

    Task<> sync_log();
    bool   has_failed_sync() const { return has_failed_sync_; }
    Task<> flush_indexes() { return indexes_.flush(); }
    Task<> sync_indexes();
    /// No batch follows: last index entries, everything synced.
    Task<> seal();
    /// Closes the files, which are synced.
    void close();
    /// Opens its files, so that reads that are under way outlive their names.
    Task<> pin();
    /// Of the first batch; -1 where there is none.
    Task<Timestamp> read_first_timestamp();
    /// Renames the files to ".deleted" and unlinks them.
    Task<> remove();

    /// As Log::read. Nothing in it when the segment has no such batch.
    Task<ReadResult> read(SegmentBounds bounds, ReadRoom room);
    /// The batch that holds `bounds.from`, or the first one behind it; whole.
    Task<std::optional<Bytes>> batch_at(SegmentBounds bounds);
    /// The first batch from `bounds.from` on whose largest timestamp is `at` or later; whole.
    Task<std::optional<Bytes>> batch_with_timestamp(SegmentBounds bounds, Timestamp at);

    Task<Bytes> load(std::uint64_t position, std::size_t size);

    const std::string& path() const { return log_.path(); }

private:
    struct Hint {
        Offset        offset;
        std::uint64_t position = 0;
    };
    using Found = BatchScanner::Found;
    Task<std::optional<Found>>     find(SegmentBounds bounds);
    Task<std::uint64_t>            begin_for(Offset offset, std::uint64_t bytes);
    void                           remember(Offset offset, std::uint64_t position);
    Task<Outcome<void, LogDamage>> scan_into_indexes(SegmentIndexes::Place from, std::uint32_t interval);

    io::Disk&         disk_;
    std::string       folder_;
    SegmentInfo       info_;
    io::CachedFile    log_;
    SegmentIndexes    indexes_;
    std::uint64_t     indexes_synced_at_ = 0;
    bool              is_dirty_ = false;
    bool              has_failed_sync_ = false;
    std::vector<Hint> hints_; // where the last reads ended: the next ones begin there
    std::size_t       next_hint_ = 0;
};

} // namespace riacho::storage
