// A clean stop: everything in its segments, a checkpoint that says so, what Kafka leaves, no write-ahead log.
#include "base/log.hpp"
#include "io/run_on.hpp"
#include "storage/store/file_store.hpp"

#include <algorithm>
#include <utility>

namespace riacho::storage {
namespace {

constexpr log::Logger stop_logger{"storage"};
constexpr std::size_t stop_key = 0;

/// After the clean checkpoint nothing of the log is needed.
Task<> free_wal_files(io::Disk& disk, Layout layout) {
    for (const std::string& name : co_await disk.list(layout.wal()))
        if (wal_file_number(name)) co_await disk.remove(fmt::format("{}/{}", layout.wal(), name));
    co_await disk.sync_folder(layout.wal());
}

} // namespace

Task<> FileStore::stop(Time deadline) {
    home().check_here();
    stopping_.set();
    reasons_.wake();
    co_await stop_cleaning();
    co_await group_.join();
    Collected collected;
    collected.low_water = {wal_.last_durable().value + 1};
    Stop stopped = co_await close_logs(deadline, collected);
    if (stopped == Stop::out_of_time) co_await stop_logs();
    co_await wal_.stop(home());
    co_await ballast_.stop();
    bool nothing_needed = collected.low_water > wal_.last_durable();
    if (stopped == Stop::complete && nothing_needed && !wal_.has_failed()) {
        try {
            co_await leave_clean(std::move(collected));
        } catch (const io::DiskError& error) {
            stop_logger.warn("no clean stop, the next start recovers: {}", error.what());
        }
    } else {
        stop_logger.info("stopped as it stands, the next start recovers");
    }
    co_await drop_logs();
}

Task<> FileStore::abandon() {
    home().check_here();
    stopping_.set();
    reasons_.wake();
    co_await stop_cleaning();
    co_await group_.join();
    co_await stop_logs();
    if (phase_ == Phase::running) co_await wal_.stop(home());
    co_await ballast_.stop();
    co_await drop_logs();
}

/// A log dies on its shard.
Task<> FileStore::drop_logs() {
    for (auto& logs : logs_) {
        co_await logs->shard.enter_if_away();
        logs->open.clear();
    }
    co_await home().enter_if_away();
    lock_.reset();
}

Task<FileStore::Stop> FileStore::close_logs(Time deadline, Collected& collected) {
    Stop stopped = Stop::complete;
    for (std::size_t i = 0; i < logs_.size() && stopped == Stop::complete; ++i)
        stopped = co_await io::run_on(logs_[i]->shard, home(), close_shard(*logs_[i], deadline, collected));
    co_return stopped;
}

Task<FileStore::Stop> FileStore::close_shard(ShardLogs& logs, Time deadline, Collected& collected) {
    std::vector<TopicPartition> open, closed;
    for (const auto& [partition, log] : logs.open) open.push_back(partition);
    for (const auto& [partition, log] : logs.closed) closed.push_back(partition);
    for (TopicPartition partition : open) {
        if (logs.shard.now() >= deadline || wal_.has_failed()) co_return Stop::out_of_time;
        Log*          log = logs.find(partition);
        LogCheckpoint last = co_await log->close_cleanly();
        if (!log->is_offline()) {
            collected.add(partition, last, PartitionPoint::State::serving);
            continue;
        }
        collected.add_offline(partition, logs.open.at(partition), std::move(last));
        if (!collected.to_strand.empty()) co_return Stop::out_of_time; // recovery finds the rest in the ring
    }
    for (TopicPartition partition : closed) {
        if (logs.shard.now() >= deadline) co_return Stop::out_of_time;
        bool closed_it = false;
        try {
            co_await close_unopened(logs, partition, collected);
            closed_it = true;
        } catch (const io::DiskError& error) {
            stop_logger.warn("{}-{} cannot be closed cleanly: {}", logs.closed.at(partition).topic,
                             static_cast<std::int32_t>(partition.index), error.what());
        }
        if (!closed_it) co_return Stop::out_of_time;
    }
    co_return Stop::complete;
}

/// A partition that nobody used: its files may be longer than its point since a crash, so they are cut.
Task<> FileStore::close_unopened(ShardLogs& logs, TopicPartition partition, Collected& collected) {
    ClosedLog closed = logs.closed.at(partition);
    bool      as_it_is = closed.files == ClosedLog::Files::exact || closed.state == ClosedLog::State::offline;
    if (!as_it_is) {
        auto opened = co_await riacho::storage::open_log(
            log_place(partition, closed.topic, place_.log_options(closed.topic)), closed.recovered, {});
        if (opened) {
            collected.add(partition, co_await (*opened)->close_cleanly(), PartitionPoint::State::serving);
            co_return;
        }
        closed.state = ClosedLog::State::offline;
        closed.aside = ClosedLog::Aside::yes; // the log has nothing of it that is needed
    }
    collected.add(partition, closed);
}

Task<> FileStore::stop_logs() {
    for (auto& logs : logs_) {
        co_await logs->shard.enter_if_away();
        std::vector<TopicPartition> partitions;
        for (const auto& [partition, log] : logs->open) partitions.push_back(partition);
        for (TopicPartition partition : partitions) co_await logs->find(partition)->stop();
    }
    co_await home().enter_if_away();
}

Task<> FileStore::leave_clean(Collected collected) {
    Checkpoint next;
    next.number = ++last_.number;
    next.starts = last_.starts;
    next.kind = Checkpoint::Kind::clean;
    next.mode = place_.options.durability;
    next.next_file_number = wal_.ring().next_file_number();
    next.last_durable = wal_.last_durable();
    next.low_water = collected.low_water;
    next.producers = collected.producers.empty() ? 0 : next.number;
    next.partitions = collected.partitions;
    for (PartitionPoint& point : next.partitions) point.last_segment_bytes = point.point.position;
    LeftBehind left = co_await left_behind(collected);
    co_await make_durable(std::move(next), std::move(collected.producers));
    io::Shard& thread = place_.world.pool.thread_for(stop_key);
    co_await io::run_on(thread, home(), leave_as_kafka(place_.world.disk, place_.layout, std::move(left)));
    co_await io::run_on(thread, home(), free_wal_files(place_.world.disk, place_.layout));
}

Task<LeftBehind> FileStore::left_behind(Collected collected) {
    LeftBehind left;
    for (const PartitionPoint& point : collected.partitions) {
        ShardLogs& logs = logs_of(point.partition);
        co_await logs.shard.enter_if_away();
        std::string topic;
        if (auto open = logs.open.find(point.partition); open != logs.open.end()) topic = open->second.topic;
        if (auto closed = logs.closed.find(point.partition); closed != logs.closed.end())
            topic = closed->second.topic;
        left.ends.push_back({topic, point.partition.index, point.point.offset});
        left.log_starts.push_back({std::move(topic), point.partition.index, point.log_start});
    }
    co_await home().enter_if_away();
    co_return left;
}

} // namespace riacho::storage
