#pragma once

#include "io/group.hpp"
#include "io/inbox.hpp"
#include "storage/store.hpp"
#include "storage/store/ballast.hpp"
#include "storage/store/checkpoint.hpp"
#include "storage/store/folders.hpp"
#include "storage/store/kafka_files.hpp"
#include "storage/store/registry.hpp"
#include "storage/store/topics.hpp"
#include "storage/wal/file_wal.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace riacho::storage {

using LogOptionsOf = std::function<LogOptions(std::string_view topic)>;

/// The store over a disk. Recovery (recovery.hpp) fills it, `start` lets it run.
class FileStore final : public Store, private LogWatch {
public:
    struct Place {
        io::World&   world;
        Layout       layout;
        StoreOptions options;
        LogOptionsOf log_options;
    };
    explicit FileStore(Place place);
    ~FileStore() override;

    io::Shard&         shard_of(TopicPartition partition) const override;
    std::uint32_t      starts() const override { return starts_; }
    const std::string& cluster_id() const override { return cluster_id_; }
    std::string        log_folder() const override { return place_.layout.log(); }
    Wal&               wal() override { return wal_; }

    Task<Outcome<Log*, LogDamage>> open_log(TopicPartition partition, std::string name,
                                            LogOptions options) override;
    bool                           holds(TopicPartition partition) const override;
    void                           set_options(TopicPartition partition, const LogOptions& options) override;
    Task<Removal>                  remove_log(TopicPartition partition, std::string name) override;
    Task<Outcome<std::optional<MetadataSnapshot>, StoreError>> read_metadata_snapshot() override;
    Task<Outcome<void, StoreError>> keep_metadata_snapshot(MetadataSnapshot  snapshot,
                                                           SnapshotRetention keep) override;
    Task<>                          checkpoint() override;
    Task<>                          clean() override;
    void                            set_cleaner(const CleanerOptions& options) override;
    Task<>                          stop(Time deadline) override;

    // -- for recovery, before `start`
    FileWal&   file_wal() { return wal_; }
    ShardLogs& logs_of(TopicPartition partition) const;
    Log::Place log_place(TopicPartition partition, std::string_view topic, LogOptions options);
    void       hold(std::unique_ptr<io::FileLock> lock) { lock_ = std::move(lock); }
    bool       holds_lock() const { return lock_ != nullptr; }
    void       set_cluster_id(std::string id) { cluster_id_ = std::move(id); }
    /// The checkpoint that is on the disk, or nothing yet.
    const Checkpoint& last() const { return last_; }
    void              set_last(Checkpoint checkpoint) { last_ = std::move(checkpoint); }
    /// Makes it the last one. Throws DiskError.
    Task<> make_durable(Checkpoint next, std::vector<ProducersOf> producers);
    std::vector<std::unique_ptr<ShardLogs>>& shard_logs() { return logs_; }
    /// What Kafka's cleaner-offset-checkpoint says of the topics that live.
    Task<> load_cleaned_offsets(const KnownTopics& topics);
    /// The partitions that have a folder; those made from here on have none until they are written out.
    void set_folders(const TidyFolders& tidy) {
        folders_ = {tidy.found.begin(), tidy.found.end()};
        deleted_ = tidy.deleted;
    }
    /// The one that the start relies on.
    void              set_metadata_snapshot(std::optional<SnapshotId> id) { found_snapshot_ = id; }
    Recovered::Folder folder_of(TopicPartition partition) const {
        return folders_.contains(partition) ? Recovered::Folder::perhaps : Recovered::Folder::none;
    }
    /// Frames are written from here on.
    Task<> start();
    /// Ends what was opened and started, as it stands.
    Task<> abandon();

private:
    enum class Stop { complete, out_of_time };
    enum class Phase { opening, running } phase_ = Phase::opening;

    io::Shard& home() const { return *place_.world.shards[0]; }
    ShardLogs& logs_at(io::Shard& shard) const;

    // checkpointer.cpp
    Task<>          run_checkpoints();
    Task<>          wake_regularly();
    Task<Collected> collect(FrameNumber handed_out);
    Task<Collected> collect_shard(ShardLogs& logs, FrameNumber handed_out);
    Task<>          release(Checkpoint durable);
    Task<Collected> set_aside(Collected collected);
    Task<bool>      strand(Collected::ToStrand which);
    void            went_offline(TopicPartition partition) override;
    // cleaner.cpp
    struct Candidate;
    Task<>                       run_cleaner();
    Task<std::vector<Candidate>> look_for_dirt();
    Task<>                       look_at_shard(ShardLogs& logs, std::vector<Candidate>& found);
    Task<>                       clean_one(ShardLogs& logs, TopicPartition partition, CleanerOptions options);
    Task<>                       stop_cleaning();
    Task<>                       keep_cleaned_offsets();
    Task<>                       add_cleaned(ShardLogs& logs, std::vector<TopicOffset>& to);
    // metadata_cut.cpp
    Task<> cut_metadata(SnapshotRetention keep);
    // tails.cpp
    Task<> watch_tails();
    Task<> write_out_tails(ShardLogs& logs);
    // clean_stop.cpp
    Task<Stop>       close_logs(Time deadline, Collected& collected);
    Task<Stop>       close_shard(ShardLogs& logs, Time deadline, Collected& collected);
    Task<>           close_unopened(ShardLogs& logs, TopicPartition partition, Collected& collected);
    Task<>           stop_logs();
    Task<>           drop_logs();
    Task<>           leave_clean(Collected collected);
    Task<LeftBehind> left_behind(Collected collected);

    Place                                   place_;
    std::unique_ptr<io::FileLock>           lock_;
    std::string                             cluster_id_;
    std::uint32_t                           starts_ = 0; ///< of `last_`, for shards that may not look there
    Checkpoint                              last_; // durable, or perhaps durable; its number is the highest
    MemoryBudget                            tails_;
    DiskSpace                               space_;
    Ballast                                 ballast_;
    io::Inbox<CheckpointReason>             reasons_;
    FileWal                                 wal_;
    std::vector<std::unique_ptr<ShardLogs>> logs_; // one per shard
    std::unordered_set<TopicPartition>      folders_;
    Removal                       deleted_ = Removal::complete; // of topics deleted in earlier lives
    std::optional<SnapshotId>     found_snapshot_;
    io::Mutex                     checkpointing_;
    io::Event                     stopping_;
    io::Mutex                     cleaning_;
    std::optional<TopicPartition> being_cleaned_;
    std::vector<TopicOffset>      cleaned_offsets_; // as they are on the disk
    io::Group                     group_;           // of the first shard
};

} // namespace riacho::storage
