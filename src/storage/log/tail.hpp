#pragma once

#include "base/bytes.hpp"
#include "base/memory_budget.hpp"
#include "kafka/batch/batch_view.hpp"
#include "storage/log/log.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace riacho::storage {

/// The end of one partition in memory: batches in flight, and durable ones that are not yet in a segment.
/// Offsets run on without a gap from `base()`.
///
/// Small batches are copied, one behind the other, into chunks that grow with use, so that a read gives one
/// long slice and the frame of the request is let go. Large ones stay in the slice they came in.
/// All of it is charged to the budget by capacity, until it leaves the tail: readers count what they hold on
/// to.
class Tail {
public:
    static constexpr std::size_t chunk_bytes_min = 4 << 10;
    static constexpr std::size_t chunk_bytes_max = 1 << 20;
    static constexpr std::size_t kept_slice_bytes = 32 << 10; ///< from here on a batch is not copied

    struct Batch {
        Offset        base;
        Offset        last;
        Timestamp     max_timestamp;
        FrameNumber   frame; ///< 0 while in flight
        std::uint32_t chunk; ///< batches of one chunk lie one behind the other
        std::uint32_t from;  ///< in `owner`
        std::uint32_t size;
        Bytes         owner;
        Charge        charge; ///< of a slice that was kept

        Bytes bytes() const { return owner.slice(from, size); }
        bool  is_durable() const { return frame.value != 0; }
    };

    explicit Tail(MemoryBudget& budget) : budget_(budget) {}

    /// Makes sure that `push` of this batch has its memory; false when the budget has none.
    bool ensure_room(const Bytes& batch);
    /// The same past the limit: for what recovery reads.
    void force_room(const Bytes& batch);
    /// The batch that room was made for does not come.
    void drop_room();
    /// Takes a batch that has its base offset, after `ensure_room` of it. Gives the bytes as they lie here.
    Bytes push(Bytes batch);
    /// The oldest batch in flight, which begins at `base`, is durable in `frame`.
    void mark_durable(Offset base, FrameNumber frame);

    bool                       is_empty() const { return batches_.empty(); }
    const Batch&               front() const { return batches_.front(); }
    std::uint64_t              bytes() const { return bytes_; }
    std::uint64_t              durable_bytes() const { return durable_bytes_; }
    std::optional<FrameNumber> oldest_durable() const;
    /// The largest timestamp of what is durable.
    Timestamp max_durable_timestamp() const;

    /// The oldest durable batches, at most about `bytes_max`, at least one if there is any.
    std::vector<Bytes> durable_batches(std::size_t bytes_max) const;
    /// The oldest `count` batches are in their segment.
    void pop(std::size_t count);

    /// As Log::read, of batches that lie here: what is contiguous in memory.
    ReadResult read(Offset from, Offset below, ReadRoom room) const;
    /// The batches from the one that holds `from` on.
    std::deque<Batch>::const_iterator find(Offset from) const;
    std::deque<Batch>::const_iterator end() const { return batches_.end(); }

private:
    bool keeps_slice(const Bytes& batch) const;
    void use_chunk(std::size_t size, Charge charge);
    void drop_chunk();

    MemoryBudget&           budget_;
    std::deque<Batch>       batches_;
    std::size_t             durable_count_ = 0;
    std::uint64_t           bytes_ = 0;
    std::uint64_t           durable_bytes_ = 0;
    std::shared_ptr<Buffer> chunk_;
    std::size_t             chunk_used_ = 0;
    std::uint32_t           chunk_number_ = 0;
    std::size_t             next_chunk_bytes_ = chunk_bytes_min;
    Charge                  slice_charge_;             // of the batch that is pushed next
    bool                    is_room_promised_ = false; // that batch may still wait for room elsewhere
};

} // namespace riacho::storage
