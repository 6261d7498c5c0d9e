// A start that was told to go on with what is left (docs/durability.md, "Told to go on"): keeps a copy of the
// log, every later entry that is valid, and what the segments have where offsets are missing; what nobody has
// becomes a gap. Nothing of the old log is touched before a checkpoint with a new chain is durable.
#include "base/log.hpp"
#include "codec/uuid.hpp"
#include "kafka/batch/batch_view.hpp"
#include "storage/log/log_loader.hpp"
#include "storage/store/folders.hpp"
#include "storage/store/kafka_files.hpp"
#include "storage/store/metadata_files.hpp"
#include "storage/store/past_point.hpp"
#include "storage/store/recovery.hpp"
#include "storage/store/stranded.hpp"
#include "storage/wal/salvage.hpp"

#include <algorithm>
#include <utility>

namespace riacho::storage {
namespace {

constexpr log::Logger   losses_logger{"storage"};
constexpr std::uint64_t salvaged_bytes_max = 256u << 20;

Offset end_of_entries(const std::vector<ReplayedEntry>& entries) {
    Offset end{0};
    for (const ReplayedEntry& replayed : entries)
        if (auto batch = kafka::BatchView::first(replayed.entry.bytes.view());
            batch && replayed.entry.kind == EntryKind::batch)
            end = std::max(end, batch->next_offset());
    return end;
}

} // namespace

Task<Outcome<std::unique_ptr<Store>, StoreError>> Recovery::run_with_losses() {
    if (auto done = co_await open_folder(); !done) co_return std::unexpected(done.error());
    losses_logger.warn("--accept-data-loss: going on with what is left of {}", place_.layout.folder);
    co_await keep_copy_of_log();
    if (auto done = co_await read_facts_with_losses(); !done) co_return std::unexpected(done.error());
    co_await salvage_facts();
    co_await know_cut_of_metadata();
    topics_.live.emplace(cluster_metadata_id, cluster_metadata_topic);
    if (auto done = co_await open_with_losses({cluster_metadata}); !done)
        co_return std::unexpected(done.error());
    Log* metadata = store_->logs_of(cluster_metadata).find(cluster_metadata);
    if (!metadata)
        co_return fail(StoreError::damaged, "__cluster_metadata-0 is damaged below its recovery point");
    if (auto done = co_await read_metadata(); !done) co_return std::unexpected(done.error());
    TidyFolders tidy = co_await tidy_folders(disk(), place_.layout, topics_);
    store_->set_folders({{}, tidy.deleted});
    if (auto done = co_await open_all_with_losses(std::move(tidy.found)); !done)
        co_return std::unexpected(done.error());
    if (auto done = co_await write_out_all(); !done) co_return std::unexpected(done.error());
    co_await collect_points();
    std::uint64_t first_file = checkpoint_.next_file_number;
    co_await begin_chain(first_file);
    if (auto done = co_await finish(); !done) co_return std::unexpected(done.error());
    co_await remove_old_files(first_file);
    co_return std::unique_ptr<Store>(std::move(store_));
}

Task<> Recovery::keep_copy_of_log() {
    std::string to = co_await free_name(disk(), place_.layout, "wal");
    co_await disk().make_folder(to);
    for (const std::string& name : co_await disk().list(place_.layout.wal()))
        co_await copy_readable(disk(), fmt::format("{}/{}", place_.layout.wal(), name), 0,
                               fmt::format("{}/{}", to, name));
    co_await disk().sync_folder(to);
    co_await disk().sync_folder(place_.layout.lost_and_found());
    losses_logger.warn("a copy of the write-ahead log is in {}", to);
}

/// A checkpoint or producers that are missing or damaged are done without; a newer format is not.
Task<Recovery::Done> Recovery::read_facts_with_losses() {
    auto checkpoint = co_await read_checkpoint(disk(), place_.layout);
    if (!checkpoint && checkpoint.error().code == StoreError::newer_format)
        co_return std::unexpected(checkpoint.error());
    bool has_checkpoint = checkpoint && *checkpoint;
    checkpoint_ = has_checkpoint ? **checkpoint : Checkpoint{};
    store_->set_last(checkpoint_);
    if (!has_checkpoint)
        losses_logger.warn("lost: {}, the segments are read from their beginning",
                           place_.layout.checkpoint());
    auto properties = co_await read_meta_properties(disk(), place_.layout);
    if (!properties)
        co_return fail(StoreError::damaged,
                       place_.layout.log() + "/meta.properties is missing or has no cluster.id");
    store_->set_cluster_id(properties->cluster_id);
    for (const PartitionPoint& point : checkpoint_.partitions) {
        facts_[point.partition].point = point;
        facts_[point.partition].log_start = point.log_start;
    }
    if (checkpoint_.producers == 0) co_return Done{};
    auto producers = co_await read_producers(disk(), place_.layout, checkpoint_.producers);
    if (!producers) losses_logger.warn("lost: the state of producers: {}", producers.error().detail);
    if (producers)
        for (ProducersOf& one : *producers) facts_[one.partition].producers = std::move(one.state);
    co_return Done{};
}

/// The first pass over what is left of the log.
Task<> Recovery::salvage_facts() {
    FrameSalvage  salvage(disk(), place_.layout.wal(), checkpoint_.chain);
    std::uint32_t epochs = checkpoint_.starts;
    while (auto frame = co_await salvage.next()) {
        for (const Entry& entry : frame->entries) {
            Facts& facts = facts_[entry.partition];
            facts.bytes += entry_header_bytes + entry.bytes.size();
            epochs = std::max(epochs, static_cast<std::uint32_t>(entry.leader_epoch) + 1);
            if (entry.kind == EntryKind::log_start)
                facts.log_start = std::max(facts.log_start, entry.base_offset);
        }
    }
    for (const std::string& loss : salvage.losses()) losses_logger.warn("lost: {}", loss);
    last_frame_ = std::max(salvage.last(), checkpoint_.last_durable);
    if (checkpoint_.last_durable > salvage.last() && checkpoint_.chain.file_number != 0)
        losses_logger.warn("lost: frames {} to {} of the log", salvage.last().value + 1,
                           checkpoint_.last_durable.value);
    checkpoint_.starts = epochs;
    checkpoint_.next_file_number = std::max(checkpoint_.next_file_number, salvage.highest_file() + 1);
}

/// Where the checkpoint that knew the log start is gone, the first segment shows where the log was cut.
Task<> Recovery::know_cut_of_metadata() {
    std::string folder = place_.layout.partition(cluster_metadata_topic, cluster_metadata.index);
    if (checkpoint_.number != 0 || !co_await disk().exists(folder)) co_return;
    for (const std::string& name : co_await disk().list(folder)) {
        auto segment = parse_segment_file(name);
        if (!segment || segment->suffix != ".log") continue;
        Offset& start = facts_[cluster_metadata].log_start;
        start = std::max(start, segment->base);
        co_return; // they are sorted
    }
}

Task<Recovery::Replay> Recovery::salvaged_entries(std::vector<TopicPartition> partitions) {
    Replay replay;
    for (TopicPartition partition : partitions) replay[partition];
    FrameSalvage salvage(disk(), place_.layout.wal(), checkpoint_.chain);
    while (auto frame = co_await salvage.next()) {
        for (Entry& entry : frame->entries) {
            auto found = replay.find(entry.partition);
            if (entry.kind == EntryKind::next || found == replay.end()) continue;
            found->second.push_back({std::move(entry), frame->number});
        }
    }
    co_return replay;
}

Task<Recovery::Done> Recovery::open_with_losses(std::vector<TopicPartition> partitions) {
    Replay replay = co_await salvaged_entries(partitions);
    for (TopicPartition partition : partitions) {
        auto done = co_await open_one_with_losses(partition, *find_topic(partition.topic_id),
                                                  std::move(replay[partition]));
        if (!done) co_return done;
    }
    co_return Done{};
}

Task<Recovery::Done> Recovery::open_one_with_losses(TopicPartition partition, std::string topic,
                                                    std::vector<ReplayedEntry> entries) {
    const Facts   facts = facts_[partition];
    std::string   folder = place_.layout.partition(topic, partition.index);
    RecoveryPoint point = facts.point ? facts.point->point : RecoveryPoint{};
    entries = co_await with_external_bytes(disk(), folder, std::move(entries));
    auto      found = co_await batches_past(disk(), folder, point);
    Recovered recovered = recovered_of(facts, point);
    recovered.gaps = Recovered::Gaps::move_the_end;
    if (partition == cluster_metadata)
        recovered.ends_at_least = co_await end_of_metadata_snapshots(disk(), place_.layout);
    if (checkpoint_.number == 0) { // no point is known: what is valid from the beginning on is
        recovered.files = Recovered::Files::left_by_clean_stop;
        found.clear();
    } else if (std::string to = co_await keep_what_is_cut(disk(), place_.layout, folder, point);
               !to.empty()) {
        losses_logger.warn("{}: what its files had behind the recovery point is in {}", folder, to);
    }
    Merged merged;
    if (checkpoint_.number == 0)
        merged.entries = std::move(entries);
    else
        merged = co_await merge_found(disk(), point, std::move(entries), std::move(found));
    for (const auto& [first, last] : merged.gaps)
        losses_logger.warn("lost: {}-{}, offsets {} to {}", topic, static_cast<std::int32_t>(partition.index),
                           first.value, last.value);
    // All of them are in the snapshot of the metadata, and a log that goes on behind it has a gap before it.
    if (end_of_entries(merged.entries) < recovered.ends_at_least) merged.entries.clear();
    auto opened = co_await open_one({partition, topic, std::move(recovered), merged.entries});
    if (opened) co_return Done{};
    losses_logger.error("{} is offline: {}", folder, opened.error().detail);
    co_await write_stranded(disk(), place_.layout, {partition, topic, std::move(merged.entries)});
    mark_offline(partition, topic);
    co_return Done{};
}

/// Partitions that the checkpoint, the log or a folder knows; those that were offline stay so.
Task<Recovery::Done> Recovery::open_all_with_losses(std::vector<TopicPartition> folders) {
    for (TopicPartition partition : folders) facts_[partition];
    std::vector<TopicPartition> all, batch;
    for (const auto& [partition, facts] : facts_) {
        const std::string* topic = find_topic(partition.topic_id);
        if (!topic && facts.bytes > 0)
            losses_logger.warn("lost: {} bytes of a topic that the metadata does not have, id {}",
                               facts.bytes, uuid_text(partition.topic_id));
        if (!topic || partition == cluster_metadata) continue;
        if (facts.point && facts.point->state == PartitionPoint::State::offline)
            mark_offline(partition, *topic);
        else
            all.push_back(partition);
    }
    std::ranges::sort(all);
    std::uint64_t bytes = 0;
    for (TopicPartition partition : all) {
        bytes += facts_[partition].bytes;
        batch.push_back(partition);
        if (bytes < salvaged_bytes_max && partition != all.back()) continue;
        if (auto done = co_await open_with_losses(std::exchange(batch, {})); !done) co_return done;
        bytes = 0;
    }
    co_return Done{};
}

/// What was kept is in segments, synced, before the old log is let go.
Task<Recovery::Done> Recovery::write_out_all() {
    std::uint32_t epochs = checkpoint_.starts;
    std::string   failed;
    for (auto& logs : store_->shard_logs()) {
        co_await logs->shard.enter_if_away();
        std::vector<TopicPartition> partitions;
        for (const auto& [partition, open] : logs->open) partitions.push_back(partition);
        for (TopicPartition partition : partitions) {
            Log*          log = logs->find(partition);
            LogCheckpoint taken = co_await log->checkpoint();
            if (log->is_offline() || taken.needs_from) failed = logs->open.at(partition).topic;
            epochs = std::max(epochs,
                              static_cast<std::uint32_t>(static_cast<std::int32_t>(log->last_epoch()) + 1));
        }
    }
    co_await home().enter_if_away();
    checkpoint_.starts = epochs;
    if (failed.empty()) co_return Done{};
    co_return fail(StoreError::disk,
                   fmt::format("{}: what was kept cannot be written to its segments", failed));
}

/// There is a copy of them.
Task<> Recovery::remove_old_files(std::uint64_t below) {
    for (const std::string& name : co_await disk().list(place_.layout.wal())) {
        auto number = wal_file_number(name);
        if (number && *number < below)
            co_await disk().remove(fmt::format("{}/{}", place_.layout.wal(), name));
    }
    co_await disk().sync_folder(place_.layout.wal());
}

} // namespace riacho::storage
