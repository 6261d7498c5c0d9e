#include "browse/partition_reader.hpp"

#include "kafka/batch/control.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <utility>

namespace riacho::browse {

Outcome<void, SourceError> PartitionReader::take(RecordSource::Fetched fetched) {
    known_end_ = fetched.end;
    has_fetched_ = true;
    if (fetched.start > fetch_from_) { // deleted in the meantime
        if (pieces_.empty()) position_ = std::max(position_, std::min(fetched.start, end_));
        fetch_from_ = fetched.start;
    }
    kafka::BatchCursor cursor(fetched.records.view());
    while (auto batch = cursor.next()) fetch_from_ = std::max(fetch_from_, batch->next_offset());
    auto problem = cursor.error();
    if (problem && *problem != kafka::BatchError::truncated && *problem != kafka::BatchError::no_batch)
        return fail(SourceError::unreadable,
                    fmt::format("partition {}: what follows offset {} is no record batch of "
                                "Kafka 0.11 or later",
                                static_cast<std::int32_t>(partition_), fetch_from_.value));
    if (cursor.rest().size() == fetched.records.size()) return {}; // not one whole batch
    // A small slice would keep the whole answer.
    bool  is_small = fetched.records.size() < fetched.records.held_bytes() / 2;
    Bytes bytes = is_small ? Bytes::copy_of(fetched.records.view()) : std::move(fetched.records);
    std::ranges::sort(fetched.aborted, {}, &RecordSource::AbortedTransaction::first_offset);
    buffered_bytes_ += bytes.size();
    pieces_.push_back({std::move(bytes), std::move(fetched.aborted)});
    return {};
}

const kafka::Record* PartitionReader::head() {
    if (head_) return head_;
    while (!is_finished()) {
        if (!records_ && !open_next_batch()) {
            position_ = std::max(position_, fetch_from_); // everything that was fetched was looked at
            return nullptr;
        }
        const kafka::Record* record = records_->next();
        if (!record) {
            if (records_->error()) ++damaged_batches_;
            records_.reset();
            position_ = std::max(position_, batch_end_);
        } else if (record->offset >= end_) {
            position_ = end_;
        } else if (record->offset >= position_) {
            position_ = record->offset;
            return head_ = record;
        }
    }
    pieces_.clear();
    records_.reset();
    batches_.reset();
    buffered_bytes_ = 0;
    return nullptr;
}

void PartitionReader::skip() {
    position_ = position_.next();
    head_ = nullptr;
}

void PartitionReader::jump(Offset position) {
    position_ = std::max(position_, position);
    fetch_from_ = std::max(fetch_from_, position);
    head_ = nullptr;
}

std::size_t PartitionReader::unread_bytes() const {
    if (!batches_) return buffered_bytes_;
    return buffered_bytes_ - (pieces_.front().bytes.size() - batches_->rest().size());
}

/// The next batch that has records for us, in whatever piece.
bool PartitionReader::open_next_batch() {
    while (!pieces_.empty()) {
        if (!batches_) {
            batches_.emplace(pieces_.front().bytes.view());
            next_aborted_ = 0;
            aborting_.clear();
        }
        auto batch = batches_->next();
        if (!batch) {
            end_piece();
            continue;
        }
        bool is_behind = batch->next_offset() <= position_;
        if (is_hidden(*batch) || is_behind) {
            position_ = std::max(position_, batch->next_offset());
            continue;
        }
        auto records = kafka::RecordCursor::open(*batch, batch_bytes_max);
        if (!records) {
            ++damaged_batches_;
            position_ = std::max(position_, batch->next_offset());
            continue;
        }
        records_ = *std::move(records);
        batch_end_ = batch->next_offset();
        type_ = batch->attributes().timestamp_type();
        return true;
    }
    return false;
}

/// Control records are nobody's; records of a transaction that was aborted are left out up to its marker.
bool PartitionReader::is_hidden(const kafka::BatchView& batch) {
    const auto& aborted = pieces_.front().aborted;
    while (next_aborted_ < aborted.size() && aborted[next_aborted_].first_offset <= batch.last_offset())
        aborting_.insert(aborted[next_aborted_++].producer_id);
    if (batch.attributes().is_control()) {
        auto marker = kafka::marker_of(batch);
        if (marker && marker->type == kafka::ControlType::abort) aborting_.erase(batch.producer_id());
        return true;
    }
    return batch.attributes().is_transactional() && aborting_.contains(batch.producer_id());
}

void PartitionReader::end_piece() {
    buffered_bytes_ -= pieces_.front().bytes.size();
    pieces_.pop_front();
    batches_.reset();
}

} // namespace riacho::browse
