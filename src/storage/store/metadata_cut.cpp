// What a new snapshot of the metadata does: it becomes durable, and then, as in Kafka, snapshots that are too
// many or too old go, and with them the log up to where the oldest one that stays ends.
#include "base/log.hpp"
#include "io/run_on.hpp"
#include "storage/store/file_store.hpp"
#include "storage/store/metadata_files.hpp"

#include <algorithm>
#include <utility>

namespace riacho::storage {
namespace {

constexpr log::Logger cut_logger{"storage"};
constexpr std::size_t snapshot_key = 0; // any thread of the pool, the same each time

struct ToGo {
    std::vector<SnapshotId> snapshots;
    Offset                  below{0}; ///< the log, up to here
};

/// The newest one always stays.
ToGo expired_snapshots(const std::vector<SnapshotFile>& files, const SnapshotRetention& keep, LogBounds log,
                       std::uint64_t log_bytes, Timestamp now) {
    ToGo          go;
    std::uint64_t bytes = log_bytes;
    for (const SnapshotFile& file : files) bytes += file.bytes;
    for (std::size_t i = 0; i + 1 < files.size(); ++i) {
        const SnapshotFile& oldest = files[i];
        bool                is_too_much = keep.bytes && bytes > *keep.bytes;
        bool                is_too_old =
            keep.time && (!oldest.last_contained || now.ms - oldest.last_contained->ms > keep.time->count());
        if (oldest.id.until >= log.start && !is_too_much && !is_too_old) break;
        bytes -= oldest.bytes;
        go.snapshots.push_back(oldest.id);
        go.below = files[i + 1].id.until;
    }
    go.below = std::min({go.below, keep.log_from, log.end});
    return go;
}

} // namespace

Task<Outcome<std::optional<MetadataSnapshot>, StoreError>> FileStore::read_metadata_snapshot() {
    if (!found_snapshot_) co_return std::optional<MetadataSnapshot>{};
    auto found = co_await storage::read_metadata_snapshot(place_.world.disk, place_.layout, *found_snapshot_);
    if (!found)
        co_return fail(StoreError::damaged,
                       fmt::format("{}: {}", snapshot_name(*found_snapshot_), found.error().detail));
    co_return std::optional(*std::move(found));
}

Task<Outcome<void, StoreError>> FileStore::keep_metadata_snapshot(MetadataSnapshot  snapshot,
                                                                  SnapshotRetention keep) {
    home().check_here();
    io::Shard&  thread = place_.world.pool.thread_for(snapshot_key);
    std::string failure;
    try {
        // It may not outlive what it is of: with durability=os the frames are only written.
        if (auto durable = co_await wal_.sync_frames(home()); !durable)
            co_return fail(StoreError::disk, "the write-ahead log has failed");
        co_await io::run_on(thread, home(),
                            write_metadata_snapshot(place_.world.disk, place_.layout, std::move(snapshot)));
        co_await cut_metadata(keep);
    } catch (const io::DiskError& error) { failure = error.what(); }
    if (!failure.empty()) co_return fail(StoreError::disk, std::move(failure));
    co_return Outcome<void, StoreError>{};
}

/// Behind a snapshot that this life has made durable, and nothing else.
Task<> FileStore::cut_metadata(SnapshotRetention keep) {
    Log* log = logs_of(cluster_metadata).find(cluster_metadata);
    if (!log) co_return;
    io::Shard& thread = place_.world.pool.thread_for(snapshot_key);
    auto       files =
        co_await io::run_on(thread, home(), list_metadata_snapshots(place_.world.disk, place_.layout));
    if (deleted_ == Removal::left_to_next_start) keep.log_from = {0};
    ToGo go = expired_snapshots(files, keep, {log->log_start(), log->high_watermark()}, log->size_bytes(),
                                place_.world.clock.wall());
    if (go.below > log->log_start()) {
        auto moved = co_await log->move_log_start(go.below);
        if (!moved) {
            cut_logger.warn("__cluster_metadata-0 is not cut: {}", moved.error().detail);
            co_return;
        }
        cut_logger.info("__cluster_metadata-0 is cut behind a snapshot, it starts at {}", moved->value);
    }
    co_await io::run_on(thread, home(),
                        remove_metadata_snapshots(place_.world.disk, place_.layout, std::move(go.snapshots)));
}

} // namespace riacho::storage
