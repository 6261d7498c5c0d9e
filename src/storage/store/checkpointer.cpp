// The running store's checkpoints: partition by partition on their shards, while produce goes on.
#include "base/log.hpp"
#include "base/planted.hpp"
#include "io/run_on.hpp"
#include "storage/store/file_store.hpp"

#include <algorithm>
#include <utility>

namespace riacho::storage {
namespace {

constexpr log::Logger checkpoint_logger{"storage"};
constexpr std::size_t checkpoint_key = 0; // any thread of the pool, the same each time

Task<> put_checkpoint(io::Disk& disk, Layout layout, Checkpoint checkpoint,
                      std::vector<ProducersOf> producers) {
    std::uint64_t number = checkpoint.producers;
    if (number != 0) co_await write_producers(disk, layout, number, std::move(producers));
    co_await write_checkpoint(disk, layout, std::move(checkpoint));
    co_await remove_old_producers(disk, layout, number);
}

} // namespace

Task<> FileStore::run_checkpoints() {
    while (!stopping_.is_set()) {
        co_await reasons_.wait();
        bool asked = !reasons_.take_all().empty();
        if (asked && !stopping_.is_set()) co_await checkpoint();
    }
}

Task<> FileStore::wake_regularly() {
    Time interval = place_.options.checkpoint_interval_ms;
    while (!co_await stopping_.wait_until(home().now() + interval))
        if (wal_.bytes_since_checkpoint() > 0) reasons_.push(CheckpointReason::interval);
}

Task<> FileStore::checkpoint() {
    home().check_here();
    io::Mutex::Turn turn = co_await checkpointing_.lock();
    if (wal_.has_failed()) co_return; // what is promised of the log holds no more: recovery looks at it
    wal_.checkpoint_begins();
    FrameNumber handed_out = wal_.handed_out();
    Collected   collected = co_await collect(handed_out);
    collected = co_await set_aside(std::move(collected));
    if (wal_.has_failed()) co_return; // the metadata's files may be what failed
    auto durable = co_await wal_.sync_frames(home());
    if (!durable) co_return;
    if (planted(Planted::recycled_too_early)) collected.low_water = {handed_out.value + 1};

    Checkpoint next;
    next.number = ++last_.number;
    next.starts = last_.starts;
    next.mode = place_.options.durability;
    next.chain = co_await wal_.start_for(home(), collected.low_water);
    next.next_file_number = last_.next_file_number;
    next.last_durable = *durable;
    next.low_water = collected.low_water;
    next.producers = collected.producers.empty() ? 0 : next.number;
    next.partitions = collected.partitions;
    bool written = false;
    try {
        co_await make_durable(next, std::move(collected.producers));
        written = true;
    } catch (const io::DiskError& error) {
        checkpoint_logger.error("no checkpoint, the last one holds: {}", error.what());
    }
    if (!written) co_return;
    co_await wal_.recycle_below(home(), next.low_water);
    co_await release(std::move(next));
}

Task<> FileStore::make_durable(Checkpoint next, std::vector<ProducersOf> producers) {
    io::Shard& thread = place_.world.pool.thread_for(checkpoint_key);
    bool       written = false;
    try {
        co_await io::run_on(thread, home(),
                            put_checkpoint(place_.world.disk, place_.layout, next, producers));
        written = true;
    } catch (const io::DiskError& error) {
        if (!error.is_full() || ballast_.held_bytes() == 0) throw;
    }
    if (!written) {
        co_await ballast_.give_up();
        co_await io::run_on(thread, home(),
                            put_checkpoint(place_.world.disk, place_.layout, next, std::move(producers)));
    }
    last_ = std::move(next);
}

Task<Collected> FileStore::collect(FrameNumber handed_out) {
    Collected all;
    all.low_water = {handed_out.value + 1};
    for (std::size_t i = 0; i < logs_.size(); ++i)
        all.add(co_await io::run_on(logs_[i]->shard, home(), collect_shard(*logs_[i], handed_out)));
    co_return all;
}

/// What was handed out to this shard is published before its logs are asked, so that frames up to
/// `handed_out` are needed by nobody who does not say so.
Task<Collected> FileStore::collect_shard(ShardLogs& logs, FrameNumber handed_out) {
    Collected collected;
    collected.low_water = {handed_out.value + 1};
    co_await wal_.caught_up(logs.shard);
    std::vector<TopicPartition> partitions;
    for (const auto& [partition, log] : logs.open) partitions.push_back(partition);
    for (const auto& [partition, closed] : logs.closed) collected.add(partition, closed);
    for (TopicPartition partition : partitions) {
        io::Mutex::Turn turn = co_await logs.in_use.lock();
        Log*            log = logs.find(partition);
        if (!log) continue; // its topic was deleted
        LogCheckpoint checkpoint = co_await log->checkpoint();
        if (log->is_offline()) {
            co_await log->settled();
            collected.add_offline(partition, logs.open.at(partition), co_await log->checkpoint());
        } else {
            collected.add(partition, checkpoint, PartitionPoint::State::serving);
        }
    }
    co_return collected;
}

Task<> FileStore::release(Checkpoint durable) {
    for (const PartitionPoint& point : durable.partitions) {
        ShardLogs& logs = logs_of(point.partition);
        co_await logs.shard.enter_if_away();
        if (!logs.find(point.partition)) continue;
        io::Mutex::Turn turn = co_await logs.in_use.lock();
        if (Log* log = logs.find(point.partition))
            co_await log->release({point.point, point.log_start, durable.chain.first_frame});
    }
    co_await home().enter_if_away();
}

} // namespace riacho::storage
