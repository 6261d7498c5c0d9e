#pragma once

#include "base/memory_budget.hpp"
#include "io/event.hpp"
#include "io/group.hpp"

#include <list>
#include <optional>

namespace riacho::broker {

/// The connections of one shard that wait for memory. Budgets are shared between shards and say nothing when
/// bytes come back, so they are asked again every few milliseconds, by one coroutine for all who wait: in the
/// order of coming, and whoever fits goes on: small ones do not wait for large ones, nor does one budget for
/// another.
class MemoryQueue {
public:
    explicit MemoryQueue(io::Shard& shard) : shard_(shard), work_(shard) {}

    /// Ends without a charge when `is_cancelled` becomes true, or at `deadline`.
    struct Terms {
        const bool& is_cancelled;
        Time        deadline;
    };
    Task<std::optional<Charge>> take(MemoryBudget& budget, std::size_t bytes, Terms terms);
    /// The broker stops: nobody waits any longer.
    void   end_waits();
    Task<> join() { co_await work_.join(); }

private:
    struct Waiter {
        MemoryBudget&         budget;
        std::size_t           bytes;
        Terms                 terms;
        io::Event             done;
        std::optional<Charge> charge;
    };

    Task<> ask_again();
    bool   is_over(Waiter& waiter);

    io::Shard&         shard_;
    std::list<Waiter*> waiters_;
    bool               is_asking_ = false;
    bool               is_ended_ = false;
    io::Group          work_;
};

} // namespace riacho::broker
