#include "storage/log/producer_state.hpp"

#include "kafka/batch/control.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <limits>

namespace riacho::storage {

namespace {

std::int32_t next_sequence(std::int32_t sequence) {
    return sequence == std::numeric_limits<std::int32_t>::max() ? 0 : sequence + 1;
}

std::int32_t first_sequence_of(const ProducerBatch& batch) {
    std::int64_t first = std::int64_t{batch.last_sequence} - batch.offset_delta;
    return static_cast<std::int32_t>(first < 0 ? first + (std::int64_t{1} << 31) : first);
}

} // namespace

std::optional<ProducerMark> producer_mark(const kafka::BatchView& batch) {
    if (!batch.has_producer()) return std::nullopt;
    ProducerMark mark;
    mark.id = batch.producer_id();
    mark.epoch = batch.producer_epoch();
    mark.first_sequence = batch.base_sequence();
    mark.last_sequence = batch.last_sequence();
    mark.base = batch.base_offset();
    mark.last = batch.last_offset();
    mark.timestamp = batch.max_timestamp();
    if (batch.attributes().is_control()) {
        mark.kind = ProducerMark::Kind::transaction_end;
        auto marker = kafka::marker_of(batch);
        if (marker) mark.coordinator_epoch = marker->coordinator_epoch;
    } else if (batch.attributes().is_transactional()) {
        mark.kind = ProducerMark::Kind::transactional_data;
    }
    return mark;
}

void ProducerState::add(const ProducerBatch& batch) {
    if (count_ == batches_max) {
        std::ranges::rotate(batches_, batches_.begin() + 1);
        --count_;
    }
    batches_[count_++] = batch;
    last_timestamp = batch.timestamp;
}

void ProducerState::start_epoch(std::int16_t next) {
    if (next == epoch) return;
    epoch = next;
    count_ = 0;
}

const ProducerState* ProducerStates::find(ProducerId id) const {
    auto found = states_.find(id);
    return found == states_.end() ? nullptr : &found->second;
}

Outcome<std::optional<ProducerStates::Duplicate>, AppendError>
ProducerStates::check(const ProducerMark& mark) const {
    const ProducerState* state = find(mark.id);
    if (!state || state->epoch < 0) return std::nullopt; // expired, or its records were deleted: any sequence
    if (mark.epoch < state->epoch)
        return fail(AppendError::invalid_producer_epoch,
                    fmt::format("epoch {} of producer {} is below its current one, {}", mark.epoch,
                                static_cast<std::int64_t>(mark.id), state->epoch));
    if (mark.kind == ProducerMark::Kind::transaction_end) return std::nullopt;

    std::int32_t expected = 0; // of a new epoch, and after a transaction's end raised the epoch
    if (mark.epoch == state->epoch && !state->batches().empty()) {
        for (const ProducerBatch& batch : state->batches()) {
            if (batch.last_sequence == mark.last_sequence && first_sequence_of(batch) == mark.first_sequence)
                return Duplicate{batch.base(), batch.last};
        }
        expected = next_sequence(state->batches().back().last_sequence);
    }
    if (mark.first_sequence == expected) return std::nullopt;
    return fail(AppendError::out_of_order_sequence,
                fmt::format("sequence {} of producer {} in epoch {}: {} was expected", mark.first_sequence,
                            static_cast<std::int64_t>(mark.id), mark.epoch, expected));
}

void ProducerStates::apply(const ProducerMark& mark, Timestamp used) {
    ProducerState& state = states_[mark.id];
    bool           is_end = mark.kind == ProducerMark::Kind::transaction_end;
    if (mark.epoch < state.epoch) return;
    if (!is_end && !state.batches().empty() && mark.epoch == state.epoch &&
        mark.last <= state.batches().back().last)
        return; // replayed over a snapshot that has it
    if (is_end && state.transaction_first && *state.transaction_first > mark.last) return; // likewise
    state.start_epoch(mark.epoch);
    state.last_used = std::max(state.last_used, used);
    if (is_end) {
        state.coordinator_epoch = mark.coordinator_epoch;
        state.last_timestamp = mark.timestamp;
        state.transaction_first.reset();
        return;
    }
    if (mark.kind == ProducerMark::Kind::transactional_data && !state.transaction_first)
        state.transaction_first = mark.base;
    std::int32_t delta = static_cast<std::int32_t>(mark.last.value - mark.base.value);
    state.add({mark.last_sequence, delta, mark.last, mark.timestamp});
}

void ProducerStates::expire(Timestamp now, std::chrono::milliseconds age) {
    std::erase_if(states_, [&](const auto& item) {
        const ProducerState& state = item.second;
        std::int64_t         last = std::max(state.last_timestamp.ms, state.last_used.ms);
        return !state.transaction_first && now.ms - last >= age.count();
    });
}

} // namespace riacho::storage
