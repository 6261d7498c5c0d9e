#pragma once

#include "browse/record_source.hpp"
#include "kafka/batch/batch_view.hpp"
#include "kafka/batch/record_cursor.hpp"

#include <deque>
#include <optional>
#include <set>
#include <vector>

namespace riacho::browse {

/// One partition's fetched batches as a row of records: without control records and what was aborted, from a
/// position up to an end. No I/O.
class PartitionReader {
public:
    /// Of one batch, decompressed; a larger one is left out and counted as damaged.
    static constexpr std::size_t batch_bytes_max = 32 * 1024 * 1024;

    PartitionReader(PartitionIndex partition, Offset position, Offset end)
        : partition_(partition), start_(position), position_(position), fetch_from_(position), end_(end) {}

    /// Adds what a fetch from fetch_from() gave. Fails where it holds something that is no batch.
    Outcome<void, SourceError> take(RecordSource::Fetched fetched);
    /// The record at hand, null where the next one is still to be fetched or there is none. Holds until
    /// skip() or take().
    const kafka::Record* head();
    /// Goes on behind the record at hand.
    void skip();
    /// Goes on at `position`, past everything before it.
    void jump(Offset position);

    PartitionIndex       partition() const { return partition_; }
    kafka::TimestampType timestamp_type() const { return type_; }
    Offset               start() const { return start_; }
    Offset               end() const { return end_; }
    /// The next offset that was not looked at.
    Offset position() const { return position_; }
    Offset fetch_from() const { return fetch_from_; }
    /// Where the partition ended at the last fetch; -1 before the first.
    Offset known_end() const { return has_fetched_ ? known_end_ : Offset{}; }
    /// With what the batch at hand was decompressed to.
    std::size_t buffered_bytes() const {
        return buffered_bytes_ + (records_ ? records_->decompressed().size() : 0);
    }
    std::size_t unread_bytes() const;
    /// Everything up to the end was looked at.
    bool is_finished() const { return position_ >= end_; }
    /// Nothing more is known to be there: a follower waits here.
    bool        is_caught_up() const { return has_fetched_ && fetch_from_ >= known_end_; }
    bool        wants_more(std::size_t bytes) const { return fetch_from_ < end_ && unread_bytes() < bytes; }
    std::size_t damaged_batches() const { return damaged_batches_; }
    /// The source has nothing where the partition should go on, more than once: what is left are gaps.
    void give_up_on_gap() { jump(end_); }

private:
    struct Piece {
        Bytes                                         bytes;
        std::vector<RecordSource::AbortedTransaction> aborted; // in the order of their first offsets
    };

    bool open_next_batch();
    bool is_hidden(const kafka::BatchView& batch);
    void end_piece();

    PartitionIndex                     partition_;
    Offset                             start_;
    Offset                             position_;
    Offset                             fetch_from_;
    Offset                             end_;
    Offset                             known_end_;
    bool                               has_fetched_ = false;
    std::deque<Piece>                  pieces_;
    std::size_t                        buffered_bytes_ = 0;
    std::optional<kafka::BatchCursor>  batches_; // of the first piece
    std::size_t                        next_aborted_ = 0;
    std::set<ProducerId>               aborting_; // whose records are left out until their marker
    std::optional<kafka::RecordCursor> records_;
    Offset                             batch_end_; // where the batch at hand ends
    kafka::TimestampType               type_ = kafka::TimestampType::create_time;
    const kafka::Record*               head_ = nullptr;
    std::size_t                        damaged_batches_ = 0;
};

} // namespace riacho::browse
