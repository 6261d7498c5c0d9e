#include "base/log.hpp"
#include "base/planted.hpp"
#include "io/disk.hpp"
#include "storage/clean/segment_swap.hpp"
#include "storage/log/log_files.hpp"
#include "storage/log/partition_metadata.hpp"

#include <algorithm>
#include <utility>

namespace riacho::storage {

namespace {

constexpr log::Logger   log_folder_logger{"storage"};
constexpr std::uint64_t index_sync_bytes = 64 << 20;

} // namespace

/// The folder is this topic's when it ends, its metadata and its name are synced: before the first byte.
Task<> LogFiles::take_folder() {
    std::string parent = parent_folder(place_.folder);
    std::string metadata = place_.folder + "/partition.metadata";
    if (co_await place_.disk.exists(place_.folder)) {
        auto content = co_await io::read_file(place_.disk, metadata);
        auto owner = content ? parse_partition_metadata(as_text(content->view())) : std::nullopt;
        if (owner && *owner != place_.partition.topic_id) {
            std::string removed = removed_folder(place_.folder, *owner);
            co_await place_.disk.remove_folder(removed);
            co_await place_.disk.rename(place_.folder, removed);
            co_await place_.disk.sync_folder(parent);
            co_await place_.disk.remove_folder(removed);
        }
    }
    co_await place_.disk.make_folder(place_.folder);
    Bytes text = Bytes::copy_of(partition_metadata_text(place_.partition.topic_id));
    co_await io::replace_file(place_.disk, metadata, std::move(text));
    co_await place_.disk.sync_folder(parent);
}

Task<> LogFiles::ensure_folder() {
    if (has_folder_) co_return;
    co_await take_folder();
    has_folder_ = true;
}

/// Taking it may have failed when it was ours already.
Task<bool> LogFiles::has_begun_folder() {
    auto content = co_await io::read_file(place_.disk, place_.folder + "/partition.metadata");
    auto owner = content ? parse_partition_metadata(as_text(content->view())) : std::nullopt;
    co_return owner == place_.partition.topic_id;
}

Task<> LogFiles::write_snapshot() {
    Bytes content = producers_.snapshot(ProducerStates::Detail::last_batch);
    co_await io::replace_file(place_.disk, segment_path(place_.folder, end_, ".snapshot"),
                              std::move(content));
}

Task<> LogFiles::write_epochs(Offset log_start) {
    if (!has_new_epochs_ || !has_folder_) co_return;
    epochs_.trim(log_start);
    Bytes text = Bytes::copy_of(epochs_.text());
    co_await io::replace_file(place_.disk, place_.folder + "/leader-epoch-checkpoint", std::move(text));
    has_new_epochs_ = false;
}

Task<> LogFiles::sync_names() {
    if (!has_new_names_ || !has_folder_) co_return;
    if (!planted(Planted::no_folder_sync)) co_await place_.disk.sync_folder(place_.folder);
    has_new_names_ = false;
}

Task<LogFiles::Synced> LogFiles::sync(Job job) {
    Synced synced;
    try {
        if (last_) {
            co_await last_->sync_log();
            if (last_->bytes_since_index_sync() >= index_sync_bytes) co_await last_->sync_indexes();
        }
        producers_.expire(job.now, job.options.producer_id_expiration_ms);
        co_await write_epochs(job.log_start);
        co_await sync_names();
        synced.point = point();
        if (!producers_.is_empty())
            synced.producer_state = producers_.snapshot(ProducerStates::Detail::all_batches);
    } catch (const io::DiskError& error) { synced.failure = failure_of(error); }
    co_return synced;
}

Task<LogFiles::Synced> LogFiles::close_cleanly(Job job) {
    std::optional<FilesChange::Failure> failure;
    try {
        if (last_ && !is_sealed_ && last_->info().end == end_) {
            co_await last_->cut_back();
            co_await last_->seal();
            co_await write_snapshot();
            has_new_names_ = true;
        }
        has_new_epochs_ = has_new_epochs_ || !epochs_.starts().empty();
    } catch (const io::DiskError& error) { failure = failure_of(error); }
    Synced synced = co_await sync(job);
    if (failure) synced.failure = std::move(failure);
    if (last_ && !synced.failure) last_->close();
    co_return synced;
}

Task<> LogFiles::remove(std::vector<SegmentPtr> segments) {
    for (const SegmentPtr& segment : segments) {
        check(segment != last_ || is_sealed_, "the segment that is written is never removed");
        co_await segment->remove();
    }
}

Task<LogFiles::Swapped> LogFiles::swap(std::vector<SegmentPtr> group, Job job) {
    Swapped swapped;
    Offset  base = group.front()->info().base;
    Offset  end = group.back()->info().end;
    if (std::ranges::find(group, last_) != group.end()) {
        check(is_sealed_, "the segment that is written is never compacted");
        last_.reset();
    }
    try {
        std::vector<Offset> replaced;
        for (const SegmentPtr& old : group) {
            co_await old->pin();
            replaced.push_back(old->info().base);
        }
        co_await swap_segments(place_.disk, place_.folder, base, std::move(replaced));
        swapped.segment = std::make_shared<Segment>(place_.disk, place_.folder, base);
        auto loaded = co_await swapped.segment->load_closed(end, job.options.index_interval_bytes);
        if (!loaded) swapped.failure = {loaded.error().detail};
    } catch (const io::DiskError& error) { swapped.failure = {error.what()}; }
    co_return swapped;
}

Task<> LogFiles::remove_folder() {
    last_.reset();
    if (!has_folder_ && !co_await has_begun_folder()) co_return;
    has_folder_ = false;
    std::string removed = removed_folder(place_.folder, place_.partition.topic_id);
    log_folder_logger.info("removing {}", place_.folder);
    co_await place_.disk.remove_folder(removed);
    co_await place_.disk.rename(place_.folder, removed);
    co_await place_.disk.sync_folder(parent_folder(place_.folder));
    co_await place_.disk.remove_folder(removed);
}

} // namespace riacho::storage
