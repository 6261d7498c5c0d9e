#include "storage/log/log_files.hpp"

#include "base/check.hpp"
#include "codec/crc32c.hpp"
#include "io/disk.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

namespace riacho::storage {

namespace {

constexpr std::int64_t  relative_offset_max = std::numeric_limits<std::int32_t>::max();
constexpr std::uint64_t segment_bytes_max = std::numeric_limits<std::int32_t>::max();
constexpr std::size_t   offset_index_entry_bytes = 8;
/// One run makes at most about so many entries: 1 MiB in batches, one entry every 4 KiB.
constexpr std::size_t index_entries_spare = 300;

} // namespace

bool is_passing(const io::DiskError& error) {
    return error.lacks_descriptors() || error.error_number() == ENOMEM;
}

/// A sync that failed for room has lost what it was about, as any other.
FilesChange::Failure LogFiles::failure_of(const io::DiskError& error) const {
    using Kind = FilesChange::Failure::Kind;
    bool has_lost = last_ && last_->has_failed_sync();
    if (has_lost) return {error.what(), Kind::broken};
    if (is_passing(error)) return {error.what(), Kind::passing};
    return {error.what(), error.is_full() ? Kind::full : Kind::broken};
}

void LogFiles::load(Loaded loaded) {
    if (!loaded.segments.empty()) last_ = loaded.segments.back();
    end_ = loaded.end;
    is_sealed_ = loaded.is_sealed;
    producers_ = std::move(loaded.producers);
    epochs_ = std::move(loaded.epochs);
    has_folder_ = loaded.has_folder;
    has_new_epochs_ = loaded.has_new_epochs;
}

RecoveryPoint LogFiles::point() const {
    if (last_ && !is_sealed_ && last_->info().end == end_)
        return {last_->info().base, last_->info().bytes, end_};
    return {end_, 0, end_};
}

void LogFiles::publish_last(FilesChange& change) const {
    if (!last_) return;
    if (change.segments.empty() || change.segments.back().segment != last_)
        change.segments.push_back({last_, {}});
    change.segments.back().info = last_->info();
}

bool LogFiles::needs_roll(const kafka::BatchView& next, const Run& run, const Job& job) const {
    if (is_sealed_ || next.base_offset() != (run.batches.empty() ? end_ : run.batches.back().next_offset()))
        return true;
    const SegmentInfo& info = last_->info();
    std::uint64_t      bytes = info.bytes + run.bytes;
    if (bytes == 0) return false;
    Timestamp first = info.bytes > 0 ? info.first_timestamp : run.batches.front().max_timestamp();
    bool      is_old = first.ms >= 0 && next.max_timestamp().ms - first.ms > job.options.roll_ms().count();
    return is_old || bytes + next.size() > std::min(job.options.segment_bytes, segment_bytes_max) ||
           next.last_offset().value - info.base.value > relative_offset_max ||
           (last_->index_entries() + index_entries_spare) * offset_index_entry_bytes >
               job.options.segment_index_bytes;
}

void LogFiles::count_in(const kafka::BatchView& batch, const Job& job) {
    last_->count_in(batch, job.options.index_interval_bytes);
    end_ = batch.next_offset();
    if (auto mark = producer_mark(batch)) producers_.apply(*mark, job.now);
    if (epochs_.assign(batch.leader_epoch(), batch.base_offset())) has_new_epochs_ = true;
}

Task<> LogFiles::ensure_segment(const kafka::BatchView& next, Run& run, const Job& job, FilesChange& change) {
    if (last_ && !needs_roll(next, run, job)) co_return;
    co_await write_run(run, job, change);
    if (last_) co_await seal_last();
    co_await ensure_folder();
    if (end_ != next.base_offset()) end_ = next.base_offset();
    auto segment = std::make_shared<Segment>(place_.disk, place_.folder, end_);
    has_new_names_ = true;
    co_await segment->create();
    last_ = std::move(segment);
    is_sealed_ = false;
    publish_last(change);
}

Task<> LogFiles::write_run(Run& run, const Job& job, FilesChange& change) {
    if (run.batches.empty()) co_return;
    std::vector<ByteView> pieces;
    for (const kafka::BatchView& batch : run.batches) pieces.push_back(batch.view());
    co_await last_->write(std::move(pieces));
    for (const kafka::BatchView& batch : run.batches) count_in(batch, job);
    change.batches += run.batches.size();
    publish_last(change);
    run = {};
    co_await last_->flush_indexes();
}

Task<FilesChange> LogFiles::write_out(std::vector<Bytes> batches, Job job) {
    FilesChange change;
    publish_last(change);
    Run run;
    try {
        for (const Bytes& bytes : batches) {
            auto batch = kafka::BatchView::first(bytes.view());
            check(batch.has_value(), "a tail has whole batches");
            co_await ensure_segment(*batch, run, job, change);
            run.batches.push_back(*batch);
            run.bytes += batch->size();
            if (run.bytes >= Segment::write_bytes_max) co_await write_run(run, job, change);
        }
        co_await write_run(run, job, change);
    } catch (const io::DiskError& error) { change.failure = failure_of(error); }
    co_return change;
}

Task<LogFiles::External> LogFiles::write_external(Bytes bytes, Job job) {
    External result;
    publish_last(result.change);
    try {
        auto batch = kafka::BatchView::first(bytes.view());
        check(batch.has_value(), "an external batch is whole");
        Run none;
        co_await ensure_segment(*batch, none, job, result.change);
        const SegmentInfo& info = last_->info();
        result.batch = {info.base, info.bytes, static_cast<std::uint32_t>(bytes.size()),
                        crc32c(bytes.view())};
        std::vector<ByteView> pieces{bytes.view()};
        co_await last_->write(std::move(pieces));
        co_await last_->sync_log();
        co_await sync_names();
    } catch (const io::DiskError& error) { result.change.failure = failure_of(error); }
    co_return result;
}

Task<FilesChange> LogFiles::keep_external(Bytes bytes, Job job) {
    FilesChange change;
    publish_last(change);
    count_in(*kafka::BatchView::first(bytes.view()), job);
    publish_last(change);
    try {
        co_await last_->flush_indexes();
    } catch (const io::DiskError& error) { change.failure = failure_of(error); }
    co_return change;
}

Task<FilesChange> LogFiles::cut_external() {
    FilesChange change;
    try {
        if (last_ && !is_sealed_) co_await last_->cut_back();
    } catch (const io::DiskError& error) { change.failure = failure_of(error); }
    co_return change;
}

Task<FilesChange> LogFiles::roll(Job) {
    FilesChange change;
    publish_last(change);
    try {
        if (last_ && last_->info().bytes > 0) co_await seal_last();
    } catch (const io::DiskError& error) { change.failure = failure_of(error); }
    co_return change;
}

Task<> LogFiles::seal_last() {
    if (is_sealed_) co_return;
    co_await last_->seal();
    has_new_names_ = true;
    co_await write_snapshot();
    is_sealed_ = true;
}

} // namespace riacho::storage
