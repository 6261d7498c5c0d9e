#include "broker/server/fetch_memory.hpp"

#include <algorithm>

namespace riacho::broker {

Charge FetchMemory::take(std::size_t bytes) {
    std::size_t small = std::min(bytes, small_bytes);
    if (!large_.is_waited_for()) {
        Charge charge = large_.charge_up_to(bytes);
        if (charge.bytes() >= small) return charge;
    }
    auto charge = whole_.try_charge(small);
    return charge ? *std::move(charge) : Charge();
}

Task<std::optional<FetchMemory::Held>> FetchMemory::wait_for(MemoryQueue& queue, std::size_t bytes,
                                                             MemoryQueue::Terms terms) {
    if (bytes <= large_.limit_bytes()) {
        auto charge = co_await queue.take(bytes <= small_bytes ? whole_ : large_, bytes, terms);
        if (!charge) co_return std::nullopt;
        co_return Held{*std::move(charge)};
    }
    MemoryBudget::Wait wait(whole_);
    auto               turn = co_await queue.take(turn_, 1, terms);
    if (!turn) co_return std::nullopt;
    co_return Held{whole_.charge(bytes), *std::move(turn)};
}

} // namespace riacho::broker
