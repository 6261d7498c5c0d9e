#pragma once

#include "storage/log/leader_epochs.hpp"
#include "storage/log/log.hpp"
#include "storage/log/producer_state.hpp"
#include "storage/log/segment.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace riacho::storage {

using SegmentPtr = std::shared_ptr<Segment>;

/// A segment and how far its log has published it: the shard's copy of what a pool thread writes.
struct PublishedSegment {
    SegmentPtr  segment;
    SegmentInfo info;

    /// What of it lies from `from` on and below `below`. What begins behind its end is not its own: the disk
    /// gave something else.
    SegmentBounds bounds(Offset from, Offset below) const {
        return {info.bytes, std::max(from, info.base), std::min(below, info.end)};
    }
};

/// What one job on the files did.
struct FilesChange {
    std::size_t batches = 0; ///< that are written out now
    /// From the segment that was the last one before the job, if any, to the last one now.
    std::vector<PublishedSegment> segments;
    struct Failure {
        std::string text;
        enum class Kind { full, passing, broken } kind = Kind::broken;
    };
    std::optional<Failure> failure;
};

/// The system had no descriptor or no memory for a call: says nothing about the file, and is tried again.
bool is_passing(const io::DiskError& error);

/// The folder of one partition, and what has been written there: segments, and producers and epochs as of the
/// last batch that was written. Used on the partition's pool thread, one job at a time.
class LogFiles {
public:
    struct Place {
        io::Disk&      disk;
        std::string    folder;
        TopicPartition partition;
    };
    explicit LogFiles(Place place) : place_(std::move(place)) {}

    /// What a job needs of its log.
    struct Job {
        LogOptions options;
        Timestamp  now;
        Offset     log_start{0};
    };

    /// Appends durable batches, rolling where it is time. Never throws DiskError: the change says how far it
    /// came; what was not written may come again.
    Task<FilesChange> write_out(std::vector<Bytes> batches, Job job);
    /// Puts one batch behind all others and syncs it with its names, without counting it in.
    struct External {
        ExternalBatch batch;
        FilesChange   change;
    };
    Task<External> write_external(Bytes batch, Job job);
    /// The batch of `write_external` counts, or never was.
    Task<FilesChange> keep_external(Bytes batch, Job job);
    Task<FilesChange> cut_external();

    /// Ends the last segment, so that the next batch opens another. Nothing when it is empty.
    Task<FilesChange> roll(Job job);

    struct Synced {
        RecoveryPoint                       point;
        Bytes                               producer_state;
        std::optional<FilesChange::Failure> failure;
    };
    /// Syncs the last segment and new names, writes the epochs if they changed.
    Task<Synced> sync(Job job);
    /// The same with indexes, .snapshot and exact lengths, then closes the files.
    Task<Synced> close_cleanly(Job job);
    /// Unlinks segments that nobody needs any more. Throws DiskError.
    Task<> remove(std::vector<SegmentPtr> segments);
    /// A rewritten group takes the place of its segments, step by step (segment_swap.hpp).
    struct Swapped {
        SegmentPtr                          segment;
        std::optional<FilesChange::Failure> failure;
    };
    Task<Swapped> swap(std::vector<SegmentPtr> group, Job job);
    /// Of all producers as of the last batch that was written.
    LastOffsets last_offsets() const { return producers_.last_offsets(); }
    /// Renames the folder away, durably, and removes it. Throws DiskError.
    Task<> remove_folder();

    /// What recovery found and built: before the first job.
    struct Loaded {
        std::vector<SegmentPtr> segments;
        Offset                  end{0};
        ProducerStates          producers;
        LeaderEpochs            epochs;
        bool                    has_folder = false;
        bool                    has_new_epochs = false; ///< the file of epochs is not what they are now
        /// The last segment takes no more batches: the recovery point is behind it.
        bool is_sealed = false;
    };
    void load(Loaded loaded);

    Offset                end() const { return end_; }
    const ProducerStates& producers() const { return producers_; }
    const LeaderEpochs&   epochs() const { return epochs_; }
    /// The log starts later than all there is.
    void          move_end(Offset end) { end_ = end; }
    RecoveryPoint point() const;

private:
    /// Batches that go to the last segment in one write.
    struct Run {
        std::vector<kafka::BatchView> batches;
        std::uint64_t                 bytes = 0;
    };

    Task<>     ensure_folder();
    Task<>     take_folder();
    Task<bool> has_begun_folder();
    Task<>     ensure_segment(const kafka::BatchView& next, Run& run, const Job& job, FilesChange& change);
    bool       needs_roll(const kafka::BatchView& next, const Run& run, const Job& job) const;
    Task<>     write_run(Run& run, const Job& job, FilesChange& change);
    Task<>     seal_last();
    Task<>     write_snapshot();
    Task<>     write_epochs(Offset log_start);
    Task<>     sync_names();
    void       count_in(const kafka::BatchView& batch, const Job& job);
    void       publish_last(FilesChange& change) const;
    FilesChange::Failure failure_of(const io::DiskError& error) const;

    Place          place_;
    SegmentPtr     last_;
    bool           is_sealed_ = false; ///< the last segment takes no more
    Offset         end_{0};
    ProducerStates producers_;
    LeaderEpochs   epochs_;
    bool           has_folder_ = false;
    bool           has_new_names_ = false;
    bool           has_new_epochs_ = false;
};

} // namespace riacho::storage
