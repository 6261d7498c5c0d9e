#pragma once

#include "broker/partition/waker.hpp"
#include "io/group.hpp"
#include "storage/log/log.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace riacho::broker {

class Partition;

/// The right to use a partition until the end of a piece of work: its removal waits for it. Is dropped on the
/// partition's shard.
class PartitionUse {
public:
    PartitionUse() = default;
    explicit PartitionUse(Partition& partition);
    PartitionUse(PartitionUse&& other) noexcept : partition_(std::exchange(other.partition_, nullptr)) {}
    PartitionUse& operator=(PartitionUse&& other) noexcept {
        std::swap(partition_, other.partition_);
        return *this;
    }
    ~PartitionUse();

    Partition* operator->() const { return partition_; }
    Partition& operator*() const { return *partition_; }

private:
    Partition* partition_ = nullptr;
};

/// One partition of the broker: its log, and who waits for it. Belongs to one shard.
class Partition : public storage::LogObserver {
public:
    /// `relays` is a group of the shard.
    Partition(io::Shard& shard, io::Group& relays, storage::Log& log);

    storage::Log& log() { return log_; }
    /// Up to where read_committed reads. There are no transactions yet: the high watermark.
    Offset last_stable_offset() const { return log_.high_watermark(); }

    /// `waker` is set when something is published; once, and then forgotten.
    void add(std::shared_ptr<Waker> waker) { wakers_.push_back(std::move(waker)); }
    void remove(const Waker& waker);
    void wake_all();

    void published() override { wake_all(); }

private:
    friend class PartitionUse;
    friend class Partitions;

    io::Shard&                          shard_;
    io::Group&                          relays_;
    storage::Log&                       log_;
    std::vector<std::shared_ptr<Waker>> wakers_;
    std::size_t                         uses_ = 0;
    io::Event                           unused_{shard_};
};

} // namespace riacho::broker
