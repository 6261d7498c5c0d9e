#include "base/log.hpp"
#include "storage/log/partition_log.hpp"

#include <chrono>
#include <utility>

namespace riacho::storage {

namespace {

constexpr log::Logger write_out_logger{"storage"};
/// A full disk, or one for which there was no descriptor, is tried again after this.
constexpr Time write_out_pause = std::chrono::seconds(1);

} // namespace

LogFiles::Job PartitionLog::job() const { return {place_.options, place_.world.clock.wall(), log_start_}; }

void PartitionLog::maybe_write_out() {
    if (is_writing_out_ || is_offline_ || stopped_by_) return;
    if (tail_.durable_bytes() < write_out_bytes || shard_.now() < write_out_again_) return;
    is_writing_out_ = true;
    work_.spawn(write_out_in_background());
}

Task<> PartitionLog::write_out_in_background() {
    co_await write_out();
    is_writing_out_ = false;
    maybe_write_out();
}

Task<> PartitionLog::write_out() {
    Turn turn = co_await file_turn_.lock();
    co_await write_out_durable();
}

Task<bool> PartitionLog::write_out_durable() {
    while (tail_.durable_bytes() > 0) {
        if (is_offline_ || !files_) co_return false;
        auto change = co_await on_pool(files_->write_out(tail_.durable_batches(job_bytes_max), job()));
        bool has_failed = change.failure.has_value();
        apply(std::move(change));
        if (has_failed && tail_.durable_bytes() > 0) co_return false;
    }
    co_return !is_offline_;
}

void PartitionLog::apply(FilesChange change) {
    for (PublishedSegment& segment : change.segments) {
        if (!segments_.empty() && segments_.back().segment == segment.segment)
            segments_.back() = std::move(segment);
        else
            segments_.push_back(std::move(segment));
    }
    if (change.batches > 0) {
        if (!unsynced_from_) unsynced_from_ = tail_.oldest_durable();
        std::uint64_t before = tail_.bytes();
        tail_.pop(change.batches);
        if (place_.space) place_.space->wrote(before - tail_.bytes());
    }
    if (!change.failure) return;
    using Kind = FilesChange::Failure::Kind;
    if (change.failure->kind == Kind::broken) return go_offline(change.failure->text);
    bool is_full = change.failure->kind == Kind::full;
    if (is_full && place_.space) place_.space->report_full();
    if (shard_.now() >= write_out_again_)
        write_out_logger.warn("{}: {}", is_full ? "disk full" : "tried again soon", change.failure->text);
    write_out_again_ = shard_.now() + write_out_pause;
}

void PartitionLog::go_offline(const std::string& why) {
    if (is_offline_) return;
    is_offline_ = true;
    write_out_logger.error("partition offline, folder={}: {}", place_.folder, why);
    moved_.set();
    if (observer_) observer_->published();
    if (place_.watch) place_.watch->went_offline(place_.partition);
}

} // namespace riacho::storage
