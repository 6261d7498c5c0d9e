#pragma once

#include "io/event.hpp"
#include "io/group.hpp"
#include "io/run_on.hpp"
#include "storage/clean/group_rewrite.hpp"
#include "storage/log/leader_epochs.hpp"
#include "storage/log/log.hpp"
#include "storage/log/log_files.hpp"
#include "storage/log/producer_state.hpp"
#include "storage/log/tail.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace riacho::storage {

AppendError append_error(WalError error);

/// The Log of one partition on its shard: numbers, tail, what is published. Files are LogFiles' business, on
/// the partition's pool thread.
///
/// The offsets, from left to right:
///
///     log_start ..... written_end() ......... high_watermark ......... end
///       │  in segments     │  tail, durable         │  tail, in flight   │
///
/// A batch moves only to the left. What a number promises: below `high_watermark_` all is durable in the WAL
/// or synced; below `written_end()` all was given to the segment files, synced or not.
class PartitionLog final : public Log {
public:
    /// Durable bytes in the tail that start a write-out.
    static constexpr std::uint64_t write_out_bytes = 1 << 20;
    /// Most bytes that one job writes out.
    static constexpr std::size_t job_bytes_max = 16 << 20;

    struct Opened {
        std::unique_ptr<LogFiles>    files;
        std::deque<PublishedSegment> segments;
        Offset                       log_start{0};
        Offset                       end{0}; ///< of what is in the segments
        RecoveryPoint                point;
        Bytes                        producer_state; ///< at `point`
    };
    PartitionLog(Place place, Opened opened);
    ~PartitionLog() override;

    Offset        log_start() const override { return log_start_; }
    Offset        high_watermark() const override { return high_watermark_; }
    Offset        end() const override { return end_; }
    LeaderEpoch   last_epoch() const override { return epochs_.last(high_watermark_); }
    bool          is_offline() const override { return is_offline_; }
    void          set_observer(LogObserver* observer) override { observer_ = observer; }
    void          set_options(const LogOptions& options) override { place_.options = options; }
    std::uint64_t size_bytes() const override;
    EpochEnd epoch_end(LeaderEpoch epoch) const override { return epochs_.end_of(epoch, high_watermark_); }
    std::uint64_t unwritten_bytes() const override { return tail_.durable_bytes(); }

    Task<Outcome<Appended, AppendError>>   append(Bytes batch, LeaderEpoch epoch, Time deadline) override;
    Task<Outcome<ReadResult, ReadError>>   read(Offset from, Offset below, ReadRoom room) override;
    Task<std::optional<KeySnapshot>>       read_snapshot() override;
    Task<std::optional<TimestampedOffset>> find_timestamp(Timestamp at) override;
    Task<std::optional<TimestampedOffset>> find_max_timestamp() override;
    Task<Outcome<Offset, AppendError>>     move_log_start(Offset to) override;
    Task<>                                 enforce_retention() override;
    Task<LogCheckpoint>                    checkpoint() override;
    Task<>                                 settled() override;
    Task<>                                 write_out() override;
    Task<>                                 release(DurableCheckpoint durable) override;
    Task<CleanState>                       clean_state() override;
    Task<>                                 clean(CleanerOptions options) override;
    void                                   stop_cleaning() override { cleaning_ends_.set(); }
    Offset                                 cleaned_until() const override { return cleaned_until_; }
    void                set_cleaned_until(Offset offset) override { cleaned_until_ = offset; }
    Task<LogCheckpoint> close_cleanly() override;
    Task<>              remove() override;
    Task<>              stop() override;

    // -- for open_log
    /// Applies a batch that recovery found in the WAL behind the segments' end.
    void replay(const ReplayedEntry& entry);
    /// The ring has an entry of a large batch in that segment.
    void note_external(FrameNumber frame, Offset segment_base);
    /// Nobody has what lies before it.
    void skip_to(Offset offset) { end_ = high_watermark_ = offset; }
    /// After the last one: the log starts at `start`, and ends there if it would end before.
    void finish_replay(Offset start);

private:
    using Turn = io::Mutex::Turn;
    using Duplicate = ProducerStates::Duplicate;
    struct Numbered {
        Bytes       bytes;
        Offset      base;
        Offset      last;
        LeaderEpoch epoch;
    };

