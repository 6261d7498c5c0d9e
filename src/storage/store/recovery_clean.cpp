// The start after a clean stop: files are taken as they were left, unless somebody used them meanwhile.
#include "storage/log/partition_metadata.hpp"
#include "storage/store/folders.hpp"
#include "storage/store/recovery.hpp"

#include <algorithm>
#include <utility>

namespace riacho::storage {

/// The log dir holds all; there is no chain. Interrupted before the new checkpoint is durable, it begins
/// again.
Task<Recovery::Done> Recovery::after_clean_stop() {
    last_frame_ = checkpoint_.last_durable;
    co_await disk().sync_folder(place_.layout.log());
    co_await remove_wal_files();
    RecoveryPoint point =
        facts_[cluster_metadata].point ? facts_[cluster_metadata].point->point : RecoveryPoint{};
    Recovered metadata = recovered_of(facts_[cluster_metadata], point);
    metadata.files = Recovered::Files::left_by_clean_stop;
    auto opened = co_await open_one({cluster_metadata, std::string(cluster_metadata_topic), metadata, {}});
    if (!opened) co_return fail(StoreError::damaged, "__cluster_metadata-0: " + opened.error().detail);
    if (auto done = co_await read_metadata(); !done) co_return done;
    TidyFolders tidy = co_await tidy_folders(disk(), place_.layout, topics_);
    store_->set_folders(tidy);
    if (auto done = co_await open_changed(std::move(tidy.found)); !done) co_return done;
    co_await begin_chain(checkpoint_.next_file_number);
    co_return co_await finish();
}

/// A new, empty chain, which the next checkpoint names.
Task<> Recovery::begin_chain(std::uint64_t file_number) {
    Ring& ring = store_->file_wal().ring();
    co_await ring.begin(file_number, {last_frame_.value + 1});
    checkpoint_.mode = found_mode_ = place_.options.durability;
    checkpoint_.chain = ring.start_for({last_frame_.value + 1});
    checkpoint_.low_water = checkpoint_.chain.first_frame;
    checkpoint_.next_file_number = ring.next_file_number();
}

/// Partitions whose files are not as they were left are opened now, so that the new checkpoint knows what was
/// appended to them; the others when somebody asks for them.
Task<Recovery::Done> Recovery::open_changed(std::vector<TopicPartition> folders) {
    for (TopicPartition partition : folders) facts_[partition];
    std::vector<TopicPartition> all, changed;
    for (const auto& [partition, facts] : facts_)
        if (find_topic(partition.topic_id) && partition != cluster_metadata) all.push_back(partition);
    for (TopicPartition partition : all) {
        std::string                   topic = *find_topic(partition.topic_id);
        std::optional<PartitionPoint> point = facts_[partition].point;
        if (point && point->state == PartitionPoint::State::offline) {
            auto done = co_await leave_or_merge(partition, topic);
            if (!done) co_return std::unexpected(done.error());
        } else if (!point || !co_await is_as_left(*point, topic))
            changed.push_back(partition);
    }
    for (TopicPartition partition : changed) {
        Facts     facts = facts_[partition];
        Recovered recovered =
            recovered_of(facts, facts.point ? std::optional(facts.point->point) : std::nullopt);
        recovered.files = Recovered::Files::left_by_clean_stop;
        std::string topic = *find_topic(partition.topic_id);
        auto        opened = co_await open_one({partition, topic, std::move(recovered), {}});
        if (!opened) mark_offline(partition, topic);
    }
    co_await close_the_rest();
    co_await collect_points();
    co_return Done{};
}

/// What the new checkpoint will say of every partition.
Task<> Recovery::collect_points() {
    Collected now;
    for (auto& logs : store_->shard_logs()) {
        co_await logs->shard.enter_if_away();
        for (auto& [partition, closed] : logs->closed) {
            closed.files = ClosedLog::Files::exact;
            now.add(partition, closed);
        }
        std::vector<TopicPartition> opened;
        for (const auto& [partition, open] : logs->open) opened.push_back(partition);
        for (TopicPartition partition : opened) {
            bool is_merged = std::ranges::find(merged_, partition) != merged_.end();
            auto state = is_merged ? PartitionPoint::State::offline : PartitionPoint::State::serving;
            now.add(partition, co_await logs->find(partition)->checkpoint(), state);
        }
    }
    co_await home().enter_if_away();
    checkpoint_.number++;
    checkpoint_.partitions = std::move(now.partitions);
    checkpoint_.producers = now.producers.empty() ? 0 : checkpoint_.number;
    if (checkpoint_.producers != 0)
        co_await write_producers(disk(), place_.layout, checkpoint_.producers, std::move(now.producers));
}

/// The segment of the point is the last one and has the length that was left.
Task<bool> Recovery::is_as_left(const PartitionPoint& point, std::string topic) {
    std::string folder = place_.layout.partition(topic, point.partition.index);
    if (!co_await disk().exists(folder)) co_return point.last_segment_bytes == 0;
    std::string path = segment_path(folder, point.point.segment_base, ".log");
    std::string last;
    for (const std::string& name : co_await disk().list(folder))
        if (name.ends_with(".log")) last = std::max(last, fmt::format("{}/{}", folder, name));
    if (point.last_segment_bytes == 0 && last < path) co_return true; // rolled, and nothing came
    if (last != path) co_return false;
    auto file = co_await disk().open(path, io::OpenMode::read);
    co_return co_await file->size() == point.last_segment_bytes;
}

} // namespace riacho::storage
