#include "base/check.hpp"
#include "base/planted.hpp"
#include "kafka/batch/patch.hpp"
#include "storage/log/partition_log.hpp"
#include "storage/store.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/core.h>
#include <utility>

namespace riacho::storage {

namespace {

/// Where the budget's bytes are held by others, how often to look again.
constexpr Time memory_poll = std::chrono::milliseconds(2);

} // namespace

AppendError append_error(WalError error) {
    switch (error) {
    case WalError::full:
        return AppendError::no_room;
    case WalError::stopped:
        return AppendError::stopped;
    case WalError::failed:
        break;
    }
    return AppendError::storage_failed;
}

std::optional<AppendError> PartitionLog::refusal() const {
    if (stopped_by_) return stopped_by_;
    if (place_.wal.has_failed()) return AppendError::storage_failed;
    if (is_offline_) return AppendError::offline;
    return std::nullopt;
}

Task<Outcome<Appended, AppendError>> PartitionLog::append(Bytes batch, LeaderEpoch epoch, Time deadline) {
    shard_.check_here();
    std::optional<Turn> turn;
    turn.emplace(co_await appending_.lock());
    if (auto refused = refusal()) co_return fail(*refused, place_.folder);
    if (batch.size() > place_.options.segment_bytes)
        co_return fail(
            AppendError::batch_larger_than_segment,
            fmt::format("{} bytes, segment.bytes is {}", batch.size(), place_.options.segment_bytes));
    auto view = kafka::BatchView::first(batch.view());
    check(view && view->size() == batch.size(), "what is appended is one validated batch");
    bool has_space = !place_.space || place_.space->admits(batch.size(), place_.use);
    if (auto mark = producer_mark(*view)) {
        CO_TRY(auto duplicate, producers_.check(*mark));
        if (duplicate) {
            turn.reset();
            co_return co_await answer_duplicate(*duplicate, deadline);
        }
    }
    if (!has_space)
        co_return fail(AppendError::disk_full,
                       "The disk has no room beyond its reserve. Delete records or topics, or free space.");
    if (is_external(batch)) co_return co_await append_external(std::move(batch), epoch, deadline);
    if (auto refused = co_await admit(batch, deadline)) co_return fail(*refused, place_.folder);

    // From here to the wal's round nothing suspends: numbers and entries have one order.
    Numbered numbered = number(std::move(batch), epoch);
    Bytes    bytes = std::exchange(numbered.bytes, {});
    turn.reset();
    if (planted(Planted::early_high_watermark)) publish(numbered.last);
    auto frame = co_await to_wal(entry_of(EntryKind::batch, numbered, std::move(bytes)));
    if (!frame) {
        fail_storage(frame.error().code);
        co_return fail(*stopped_by_, std::move(frame.error().detail));
    }
    tail_.mark_durable(numbered.base, *frame);
    publish(numbered.last);
    co_return Appended{numbered.base, log_start_};
}

Task<Outcome<Appended, AppendError>> PartitionLog::answer_duplicate(Duplicate duplicate, Time deadline) {
    while (high_watermark_ <= duplicate.last && !planted(Planted::early_duplicate_answer)) {
        if (auto refused = refusal()) co_return fail(*refused, place_.folder);
        if (shard_.now() >= deadline)
            co_return fail(AppendError::no_room, "the first copy of this batch is still being written");
        moved_.reset();
        co_await moved_.wait_until(deadline);
    }
    co_return Appended{duplicate.base, log_start_, Appended::Kind::duplicate};
}

Task<std::optional<AppendError>> PartitionLog::admit(Bytes batch, Time deadline) {
    if (!co_await make_tail_room(batch, deadline)) co_return refusal().value_or(AppendError::no_room);
    // A full ring still takes changes of the metadata: deleting topics is what makes room.
    bool makes_room = place_.partition == cluster_metadata;
    auto reserved = makes_room ? co_await place_.wal.reserve_for_removal(shard_, batch.size(), deadline)
                               : co_await place_.wal.reserve(shard_, batch.size(), deadline);
    auto refused = refusal();
    if (reserved && !refused) co_return std::nullopt;
    if (reserved) place_.wal.give_back(batch.size());
    tail_.drop_room();
    co_return reserved ? *refused : append_error(reserved.error().code);
}

/// Memory that is short is first written out, then charged.
Task<bool> PartitionLog::make_tail_room(Bytes batch, Time deadline) {
    if (place_.partition == cluster_metadata) { // deletes make room for all others
        tail_.force_room(batch);
        co_return true;
    }
    while (!tail_.ensure_room(batch)) {
        if (refusal() || shard_.now() >= deadline) co_return false;
        if (tail_.durable_bytes() > 0 && shard_.now() >= write_out_again_)
            co_await write_out();
        else
            co_await shard_.sleep_until(std::min(deadline, shard_.now() + memory_poll));
    }
    co_return true;
}

PartitionLog::Numbered PartitionLog::number(Bytes batch, LeaderEpoch epoch) {
    kafka::set_base_offset(batch.writable(), end_);
    kafka::set_leader_epoch(batch.writable(), epoch);
    auto     view = kafka::BatchView::first(batch.view());
    Numbered numbered{{}, end_, view->last_offset(), epoch};
    end_ = view->next_offset();
    appended_bytes_ += batch.size();
    epochs_.assign(epoch, numbered.base);
    if (auto mark = producer_mark(*view)) producers_.apply(*mark, place_.world.clock.wall());
    if (place_.space) place_.space->take(batch.size());
    numbered.bytes = is_external(batch) ? std::move(batch) : tail_.push(std::move(batch));
    return numbered;
}

Entry PartitionLog::entry_of(EntryKind kind, const Numbered& batch, Bytes bytes) const {
    return {.kind = kind,
            .volume = place_.volume,
            .partition = place_.partition,
            .base_offset = batch.base,
            .leader_epoch = batch.epoch,
            .bytes = std::move(bytes)};
}

/// Joins the round before its first suspension.
Task<Outcome<FrameNumber, WalError>> PartitionLog::to_wal(Entry entry) {
    ++in_wal_;
    auto frame = co_await place_.wal.append(shard_, std::move(entry));
    if (--in_wal_ == 0 && is_offline_) moved_.set();
    co_return frame;
}

void PartitionLog::publish(Offset last) {
    high_watermark_ = std::max(high_watermark_, last.next());
    moved_.set();
    if (observer_) observer_->published();
    maybe_write_out();
}

void PartitionLog::fail_storage(WalError error) {
    if (!stopped_by_)
        stopped_by_ = error == WalError::stopped ? AppendError::stopped : AppendError::storage_failed;
    moved_.set();
}

} // namespace riacho::storage
