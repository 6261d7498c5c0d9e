#include "storage/store/recovery.hpp"

#include "base/log.hpp"
#include "codec/uuid.hpp"
#include "storage/store/folders.hpp"
#include "storage/store/kafka_files.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace riacho::storage {
namespace {

constexpr log::Logger   recovery_logger{"storage"};
constexpr std::uint64_t wal_part_of_disk = 10;      // the log takes a tenth of the disk at most
constexpr std::uint64_t reserve_part_of_disk = 100; // and the reserve a hundredth

Task<> sync_file(io::Disk& disk, std::string path) {
    auto file = co_await disk.open(path, io::OpenMode::write);
    co_await file->sync();
}

std::string parent_of(const std::string& folder) {
    return folder.substr(0, std::max<std::size_t>(folder.rfind('/'), 1));
}

/// Any of them may be new: made by this start, or by one that was killed before it came here. One that we may
/// not read had been there before.
Task<> sync_folders_above(io::Disk& disk, std::string folder) {
    while (folder.size() > 1) {
        folder = parent_of(folder);
        try {
            co_await disk.sync_folder(folder);
        } catch (const io::DiskError& error) {
            if (error.error_number() != EACCES) throw;
        }
    }
}

} // namespace

Task<Outcome<std::unique_ptr<Store>, StoreError>> open_store(io::World& world, std::string folder,
                                                             StoreOptions options, LogOptionsOf log_options) {
    Layout                                      layout{folder};
    Outcome<std::unique_ptr<Store>, StoreError> opened = fail(StoreError::disk);
    bool                                        with_losses = false;
    for (bool again = true; again;) {
        again = false;
        std::unique_ptr<Recovery> recovery;
        bool                      is_full = false, log_unreadable = false;
        try {
            world.disk.open_files().set_limit(options.open_files_max);
            co_await world.disk.make_folder(folder);
            std::uint64_t disk_bytes = co_await world.disk.total_bytes(folder);
            options.wal_bytes_max = std::min(options.wal_bytes_max, disk_bytes / wal_part_of_disk);
            options.disk_reserve_bytes =
                std::min(options.disk_reserve_bytes, disk_bytes / reserve_part_of_disk);
            recovery = std::make_unique<Recovery>(FileStore::Place{world, layout, options, log_options});
            opened = with_losses ? co_await recovery->run_with_losses() : co_await recovery->run();
        } catch (const io::DiskError& error) {
            opened = fail(StoreError::disk, error.what());
            is_full = error.is_full();
            log_unreadable = !is_full && error.path().starts_with(layout.wal());
        }
        // A start can be repeated: with the ballast's room it is.
        if (is_full && recovery && recovery->holds_folder())
            again = co_await drop_ballast(world.disk, layout);
        if (!opened && recovery) co_await recovery->abandon();
        bool accepts = options.loss == StoreOptions::Loss::accepted && !with_losses;
        if (!opened && accepts && (opened.error().code == StoreError::damaged || log_unreadable))
            again = with_losses = true;
    }
    co_return opened;
}

Recovery::Recovery(FileStore::Place place)
    : place_(std::move(place)), store_(std::make_unique<FileStore>(place_)) {}

Task<Outcome<std::unique_ptr<Store>, StoreError>> Recovery::run() {
    if (auto done = co_await open_folder(); !done) co_return std::unexpected(done.error());
    CO_TRY(auto checkpoint, co_await read_checkpoint(disk(), place_.layout));
    if (!checkpoint) {
        if (auto done = co_await create(); !done) co_return std::unexpected(done.error());
    } else {
        checkpoint_ = *std::move(checkpoint);
        store_->set_last(checkpoint_);
        if (auto done = co_await read_checkpoint_facts(); !done) co_return std::unexpected(done.error());
        bool clean = checkpoint_.kind == Checkpoint::Kind::clean;
        if (auto done = clean ? co_await after_clean_stop() : co_await after_crash(); !done)
            co_return std::unexpected(done.error());
    }
    co_return std::unique_ptr<Store>(std::move(store_));
}

/// The logs that were opened end on their shards.
Task<> Recovery::abandon() {
    co_await home().enter_if_away();
    if (store_) co_await store_->abandon();
}

Task<Recovery::Done> Recovery::open_folder() {
    const Layout& layout = place_.layout;
    for (const std::string& folder : {layout.folder, layout.log()}) co_await disk().make_folder(folder);
    auto lock = co_await disk().lock(layout.lock());
    if (!lock) co_return fail(StoreError::in_use, layout.folder + " is in use by another process");
    store_->hold(std::move(lock));
    // It is made, durably, before anything else is: a folder that has more has lost it.
    bool was_used = co_await disk().exists(layout.log() + "/meta.properties");
    bool refuses = was_used && place_.options.loss == StoreOptions::Loss::refused;
    if (refuses && !co_await disk().exists(layout.wal()))
        co_return fail(StoreError::damaged, layout.wal() + " is missing");
    co_await disk().make_folder(layout.wal());
    co_await disk().sync_folder(parent_of(layout.folder));
    if (!was_used) co_await sync_folders_above(disk(), parent_of(layout.folder));
    co_await disk().sync_folder(layout.folder);
    co_return Done{};
}

Recovery::Done Recovery::refused(Failure<ScanError> why) const {
    auto code = why.code == ScanError::newer_format ? StoreError::newer_format : StoreError::damaged;
    return fail(code, std::move(why.detail));
}

