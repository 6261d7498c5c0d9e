#include "storage/store/file_store.hpp"

#include "base/log.hpp"
#include "io/run_on.hpp"
#include "storage/store/stranded.hpp"

#include <algorithm>
#include <utility>

namespace riacho::storage {
namespace {

constexpr log::Logger store_logger{"storage"};

FileWalOptions wal_options_of(const FileStore::Place& place, io::Inbox<CheckpointReason>& reasons,
                              DiskSpace& space) {
    const StoreOptions& options = place.options;
    FileWalOptions      wal;
    wal.ring.folder = place.layout.wal();
    wal.ring.file_bytes = options.wal_file_bytes;
    wal.ring.files_max = options.wal_bytes_max / std::max<std::uint64_t>(options.wal_file_bytes, 1);
    wal.ring.round_bytes_max = options.wal_round_bytes_max;
    wal.ring.mode = options.durability;
    wal.checkpoint_bytes = options.checkpoint_bytes;
    wal.checkpointer = &reasons;
    wal.space = &space;
    return wal;
}

SpaceUse space_use_of(std::string_view topic) {
    if (topic == cluster_metadata_topic) return SpaceUse::metadata;
    return topic.starts_with("__") ? SpaceUse::coordinators : SpaceUse::clients;
}

} // namespace

FileStore::FileStore(Place place)
    : place_(std::move(place)), tails_("tails", place_.options.tails_bytes_max, &place_.world.memory),
      space_(home()),
      ballast_({place_.world, home(), place_.layout, place_.options.disk_reserve_bytes, space_}),
      reasons_(home()), wal_(place_.world, wal_options_of(place_, reasons_, space_)), checkpointing_(home()),
      stopping_(home()), cleaning_(home()), group_(home()) {
    for (io::Shard* shard : place_.world.shards) logs_.push_back(std::make_unique<ShardLogs>(*shard));
}

FileStore::~FileStore() = default;

io::Shard& FileStore::shard_of(TopicPartition partition) const {
    const auto& shards = place_.world.shards;
    if (partition == cluster_metadata) return *shards[0];
    std::size_t mixed = std::hash<TopicPartition>{}(partition) * 0x9e3779b97f4a7c15;
    return *shards[(mixed >> 32) % shards.size()];
}

ShardLogs& FileStore::logs_at(io::Shard& shard) const {
    for (auto& logs : logs_)
        if (&logs->shard == &shard) return *logs;
    check(false, "a log belongs to a shard of the store's world");
    return *logs_.front();
}

ShardLogs& FileStore::logs_of(TopicPartition partition) const { return logs_at(shard_of(partition)); }

Log::Place FileStore::log_place(TopicPartition partition, std::string_view topic, LogOptions options) {
    return {.shard = shard_of(partition),
            .world = place_.world,
            .wal = wal_,
            .tails = tails_,
            .folder = place_.layout.partition(topic, partition.index),
            .partition = partition,
            .options = std::move(options),
            .space = &space_,
            .use = space_use_of(topic),
            .watch = this};
}

Task<> FileStore::start() {
    phase_ = Phase::running;
    starts_ = last_.starts;
    co_await ballast_.start();
    co_await wal_.start(home(), last_.last_durable);
    group_.spawn_now(run_checkpoints());
    group_.spawn_now(wake_regularly());
    if (place_.options.cleaner.is_enabled) group_.spawn_now(run_cleaner());
    group_.spawn_now(watch_tails());
}

Task<Outcome<Log*, LogDamage>> FileStore::open_log(TopicPartition partition, std::string name,
                                                   LogOptions options) {
    ShardLogs& logs = logs_of(partition);
    logs.shard.check_here();
    io::Mutex::Turn turn = co_await logs.opening.lock();
    if (Log* log = logs.find(partition)) {
        log->set_options(options);
        co_return log;
    }
    Recovered recovered;
    if (auto closed = logs.closed.find(partition); closed != logs.closed.end()) {
        if (closed->second.state == ClosedLog::State::offline)
            co_return fail(LogDamage::unreadable, "the partition is offline since an error of its files");
        recovered = closed->second.recovered;
    }
    recovered.folder = folder_of(partition);
    auto opened =
        co_await riacho::storage::open_log(log_place(partition, name, options), std::move(recovered), {});
    if (!opened) {
        ClosedLog& damaged = logs.closed[partition];
        store_logger.error("{}-{} is offline: {}", name, static_cast<std::int32_t>(partition.index),
                           opened.error().detail);
        damaged.topic = name;
        damaged.state = ClosedLog::State::offline;
        went_offline(partition);
        co_return std::unexpected(std::move(opened).error());
    }
    Log* log = opened->get();
    if (auto cleaned = logs.cleaned.extract(partition)) log->set_cleaned_until(cleaned.mapped());
    logs.open[partition] = {std::move(name), *std::move(opened)};
    logs.closed.erase(partition);
    co_return log;
}

bool FileStore::holds(TopicPartition partition) const {
    const ShardLogs& logs = logs_of(partition);
    logs.shard.check_here();
    if (logs.open.contains(partition)) return true;
    auto closed = logs.closed.find(partition);
    return closed != logs.closed.end() && closed->second.state != ClosedLog::State::offline;
}

void FileStore::set_options(TopicPartition partition, const LogOptions& options) {
    ShardLogs& logs = logs_of(partition);
    logs.shard.check_here();
    if (Log* log = logs.find(partition)) log->set_options(options);
}

/// Without the metadata nothing can be promised; any other partition is set aside, and a checkpoint says so.
void FileStore::went_offline(TopicPartition partition) {
    if (partition == cluster_metadata) wal_.declare_failed();
    reasons_.push(CheckpointReason::offline);
}

Task<Removal> FileStore::remove_log(TopicPartition partition, std::string name) {
    ShardLogs& logs = logs_of(partition);
    logs.shard.check_here();
    // The files may not be gone before it is on the medium that the topic is.
    if (!co_await wal_.sync_frames(logs.shard)) co_return Removal::left_to_next_start;
    io::Mutex::Turn opening = co_await logs.opening.lock();
    io::Mutex::Turn in_use = co_await logs.in_use.lock();
    logs.closed.erase(partition);
    logs.cleaned.erase(partition);
    if (auto found = logs.open.find(partition); found != logs.open.end()) {
        std::unique_ptr<Log> log = std::move(found->second.log);
        logs.open.erase(found);
        co_await log->remove();
        co_await io::run_on(place_.world.pool.thread_for(0), logs.shard,
                            remove_stranded(place_.world.disk, place_.layout, partition));
        co_return Removal::complete;
    }
    // Never opened since the start: what is there is renamed first, as an opened log would.
    auto opened = co_await riacho::storage::open_log(log_place(partition, name, {}), {}, {});
    if (opened) co_await (*opened)->remove();
    co_await io::run_on(place_.world.pool.thread_for(0), logs.shard,
                        remove_stranded(place_.world.disk, place_.layout, partition));
    co_return opened ? Removal::complete : Removal::left_to_next_start;
}

} // namespace riacho::storage
