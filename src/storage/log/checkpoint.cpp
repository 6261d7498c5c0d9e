#include "storage/log/partition_log.hpp"

#include <algorithm>
#include <utility>

namespace riacho::storage {

std::optional<FrameNumber> PartitionLog::needs_from() const {
    auto in_tail = tail_.oldest_durable();
    if (!unsynced_from_) return in_tail;
    return in_tail ? std::min(*in_tail, *unsynced_from_) : *unsynced_from_;
}

/// After a failure the last point stays, and so does all that is needed from it on.
LogCheckpoint PartitionLog::take(std::optional<LogFiles::Synced> synced) {
    if (synced && synced->failure) {
        apply({.batches = 0, .segments = {}, .failure = std::move(synced->failure)});
    } else if (synced) {
        last_checkpoint_.point = synced->point;
        last_checkpoint_.producer_state = std::move(synced->producer_state);
        unsynced_from_.reset();
    }
    last_checkpoint_.log_start = log_start_;
    last_checkpoint_.end = high_watermark_;
    last_checkpoint_.needs_from = needs_from();
    return last_checkpoint_;
}

Task<LogCheckpoint> PartitionLog::checkpoint() {
    Turn turn = co_await file_turn_.lock();
    co_await write_out_durable();
    if (is_offline_ || !files_) co_return take(std::nullopt);
    co_return take(co_await on_pool(files_->sync(job())));
}

Task<> PartitionLog::settled() {
    while (in_wal_ > 0) {
        moved_.reset();
        co_await moved_.wait();
    }
}

Task<LogCheckpoint> PartitionLog::close_cleanly() {
    Turn appending = co_await appending_.lock();
    if (!stopped_by_) {
        co_await wait_until_all_is_durable(Time::max());
        stopped_by_ = AppendError::stopped;
    }
    stop_cleaning();
    LogCheckpoint last;
    {
        Turn cleaning = co_await cleaning_.lock();
        Turn turn = co_await file_turn_.lock();
        bool is_written = co_await write_out_durable();
        if (!is_written || is_offline_ || !files_)
            last = take(std::nullopt);
        else
            last = take(co_await on_pool(files_->close_cleanly(job())));
    }
    co_await work_.join();
    co_return last;
}

Task<> PartitionLog::remove() {
    co_await stop();
    Turn turn = co_await file_turn_.lock();
    if (!files_) co_return;
    segments_.clear();
    std::unique_ptr<LogFiles> files = std::move(files_);
    co_await on_pool(files->remove_folder());
}

Task<> PartitionLog::stop() {
    if (!stopped_by_) stopped_by_ = AppendError::stopped;
    moved_.set();
    stop_cleaning();
    co_await work_.join();
    Turn cleaning = co_await cleaning_.lock();
    Turn turn = co_await file_turn_.lock(); // the job that is under way has ended
}

} // namespace riacho::storage
