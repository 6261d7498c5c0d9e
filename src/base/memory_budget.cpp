#include "base/memory_budget.hpp"

#include <algorithm>

namespace riacho {

Charge::~Charge() {
    if (budget_) budget_->give_back(bytes_);
}

void Charge::shrink_to(std::size_t bytes) {
    if (bytes >= bytes_) return;
    budget_->give_back(bytes_ - bytes);
    bytes_ = bytes;
}

std::optional<Charge> MemoryBudget::try_charge(std::size_t bytes) {
    if (!try_add(bytes)) return std::nullopt;
    return Charge(*this, bytes);
}

Charge MemoryBudget::charge(std::size_t bytes) {
    add(bytes);
    return Charge(*this, bytes);
}

Charge MemoryBudget::charge_up_to(std::size_t bytes) {
    for (;;) {
        std::size_t held = held_bytes();
        std::size_t wanted = std::min(bytes, held < limit_ ? limit_ - held : 0);
        if (wanted == 0) return {};
        if (try_add(wanted)) return Charge(*this, wanted);
        if (held_bytes() <= held) return {}; // it is a parent that has none
    }
}

bool MemoryBudget::try_add(std::size_t bytes) {
    std::size_t held = held_.load(std::memory_order_relaxed);
    do {
        if (held > limit_ || bytes > limit_ - held) return false;
    } while (!held_.compare_exchange_weak(held, held + bytes, std::memory_order_relaxed));
    if (parent_ && !parent_->try_add(bytes)) {
        held_.fetch_sub(bytes, std::memory_order_relaxed);
        return false;
    }
    return true;
}

void MemoryBudget::add(std::size_t bytes) {
    held_.fetch_add(bytes, std::memory_order_relaxed);
    if (parent_) parent_->add(bytes);
}

void MemoryBudget::count_wait(int change) {
    waits_.fetch_add(change, std::memory_order_relaxed);
    if (parent_) parent_->count_wait(change);
}

void MemoryBudget::give_back(std::size_t bytes) {
    held_.fetch_sub(bytes, std::memory_order_relaxed);
    if (parent_) parent_->give_back(bytes);
}

} // namespace riacho
