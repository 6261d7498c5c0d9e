#include "broker/partition/partition.hpp"

namespace riacho::broker {

PartitionUse::PartitionUse(Partition& partition) : partition_(&partition) { ++partition.uses_; }

PartitionUse::~PartitionUse() {
    if (partition_ && --partition_->uses_ == 0) partition_->unused_.set();
}

Partition::Partition(io::Shard& shard, io::Group& relays, storage::Log& log)
    : shard_(shard), relays_(relays), log_(log) {
    log_.set_observer(this);
}

void Partition::remove(const Waker& waker) {
    std::erase_if(wakers_, [&](const auto& waiting) { return waiting.get() == &waker; });
}

void Partition::wake_all() {
    for (auto& waker : std::exchange(wakers_, {})) {
        if (&waker->home() == &shard_)
            waker->event().set();
        else
            relays_.spawn(relay(std::move(waker), shard_));
    }
}

} // namespace riacho::broker
