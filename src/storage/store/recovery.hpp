#pragma once

#include "storage/store/file_store.hpp"
#include "storage/store/topics.hpp"
#include "storage/wal/scan.hpp"

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace riacho::storage {

/// Makes a store out of a folder: a new one, one that was left by a clean stop, or one that was not. In the
/// last case, in this order:
///
///     1  the checkpoint, and a first pass over the frames, which changes nothing
///     2  the end of the log: where nothing proves that the disk lost a frame
///     3  what is relied on is synced, the last frame and its file's header written again
///     4  the metadata, and with it the folders: who lives, who was deleted, who was never known
///     5  each partition that has entries: its recovery point, then its entries
///     6  scrubbing: nothing that was dropped can validate later
///     7  a checkpoint with one more start; then the marker of a clean stop goes; then frames are written
///
/// It can be interrupted anywhere and repeated. Nothing before 6 changes what a repetition reads.
class Recovery {
public:
    explicit Recovery(FileStore::Place place);

    Task<Outcome<std::unique_ptr<Store>, StoreError>> run();
    /// The folder is ours: nobody else runs on it.
    bool holds_folder() const { return store_->holds_lock(); }
    /// The same, and where something that was acknowledged is gone it goes on with what is left
    /// (docs/durability.md, "Told to go on"): after a failure of another one's `run`.
    Task<Outcome<std::unique_ptr<Store>, StoreError>> run_with_losses();
    /// After a failure.
    Task<> abandon();

private:
    using Done = Outcome<void, StoreError>;
    /// What the checkpoint and the first pass know of a partition.
    struct Facts {
        std::optional<PartitionPoint> point;
        Bytes                         producers;
        std::optional<ExternalBatch>  external; ///< of the last external batch in the log
        Offset                        log_start{0};
        std::optional<FrameNumber>    first_frame;
        std::uint64_t                 bytes = 0; ///< of its entries
    };
    using Replay = std::unordered_map<TopicPartition, std::vector<ReplayedEntry>>;
    struct Opening {
        TopicPartition             partition;
        std::string                topic;
        Recovered                  recovered;
        std::vector<ReplayedEntry> replay;
    };

    // recovery.cpp
    Task<Done> open_folder();
    Task<Done> after_crash();
    Task<Done> read_checkpoint_facts();
    Task<Done> first_pass();
    Task<Done> verify_end();
    Task<>     sync_what_is_relied_on();
    Task<>     write_last_frame_again();
    Task<Done> finish();
    Task<Done> change_mode();
    // recovery_logs.cpp
    Task<Outcome<Replay, StoreError>>       entries_of(std::vector<TopicPartition> partitions);
    Task<Done>                              open_metadata();
    Task<Done>                              read_metadata();
    Task<Done>                              open_logs();
    Task<Done>                              open_batch(std::vector<TopicPartition> partitions);
    Task<Outcome<void, LogDamage>>          open_recovered(TopicPartition             partition,
                                                           std::vector<ReplayedEntry> replay);
    Task<Outcome<void, LogDamage>>          open_one(Opening opening);
    Task<Outcome<RecoveryPoint, LogDamage>> point_of(TopicPartition partition, std::string topic);
    Recovered recovered_of(const Facts& facts, std::optional<RecoveryPoint> point) const;
    Task<>    close_the_rest();
    void      mark_offline(TopicPartition partition, const std::string& topic);
    // recovery_stranded.cpp
    Task<Done> strand(TopicPartition partition, std::string topic);
    Task<Done> leave_or_merge(TopicPartition partition, std::string topic);
    Task<bool> merge(TopicPartition partition, std::string topic);
    Task<Done> finish_merging();
    Task<>     tidy_stranded();
    // recovery_files.cpp
    Task<>     adopt_chain();
    Task<>     scrub();
    Task<>     scrub_file(std::string name);
    Task<Done> create();
    Task<Done> refuse_old_frames();
    Task<>     remove_wal_files();
    // recovery_clean.cpp
    Task<Done> after_clean_stop();
    Task<bool> is_as_left(const PartitionPoint& point, std::string topic);
    Task<Done> open_changed(std::vector<TopicPartition> folders);

    // recovery_losses.cpp
    Task<>       keep_copy_of_log();
    Task<Done>   read_facts_with_losses();
    Task<>       salvage_facts();
    Task<>       know_cut_of_metadata();
    Task<Replay> salvaged_entries(std::vector<TopicPartition> partitions);
    Task<Done>   open_with_losses(std::vector<TopicPartition> partitions);
    Task<Done>   open_one_with_losses(TopicPartition partition, std::string topic,
                                      std::vector<ReplayedEntry> entries);
    Task<Done>   open_all_with_losses(std::vector<TopicPartition> folders);
    Task<Done>   write_out_all();
    Task<>       begin_chain(std::uint64_t file_number);
    Task<>       collect_points();
    Task<>       remove_old_files(std::uint64_t below);

    io::Shard&         home() const { return *place_.world.shards[0]; }
    io::Disk&          disk() const { return place_.world.disk; }
    Done               refused(Failure<ScanError> why) const;
    const std::string* find_topic(const Uuid& id) const { return topics_.find_name(id); }

    FileStore::Place                          place_;
    std::unique_ptr<FileStore>                store_;
    Checkpoint                                checkpoint_;
    std::unordered_map<TopicPartition, Facts> facts_;
    KnownTopics                               topics_;
    std::vector<ChainFile>                    chain_;
    FrameNumber                               last_frame_;
    std::vector<TopicPartition>               merged_; ///< from stranded/, not yet durably
    Durability                                found_mode_ = Durability::synced;
};

} // namespace riacho::storage
