#include "broker/server/memory_queue.hpp"

#include <algorithm>
#include <chrono>

namespace riacho::broker {
namespace {

constexpr Time memory_ask_again = std::chrono::milliseconds(2);

/// Out of the list also where the coroutine is dropped.
template <class List> struct Listed {
    Listed(List& whole, List::value_type value) : list(whole), place(list.insert(list.end(), value)) {}
    Listed(const Listed&) = delete;
    Listed& operator=(const Listed&) = delete;
    ~Listed() { list.erase(place); }

    List&                   list;
    typename List::iterator place;
};

} // namespace

/// Who comes later does not go first: those who wait are asked only now and then.
Task<std::optional<Charge>> MemoryQueue::take(MemoryBudget& budget, std::size_t bytes, Terms terms) {
    shard_.check_here();
    Waiter waiter{budget, bytes, terms, io::Event(shard_), std::nullopt};
    bool   is_first = std::ranges::none_of(waiters_, [&](auto* one) { return &one->budget == &budget; });
    if ((is_first || is_ended_) && is_over(waiter)) co_return std::move(waiter.charge);
    MemoryBudget::Wait wait(budget);
    Listed             listed(waiters_, &waiter);
    if (!is_asking_) {
        is_asking_ = true;
        work_.spawn(ask_again());
    }
    co_await waiter.done.wait();
    co_return std::move(waiter.charge);
}

bool MemoryQueue::is_over(Waiter& waiter) {
    if (waiter.terms.is_cancelled) return true;
    waiter.charge = waiter.budget.try_charge(waiter.bytes);
    return waiter.charge || is_ended_ || shard_.now() >= waiter.terms.deadline;
}

void MemoryQueue::end_waits() {
    is_ended_ = true;
    for (Waiter* waiter : waiters_) waiter->done.set();
}

Task<> MemoryQueue::ask_again() {
    while (!waiters_.empty()) {
        co_await shard_.sleep_for(memory_ask_again);
        for (Waiter* waiter : waiters_)
            if (!waiter->done.is_set() && is_over(*waiter)) waiter->done.set();
    }
    is_asking_ = false;
}

} // namespace riacho::broker
