#pragma once

#include "base/memory_budget.hpp"
#include "broker/server/memory_queue.hpp"

#include <cstddef>
#include <optional>

namespace riacho::broker {

/// Memory for answers: queued.max.response.bytes, and what of it the records in answers to fetches may take.
/// An eighth is left to small answers, so they are served while large ones wait for each other. An answer
/// that is larger than all of it goes past the limit, one at a time. May be asked from any shard.
class FetchMemory {
public:
    static constexpr std::size_t small_bytes = 64 << 10;

    /// What one answer holds until it is written.
    struct Held {
        Charge bytes;
        Charge turn = {}; ///< of an answer past the limit
    };

    FetchMemory(std::size_t limit_bytes, MemoryBudget* parent)
        : whole_("responses", limit_bytes, parent),
          large_("large responses", limit_bytes - limit_bytes / 8, &whole_), turn_("oversize responses", 1) {}

    /// For all that is no fetch, too.
    MemoryBudget& whole() { return whole_; }
    /// The most that one fetch should ask for: a few find room beside each other.
    std::size_t share_bytes() const { return large_.limit_bytes() / 4; }
    /// As much of `bytes` as is there now, perhaps nothing. While others wait for large answers: a small one.
    Charge take(std::size_t bytes);
    /// All of `bytes`, after those who have waited for longer; nothing at the end of `terms`.
    Task<std::optional<Held>> wait_for(MemoryQueue& queue, std::size_t bytes, MemoryQueue::Terms terms);

private:
    MemoryBudget whole_;
    MemoryBudget large_;
    MemoryBudget turn_; ///< one "byte": who has it may go past the limit
};

} // namespace riacho::broker
