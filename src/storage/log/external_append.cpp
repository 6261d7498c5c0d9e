#include "kafka/batch/patch.hpp"
#include "storage/log/partition_log.hpp"

#include <chrono>
#include <utility>

// A batch that is too large for a frame of the write-ahead log (docs/durability.md, "Large batches"):
//
//   wait until all before it is durable → write that out → write it, sync it and its names → number, entry
//   → durable: publish
//
// The turn to append is held all along, so later batches wait without a number; the turn of the files too,
// so that nothing is written behind it and no recovery point includes it before its entry is durable.
namespace riacho::storage {

namespace {

constexpr std::size_t external_entry_bytes = 24;
constexpr Time        cut_pause = std::chrono::seconds(1);
constexpr int         cut_tries_max = 60; ///< while there is no descriptor for it

} // namespace

bool PartitionLog::is_external(const Bytes& batch) const {
    return batch.size() > place_.options.wal_external_bytes || batch.size() > place_.wal.entry_bytes_max();
}

Task<bool> PartitionLog::wait_until_all_is_durable(Time deadline) {
    while (high_watermark_ < end_) {
        if (refusal() || shard_.now() >= deadline) co_return false;
        moved_.reset();
        co_await moved_.wait_until(deadline);
    }
    co_return true;
}

Task<Outcome<Appended, AppendError>> PartitionLog::append_external(Bytes batch, LeaderEpoch epoch,
                                                                   Time deadline) {
    if (!co_await wait_until_all_is_durable(deadline))
        co_return fail(refusal().value_or(AppendError::no_room), place_.folder);
    auto reserved = co_await place_.wal.reserve(shard_, external_entry_bytes, deadline);
    if (!reserved) co_return fail(append_error(reserved.error().code), reserved.error().detail);

    Turn file_turn = co_await file_turn_.lock();
    kafka::set_base_offset(batch.writable(), end_);
    kafka::set_leader_epoch(batch.writable(), epoch);
    ExternalBatch placed;
    if (auto refused = co_await put_external(batch, placed)) {
        place_.wal.give_back(external_entry_bytes);
        co_return fail(*refused, place_.folder);
    }
    Numbered numbered = number(batch, epoch);
    auto     frame = co_await to_wal(entry_of(EntryKind::external_batch, numbered, encode(placed)));
    if (!frame) {
        fail_storage(frame.error().code);
        co_return fail(*stopped_by_, std::move(frame.error().detail));
    }
    note_external(*frame, placed.segment_base);
    auto kept = co_await on_pool(files_->keep_external(batch, job()));
    if (!unsynced_from_) unsynced_from_ = *frame;
    if (place_.space) place_.space->wrote(batch.size());
    apply(std::move(kept));
    publish(numbered.last);
    co_return Appended{numbered.base, log_start_};
}

/// What was put into the segment goes before anything else comes there.
Task<> PartitionLog::take_back_external() {
    for (int tries = 0;; ++tries) {
        auto cut = co_await on_pool(files_->cut_external());
        if (!cut.failure) co_return;
        bool is_passing = cut.failure->kind == FilesChange::Failure::Kind::passing;
        if (!is_passing || refusal() || tries >= cut_tries_max) co_return go_offline(cut.failure->text);
        co_await shard_.sleep_for(cut_pause);
    }
}

/// Writes and syncs it where the log ends; when that fails, nothing has happened or the partition is offline.
Task<std::optional<AppendError>> PartitionLog::put_external(Bytes batch, ExternalBatch& placed) {
    if (auto refused = refusal()) co_return refused;
    if (!co_await write_out_durable()) co_return refusal().value_or(AppendError::no_room);
    auto written = co_await on_pool(files_->write_external(batch, job()));
    placed = written.batch;
    bool has_failed = written.change.failure.has_value();
    apply(std::move(written.change));
    if (!has_failed && !is_offline_) co_return std::nullopt;
    if (!is_offline_) co_await take_back_external();
    co_return refusal().value_or(AppendError::no_room);
}

} // namespace riacho::storage
