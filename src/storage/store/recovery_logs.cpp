// Recovery of the partitions: the metadata first, then every one that has entries in the log.
#include "base/log.hpp"
#include "codec/crc32c.hpp"
#include "io/gather.hpp"
#include "io/run_on.hpp"
#include "kafka/batch/batch_view.hpp"
#include "storage/store/metadata_files.hpp"
#include "storage/store/recovery.hpp"

#include <algorithm>
#include <utility>

namespace riacho::storage {
namespace {

constexpr log::Logger replay_logger{"storage"};
/// So much of the log is held at once; what is more takes another pass over the frames.
constexpr std::uint64_t replay_bytes_max = 256u << 20;
/// So many partitions are on their way to the pool and back at one time.
constexpr std::size_t opened_at_once = 256;

/// What lies before it is behind the checkpoint's point.
bool lies_above(const ExternalBatch& external, const std::optional<PartitionPoint>& point) {
    if (!point) return true;
    return std::pair(external.segment_base, external.position) >=
           std::pair(point->point.segment_base, point->point.position);
}

} // namespace

Task<Outcome<Recovery::Replay, StoreError>> Recovery::entries_of(std::vector<TopicPartition> partitions) {
    Replay replay;
    for (TopicPartition partition : partitions) replay[partition];
    ChainReader reader(disk(), place_.layout.wal(), checkpoint_.chain);
    for (;;) {
        auto frame = co_await reader.next();
        if (!frame) co_return std::unexpected(refused(std::move(frame).error()).error());
        if (!*frame) break;
        for (Entry& entry : (*frame)->entries) {
            auto found = replay.find(entry.partition);
            if (entry.kind == EntryKind::next || found == replay.end()) continue;
            found->second.push_back({std::move(entry), (*frame)->number});
        }
    }
    check(reader.last() == last_frame_, "a second pass reads what the first one did");
    co_return replay;
}

/// The larger of the checkpoint's point and the end of the last external batch, whose bytes are looked at
/// where the checkpoint does not vouch for them.
Task<Outcome<RecoveryPoint, LogDamage>> Recovery::point_of(TopicPartition partition, std::string topic) {
    Facts         facts = facts_[partition];
    RecoveryPoint point = facts.point ? facts.point->point : RecoveryPoint{};
    if (!facts.external || !lies_above(*facts.external, facts.point)) co_return point;
    ExternalBatch external = *facts.external;
    std::string   path =
        segment_path(place_.layout.partition(topic, partition.index), external.segment_base, ".log");
    Bytes       bytes;
    std::string failure;
    try {
        auto          file = co_await disk().open(path, io::OpenMode::read);
        std::uint64_t size = co_await file->size();
        if (external.position <= size && external.length <= size - external.position) {
            bytes = Bytes(std::make_shared<Buffer>(external.length));
            bytes = bytes.slice(0, co_await file->read(external.position, bytes.writable()));
        }
    } catch (const io::DiskError& error) { failure = error.what(); }
    if (!failure.empty()) co_return fail(LogDamage::unreadable, std::move(failure));
    if (bytes.size() < external.length)
        co_return fail(LogDamage::segment_shorter_than_point,
                       fmt::format("{} at {}: an external batch is cut off", path, external.position));
    auto batch = kafka::BatchView::first(bytes.view());
    if (!batch || crc32c(bytes.view()) != external.crc)
        co_return fail(LogDamage::unreadable,
                       fmt::format("{} at {}: an external batch does not validate", path, external.position));
    co_return RecoveryPoint{external.segment_base, external.position + external.length, batch->next_offset()};
}

Recovered Recovery::recovered_of(const Facts& facts, std::optional<RecoveryPoint> point) const {
    Recovered recovered;
    if (point && *point != RecoveryPoint{}) recovered.point = point;
    recovered.log_start = facts.log_start;
    recovered.producer_state = facts.producers;
    return recovered;
}

/// On the first shard; the log is opened, and stays, on its own.
Task<Outcome<void, LogDamage>> Recovery::open_one(Opening opening) {
    ShardLogs& logs = store_->logs_of(opening.partition);
    Log::Place place = store_->log_place(opening.partition, opening.topic, place_.log_options(opening.topic));
    co_await logs.shard.enter_if_away();
    auto opened =
        co_await open_log(std::move(place), std::move(opening.recovered), std::move(opening.replay));
    bool good = opened.has_value();
    if (good) logs.open[opening.partition] = {opening.topic, *std::move(opened)};
    co_await home().enter_if_away();
    if (!good) co_return std::unexpected(std::move(opened).error());
    co_return Outcome<void, LogDamage>{};
}

Task<Recovery::Done> Recovery::open_metadata() {
    std::string topic(cluster_metadata_topic);
    auto        stopped = [](const Failure<LogDamage>& why) {
        return fail(StoreError::damaged, "__cluster_metadata-0: " + why.detail);
    };
    auto point = co_await point_of(cluster_metadata, topic);
    if (!point) co_return stopped(point.error());
    CO_TRY(Replay replay, co_await entries_of({cluster_metadata}));
    auto opened = co_await open_one({cluster_metadata, topic, recovered_of(facts_[cluster_metadata], *point),
                                     std::move(replay[cluster_metadata])});
    if (!opened) co_return stopped(opened.error());
    co_return co_await read_metadata();
}

/// Its log is open: the newest snapshot, and what came after it.
Task<Recovery::Done> Recovery::read_metadata() {
    Log& metadata = *store_->logs_of(cluster_metadata).find(cluster_metadata);
    CO_TRY(auto snapshot, co_await find_metadata_snapshot(disk(), place_.layout,
                                                          {metadata.log_start(), metadata.high_watermark()}));
    if (snapshot)
        replay_logger.info("the metadata is that of snapshot {} and what came after it",
                           snapshot_name(snapshot->id));
    store_->set_metadata_snapshot(snapshot ? std::optional(snapshot->id) : std::nullopt);
    CO_TRY(topics_, co_await read_topics(metadata, std::move(snapshot)));
    co_await remove_unfinished_snapshots(disk(), place_.layout);
    co_return Done{};
}

/// The partitions that have entries and live, as many at a time as memory allows.
Task<Recovery::Done> Recovery::open_logs() {
    std::vector<TopicPartition> batch;
    std::uint64_t               bytes = 0;
    std::vector<TopicPartition> all, offline;
    for (const auto& [partition, facts] : facts_) {
        const std::string* topic = find_topic(partition.topic_id);
        if (!topic || partition == cluster_metadata) continue;
        if (facts.point && facts.point->state == PartitionPoint::State::offline)
            offline.push_back(partition);
        else if (facts.bytes > 0)
            all.push_back(partition);
    }
    for (TopicPartition partition : offline)
        if (auto done = co_await leave_or_merge(partition, *find_topic(partition.topic_id)); !done)
            co_return std::unexpected(done.error());
    std::ranges::sort(all); // the same order each time
    for (TopicPartition partition : all) {
        bytes += facts_[partition].bytes;
        batch.push_back(partition);
        if (bytes < replay_bytes_max && partition != all.back()) continue;
        if (auto done = co_await open_batch(std::exchange(batch, {})); !done)
            co_return std::unexpected(done.error());
        bytes = 0;
    }
    co_await close_the_rest();
    co_return Done{};
}

Task<Recovery::Done> Recovery::open_batch(std::vector<TopicPartition> partitions) {
    CO_TRY(Replay replay, co_await entries_of(partitions));
    for (std::size_t from = 0; from < partitions.size(); from += opened_at_once) {
        std::size_t                                 end = std::min(from + opened_at_once, partitions.size());
        std::vector<Task<Outcome<void, LogDamage>>> work;
        for (std::size_t i = from; i < end; ++i)
            work.push_back(open_recovered(partitions[i], std::move(replay[partitions[i]])));
        auto opened = co_await io::gather(home(), std::move(work));
        for (std::size_t i = from; i < end; ++i) {
            if (opened[i - from]) continue;
            std::string topic = *find_topic(partitions[i].topic_id);
            replay_logger.error("{}-{} is offline: {}", topic, static_cast<std::int32_t>(partitions[i].index),
                                opened[i - from].error().detail);
            if (auto done = co_await strand(partitions[i], topic); !done)
                co_return std::unexpected(done.error());
            mark_offline(partitions[i], topic);
        }
    }
    co_return Done{};
}

Task<Outcome<void, LogDamage>> Recovery::open_recovered(TopicPartition             partition,
                                                        std::vector<ReplayedEntry> replay) {
    std::string topic = *find_topic(partition.topic_id);
    CO_TRY(RecoveryPoint point, co_await point_of(partition, topic));
    Recovered recovered = recovered_of(facts_[partition], point);
    recovered.folder = store_->folder_of(partition);
    co_return co_await open_one({partition, topic, std::move(recovered), std::move(replay)});
}

/// What the log has of it is in stranded/.
void Recovery::mark_offline(TopicPartition partition, const std::string& topic) {
    const Facts& facts = facts_[partition];
    ClosedLog    closed;
    closed.topic = topic;
    closed.recovered = recovered_of(facts, facts.point ? std::optional(facts.point->point) : std::nullopt);
    closed.state = ClosedLog::State::offline;
    closed.aside = ClosedLog::Aside::yes;
    store_->logs_of(partition).closed[partition] = std::move(closed);
}

/// What has no entries is opened when somebody asks for it. Nothing runs on the other shards yet.
Task<> Recovery::close_the_rest() {
    for (const auto& [partition, facts] : facts_) {
        const std::string* topic = find_topic(partition.topic_id);
        ShardLogs&         logs = store_->logs_of(partition);
        if (!topic || logs.open.contains(partition) || logs.closed.contains(partition)) continue;
        ClosedLog closed;
        closed.topic = *topic;
        closed.recovered =
            recovered_of(facts, facts.point ? std::optional(facts.point->point) : std::nullopt);
        logs.closed[partition] = std::move(closed);
    }
    co_return;
}

} // namespace riacho::storage
