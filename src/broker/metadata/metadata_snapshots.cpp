// Snapshots of the metadata: what is in them, and when one is written.
#include "base/log.hpp"
#include "broker/local.hpp"
#include "broker/metadata/metadata_writer.hpp"
#include "io/disk.hpp"
#include "io/run_on.hpp"

#include <algorithm>
#include <utility>

namespace riacho::broker {
namespace {

using namespace std::chrono_literals;

constexpr log::Logger snapshots_log{"metadata"};
constexpr Time        snapshot_look = 5s; ///< whether one is due
constexpr Time        failure_pause = 60s;
constexpr std::size_t encoding_key = 0; // any thread of the pool

} // namespace

/// The image at one offset. A topic that is held never changes, so that it can be written down on any thread.
struct MetadataWriter::SnapshotContent {
    storage::MetadataSnapshotBuilder::About   about;
    Leader                                    leader;
    Features                                  features;
    std::vector<std::shared_ptr<const Topic>> topics;
    std::map<std::string, Overrides>          brokers;
    std::int64_t                              producer_ids_end = 0;
};

/// In Kafka's order.
Task<storage::MetadataSnapshot> MetadataWriter::encode(SnapshotContent content) {
    storage::MetadataSnapshotBuilder builder(content.about);
    builder.add(feature_records(content.features));
    for (const auto& topic : content.topics) builder.add(records_of(*topic, content.leader));
    for (const auto& [name, overrides] : content.brokers) builder.add(records_of_change(name, {}, overrides));
    std::vector<Bytes> producer_ids;
    if (content.producer_ids_end > 0)
        producer_ids.push_back(producer_ids_record(content.leader.broker, content.producer_ids_end));
    builder.add(producer_ids);
    co_return builder.build();
}

/// Gives the offset from which the log has what is not in it.
Task<Outcome<Offset, storage::StoreError>> MetadataWriter::load_snapshot(TopicReplay& replay) {
    CO_TRY(auto snapshot, co_await store_.read_metadata_snapshot());
    if (!snapshot) co_return log_->log_start();
    for (const Bytes& batch : snapshot->batches)
        if (auto added = replay.add(batch); !added) co_return std::unexpected(added.error());
    snapshot_until_ = snapshot->id.until;
    co_return snapshot_until_;
}

bool MetadataWriter::snapshot_is_due() const {
    const MetadataOptions& when = options_.metadata;
    Time                   now = world_.shards.front()->now();
    if (now < snapshot_not_before_ || log_->high_watermark() == snapshot_until_) return false;
    if (store_.wal().has_failed() || not_kept_ > 0) return false;
    bool is_old = when.snapshot_ms > 0ms && now - snapshot_time_ >= when.snapshot_ms;
    return is_old || bytes_since_snapshot_ >= when.snapshot_bytes;
}

Task<> MetadataWriter::watch_snapshots(io::Event& stopping) {
    io::Shard& home = *world_.shards.front();
    if (not_kept_ > 0)
        snapshots_log.warn("{} records of __cluster_metadata are another program's: no snapshots of it",
                           not_kept_);
    while (!co_await stopping.wait_until(home.now() + snapshot_look)) {
        if (!snapshot_is_due()) continue;
        auto kept = co_await keep_snapshot();
        if (!kept) snapshot_not_before_ = home.now() + failure_pause;
    }
}

Task<Outcome<void, storage::StoreError>> MetadataWriter::keep_snapshot() {
    auto                       one = co_await snapshotting_.lock();
    io::Shard&                 home = *world_.shards.front();
    SnapshotContent            content;
    storage::SnapshotRetention keep{options_.metadata.retention_bytes, options_.metadata.retention_ms, {}};
    std::uint64_t              bytes = 0;
    {
        auto turn = co_await turns_.lock(); // what is durable is in the image
        if (log_->high_watermark() == snapshot_until_ || not_kept_ > 0)
            co_return Outcome<void, storage::StoreError>{};
        storage::SnapshotId id{log_->high_watermark(), log_->last_epoch()};
        content.about = {.id = id, .now = world_.clock.wall(), .last_contained = last_time_};
        content.leader = leader();
        content.features = features_;
        content.producer_ids_end = producer_ids_end_;
        for (const auto& [name, topic] : locals_.front()->image.topics()) content.topics.push_back(topic);
        for (const auto& [name, overrides] : locals_.front()->image.of_brokers())
            content.brokers.emplace(name, overrides);
        keep.log_from = removals_.empty() ? id.until : std::min(id.until, *removals_.begin());
        bytes = bytes_since_snapshot_;
    }
    storage::SnapshotId id = content.about.id;
    std::size_t         topics = content.topics.size();
    auto                snapshot =
        co_await io::run_on(world_.pool.thread_for(encoding_key), home, encode(std::move(content)));
    auto kept = co_await store_.keep_metadata_snapshot(std::move(snapshot), keep);
    if (!kept) {
        snapshots_log.warn("no snapshot of the metadata: {}", kept.error().detail);
        co_return kept;
    }
    snapshot_until_ = std::max(snapshot_until_, id.until);
    snapshot_time_ = home.now();
    bytes_since_snapshot_ -= std::min(bytes, bytes_since_snapshot_);
    snapshots_log.info("snapshot of the metadata, topics={} until={}", topics, id.until.value);
    try {
        co_await log_->enforce_retention(); // its segments end by time
    } catch (const io::DiskError& error) {
        snapshots_log.warn("the metadata's segment does not end: {}", error.what());
    }
    co_return kept;
}

} // namespace riacho::broker