Task<Recovery::Done> Recovery::read_checkpoint_facts() {
    auto properties = co_await read_meta_properties(disk(), place_.layout);
    if (!properties)
        co_return fail(StoreError::damaged,
                       place_.layout.log() + "/meta.properties is missing or has no cluster.id");
    store_->set_cluster_id(properties->cluster_id);
    for (const PartitionPoint& point : checkpoint_.partitions) {
        Facts& facts = facts_[point.partition];
        facts.point = point;
        facts.log_start = point.log_start;
    }
    if (checkpoint_.producers == 0) co_return Done{};
    CO_TRY(auto producers, co_await read_producers(disk(), place_.layout, checkpoint_.producers));
    for (ProducersOf& one : producers) facts_[one.partition].producers = std::move(one.state);
    co_return Done{};
}

Task<Recovery::Done> Recovery::after_crash() {
    if (auto done = co_await first_pass(); !done) co_return std::unexpected(done.error());
    co_await sync_what_is_relied_on();
    co_await adopt_chain();
    if (auto done = co_await open_metadata(); !done) co_return std::unexpected(done.error());
    store_->set_folders(co_await tidy_folders(disk(), place_.layout, topics_));
    if (auto done = co_await open_logs(); !done) co_return std::unexpected(done.error());
    co_await scrub();
    co_return co_await finish();
}

/// Changes nothing.
Task<Recovery::Done> Recovery::first_pass() {
    ChainReader reader(disk(), place_.layout.wal(), checkpoint_.chain);
    for (;;) {
        auto frame = co_await reader.next();
        if (!frame) co_return refused(std::move(frame).error());
        if (!*frame) break;
        for (const Entry& entry : (*frame)->entries) {
            if (entry.kind == EntryKind::next) continue;
            Facts& facts = facts_[entry.partition];
            facts.bytes += entry_header_bytes + entry.bytes.size();
            if (!facts.first_frame) facts.first_frame = (*frame)->number;
            if (entry.kind == EntryKind::log_start)
                facts.log_start = std::max(facts.log_start, entry.base_offset);
            if (entry.kind == EntryKind::external_batch)
                facts.external = decode_external_batch(entry.bytes.view());
        }
    }
    auto verified = co_await reader.verify_end(checkpoint_.last_durable);
    bool may_drop = reader.mode() == Durability::os && !reader.files().empty();
    if (!verified && !may_drop) co_return refused(std::move(verified).error());
    if (!verified) recovery_logger.warn("durability=os, frames are dropped: {}", verified.error().detail);
    chain_ = reader.files();
    last_frame_ = reader.last();
    found_mode_ = reader.mode();
    recovery_logger.info("the log ends with frame {} at {} of {}", last_frame_.value, chain_.back().end,
                         chain_.back().path);
    co_return Done{};
}

/// What a killed process had only written is promised from now on, because it was read.
Task<> Recovery::sync_what_is_relied_on() {
    for (const ChainFile& file : chain_) co_await sync_file(disk(), file.path);
    co_await sync_file(disk(), place_.layout.checkpoint());
    if (checkpoint_.producers != 0)
        co_await sync_file(disk(), place_.layout.producers(checkpoint_.producers));
    for (const std::string& folder : {place_.layout.folder, place_.layout.wal(), place_.layout.log()})
        co_await disk().sync_folder(folder);
    co_await write_last_frame_again();
}

/// A sync that failed in an earlier life may have left them clean in memory and absent on the disk. The one
/// exception to "what is durable is never written again": the same bytes.
Task<> Recovery::write_last_frame_again() {
    for (std::size_t i = chain_.size() - std::min<std::size_t>(chain_.size(), 2); i < chain_.size(); ++i) {
        ChainFile in = chain_[i];
        auto      file = co_await disk().open(in.path, io::OpenMode::write);
        Bytes     header = encode(in.header);
        bool      has_frame = in.last >= in.first;
        Bytes     frame(std::make_shared<Buffer>(has_frame ? in.end - in.last_position : 0));
        if (has_frame) {
            co_await file->read(in.last_position, frame.writable());
            co_await file->write(in.last_position, std::vector<ByteView>{frame.view()});
        }
        co_await file->write(0, std::vector<ByteView>{header.view()});
        co_await file->sync();
    }
}

/// The start is counted, the marker is gone, and frames are written.
Task<Recovery::Done> Recovery::finish() {
    Checkpoint next = checkpoint_;
    next.number++;
    next.starts++;
    next.kind = Checkpoint::Kind::running;
    next.last_durable = last_frame_;
    std::erase_if(next.partitions, [&](const PartitionPoint& point) {
        return find_topic(point.partition.topic_id) == nullptr;
    });
    for (auto& logs : store_->shard_logs()) {
        for (const auto& [partition, closed] : logs->closed) {
            if (closed.state != ClosedLog::State::offline) continue;
            auto at = std::ranges::find(next.partitions, partition, &PartitionPoint::partition);
            if (at == next.partitions.end())
                at = next.partitions.insert(at, {.partition = partition, .point = {}, .log_start = {0}});
            at->state = PartitionPoint::State::offline;
        }
    }
    co_await write_checkpoint(disk(), place_.layout, next);
    store_->set_last(std::move(next));
    co_await remove_clean_marker(disk(), place_.layout);
    co_await store_->load_cleaned_offsets(topics_);
    co_await store_->start();
    if (auto done = co_await finish_merging(); !done) co_return done;
    co_await tidy_stranded();
    if (found_mode_ == place_.options.durability) co_return Done{};
    co_return co_await change_mode();
}

/// What the old mode promised is in segments before the new one promises anything.
Task<Recovery::Done> Recovery::change_mode() {
    co_await store_->checkpoint();
    auto changed = co_await store_->file_wal().change_file(home());
    if (!changed) {
        co_await store_->stop(home().now());
        co_return fail(StoreError::disk,
                       "the mode of the write-ahead log cannot be changed: " + changed.error().detail);
    }
    co_await store_->checkpoint();
    co_return Done{};
}

} // namespace riacho::storage