    // append.cpp
    std::optional<AppendError>           refusal() const;
    Task<Outcome<Appended, AppendError>> answer_duplicate(Duplicate duplicate, Time deadline);
    Task<std::optional<AppendError>>     admit(Bytes batch, Time deadline);
    Task<bool>                           make_tail_room(Bytes batch, Time deadline);
    Numbered                             number(Bytes batch, LeaderEpoch epoch);
    void                                 publish(Offset last);
    void                                 fail_storage(WalError error);
    Task<Outcome<FrameNumber, WalError>> to_wal(Entry entry);
    Entry                                entry_of(EntryKind kind, const Numbered& batch, Bytes bytes) const;
    // external_append.cpp
    bool                                 is_external(const Bytes& batch) const;
    Task<Outcome<Appended, AppendError>> append_external(Bytes batch, LeaderEpoch epoch, Time deadline);
    Task<std::optional<AppendError>>     put_external(Bytes batch, ExternalBatch& placed);
    Task<>                               take_back_external();
    Task<bool>                           wait_until_all_is_durable(Time deadline);
    // write_out.cpp
    void   maybe_write_out();
    Task<> write_out_in_background();
    /// The files' turn is held. False when something durable is left in the tail.
    Task<bool>                 write_out_durable();
    void                       apply(FilesChange change);
    void                       go_offline(const std::string& why);
    LogFiles::Job              job() const;
    Offset                     written_end() const { return tail_.is_empty() ? end_ : tail_.front().base; }
    template <class T> Task<T> on_pool(Task<T> work);
    // checkpoint.cpp
    LogCheckpoint              take(std::optional<LogFiles::Synced> synced);
    std::optional<FrameNumber> needs_from() const;
    // read.cpp
    /// The one that holds `offset`, or the first one behind it.
    std::optional<PublishedSegment> segment_from(Offset offset) const;
    bool                            is_in_tail(Offset offset) const;
    // timestamps.cpp
    using BatchSearch = std::optional<TimestampedOffset> (*)(ByteView batch, Timestamp, Offset from);
    Task<std::optional<TimestampedOffset>> search(BatchSearch search, Bytes batch, Timestamp at, Offset from);
    Task<std::optional<Bytes>>             batch_with_timestamp(Offset from, Timestamp at);
    Task<std::optional<TimestampedOffset>> max_of_segment(PublishedSegment at, Timestamp above);
    // retention.cpp
    Task<>    release_segments(DurableCheckpoint checkpoint);
    Task<>    roll_if_old();
    Offset    retention_start() const;
    Task<>    roll();
    bool      is_expired(Timestamp largest) const;
    Timestamp largest_of_last() const;
    // keep_snapshot.cpp
    std::string key_snapshot_path() const;
    Task<>      keep_snapshot(Offset until);
    // cleaning.cpp
    struct Pass;
    using Group = std::vector<PublishedSegment>;
    SegmentToClean              to_clean(const SegmentInfo& info) const;
    std::vector<SegmentToClean> segments_to_clean() const;
    Offset                      clean_limit() const;
    Offset                      clean_limit_after_checkpoint() const;
    Task<>                      learn_first_timestamp();
    Task<>                      start_pass(CleanerOptions options);
    Task<>                      run_pass(Pass& pass);
    Task<bool>                  note_dirty_keys(Pass& pass);
    Task<bool>                  rewrite_group(Pass& pass, Group group);
    Task<bool>                  run_slices(Pass& pass, GroupRewrite& rewrite);
    Task<bool>                  swap_group(Group group);
    Task<bool> pause_cleaning(const CleanerOptions& options, Time began, std::uint64_t bytes);
    void       end_cleaning(const std::string& why);

    Place                        place_;
    io::Shard&                   shard_;
    io::Shard&                   thread_;
    Tail                         tail_;
    ProducerStates               producers_; ///< with what is in flight
    LeaderEpochs                 epochs_;    ///< likewise
    Offset                       log_start_{0};
    Offset                       high_watermark_{0};
    Offset                       end_{0};
    std::deque<PublishedSegment> segments_;
    LogCheckpoint                last_checkpoint_;
    std::optional<FrameNumber>   unsynced_from_; ///< the oldest frame of what is in files and not yet synced
    std::optional<AppendError>   stopped_by_;    ///< the WAL failed, or the log stops
    bool                         is_offline_ = false;
    bool                         is_writing_out_ = false;
    std::size_t                  in_wal_ = 0;         ///< entries that are on their way to be durable
    Time                         write_out_again_{0}; ///< not before, after the disk was full
    LogObserver*                 observer_ = nullptr;
    Offset                       snapshot_until_{0}; ///< of the keys; durable
    std::uint64_t                snapshot_bytes_ = 0;
    std::uint64_t                appended_bytes_ = 0; ///< since then
    Offset                       cleaned_until_{0};
    Offset clean_below_{0};      ///< segments that end later are still of recovery's business
    Offset rolled_until_{0};     ///< the last segment ends there and takes no more
    bool   is_cleanable_ = true; ///< nothing damaged was found
    /// What entries of the ring may refer to: by frame, the segments of large batches.
    std::deque<std::pair<FrameNumber, Offset>> externals_;
    std::unique_ptr<LogFiles>                  files_;
    io::Mutex appending_; ///< batches get their numbers in the order of the calls
    io::Mutex file_turn_; ///< one job on the files at a time; taken after `appending_`
    io::Event moved_;     ///< the high watermark did, or never will again
    io::Mutex cleaning_;  ///< held during a pass
    io::Event cleaning_ends_;
    io::Group work_;
};

template <class T> Task<T> PartitionLog::on_pool(Task<T> work) {
    return io::run_on(thread_, shard_, std::move(work));
}

} // namespace riacho::storage
