#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/outcome.hpp"
#include "kafka/batch/batch_view.hpp"
#include "storage/log/log.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>

namespace riacho::storage {

/// What a batch says about its producer (KIP-98).
struct ProducerMark {
    enum class Kind { data, transactional_data, transaction_end };

    ProducerId   id = ProducerId::none;
    std::int16_t epoch = -1;
    Kind         kind = Kind::data;
    std::int32_t first_sequence = -1;
    std::int32_t last_sequence = -1;
    Offset       base;
    Offset       last;
    Timestamp    timestamp;              ///< the batch's largest
    std::int32_t coordinator_epoch = -1; ///< of a transaction's end
};

/// Nothing for a batch without a producer id.
std::optional<ProducerMark> producer_mark(const kafka::BatchView& batch);

/// What is remembered of one batch of a producer: enough to answer it again.
struct ProducerBatch {
    std::int32_t last_sequence = -1;
    std::int32_t offset_delta = 0;
    Offset       last;
    Timestamp    timestamp;
    Offset       base() const { return {last.value - offset_delta}; }
};

/// One producer as one partition knows it.
class ProducerState {
public:
    static constexpr std::size_t batches_max = 5; // as many as a client may have in flight

    std::int16_t          epoch = -1;
    std::int32_t          coordinator_epoch = -1;
    std::optional<Offset> transaction_first; ///< of the one that is open
    Timestamp             last_timestamp;
    Timestamp             last_used;
    /// Oldest first.
    std::span<const ProducerBatch> batches() const { return {batches_.data(), count_}; }

    void add(const ProducerBatch& batch);
    void start_epoch(std::int16_t next);

private:
    std::array<ProducerBatch, batches_max> batches_{};
    std::size_t                            count_ = 0;
};

/// The last offset that each producer has written: the batch that ends there carries its last sequence.
using LastOffsets = std::unordered_map<ProducerId, Offset>;

/// The idempotent and transactional producers of one partition: each one's epoch and last five batches.
class ProducerStates {
public:
    /// A batch that was appended before.
    struct Duplicate {
        Offset base;
        Offset last;
    };
    /// Kafka's rules for the next batch of a producer; nothing when it may be appended.
    Outcome<std::optional<Duplicate>, AppendError> check(const ProducerMark& mark) const;

    /// Takes a batch that was given its place, in the order of offsets; one that is known is left out.
    /// `used` is when, for expiry.
    void apply(const ProducerMark& mark, Timestamp used);
    /// Forgets producers whose last batch and last use are both older than `age`, open transactions excepted.
    void expire(Timestamp now, std::chrono::milliseconds age);

    bool                 is_empty() const { return states_.empty(); }
    std::size_t          size() const { return states_.size(); }
    const ProducerState* find(ProducerId id) const;

    LastOffsets last_offsets() const;

    /// `last_batch` is what Kafka keeps in its .snapshot files. `all_batches` repeats a producer's entry,
    /// oldest batch first: a reader that lets the last one win, as Kafka does, sees the same.
    enum class Detail { last_batch, all_batches };
    Bytes snapshot(Detail detail) const;
    /// Nothing when the bytes are not a whole snapshot.
    static std::optional<ProducerStates> from_snapshot(Bytes file, Timestamp used);

private:
    std::unordered_map<ProducerId, ProducerState> states_;
};

} // namespace riacho::storage
