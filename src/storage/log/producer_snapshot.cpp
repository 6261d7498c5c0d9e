#include "kafka/records/producer_snapshot_file.hpp"
#include "storage/log/producer_state.hpp"

#include <algorithm>
#include <vector>

namespace riacho::storage {

namespace {

kafka::ProducerEntry snapshot_entry(ProducerId id, const ProducerState& state, const ProducerBatch* batch) {
    kafka::ProducerEntry entry;
    entry.producer_id = static_cast<std::int64_t>(id);
    entry.epoch = state.epoch;
    entry.last_sequence = batch ? batch->last_sequence : -1;
    entry.last_offset = batch ? batch->last.value : -1;
    entry.offset_delta = batch ? batch->offset_delta : 0;
    bool is_last = !batch || batch == &state.batches().back();
    entry.timestamp = is_last ? state.last_timestamp.ms : batch->timestamp.ms;
    entry.coordinator_epoch = state.coordinator_epoch;
    entry.current_txn_first_offset = state.transaction_first.value_or(Offset{-1}).value;
    return entry;
}

} // namespace

LastOffsets ProducerStates::last_offsets() const {
    LastOffsets offsets;
    for (const auto& [id, state] : states_)
        if (!state.batches().empty()) offsets.emplace(id, state.batches().back().last);
    return offsets;
}

Bytes ProducerStates::snapshot(Detail detail) const {
    std::vector<ProducerId> ids;
    for (const auto& [id, state] : states_) ids.push_back(id);
    std::ranges::sort(ids);
    std::vector<kafka::ProducerEntry> entries;
    for (ProducerId id : ids) {
        const ProducerState& state = states_.at(id);
        auto                 batches = state.batches();
        if (detail == Detail::last_batch && !batches.empty()) batches = batches.last(1);
        for (const ProducerBatch& batch : batches) entries.push_back(snapshot_entry(id, state, &batch));
        if (batches.empty()) entries.push_back(snapshot_entry(id, state, nullptr));
    }
    return kafka::encode_producer_snapshot(std::move(entries));
}

std::optional<ProducerStates> ProducerStates::from_snapshot(Bytes file, Timestamp used) {
    auto entries = kafka::decode_producer_snapshot(std::move(file));
    if (!entries) return std::nullopt;
    ProducerStates states;
    for (const kafka::ProducerEntry& entry : *entries) {
        ProducerState& state = states.states_[ProducerId{entry.producer_id}];
        state.start_epoch(entry.epoch);
        state.coordinator_epoch = entry.coordinator_epoch;
        state.last_used = used;
        if (entry.current_txn_first_offset >= 0)
            state.transaction_first = Offset{entry.current_txn_first_offset};
        if (entry.last_offset >= 0)
            state.add({entry.last_sequence, entry.offset_delta, {entry.last_offset}, {entry.timestamp}});
        state.last_timestamp = {entry.timestamp};
    }
    return states;
}

} // namespace riacho::storage
