#include "broker/partition/partitions.hpp"

#include "base/log.hpp"

namespace riacho::broker {
namespace {

constexpr log::Logger partitions_log{"partitions"};

} // namespace

Task<Outcome<PartitionUse, kafka::ErrorCode>> Partitions::use(std::shared_ptr<const Topic> topic,
                                                              std::int32_t                 index) {
    shard_.check_here();
    TopicPartition id = topic->partition(index);
    if (auto found = partitions_.find(id); found != partitions_.end()) co_return PartitionUse(*found->second);
    CO_TRY(Partition * opened, co_await open(std::move(topic), id));
    co_return PartitionUse(*opened);
}

Task<Outcome<std::uint64_t, kafka::ErrorCode>> Partitions::size(std::shared_ptr<const Topic> topic,
                                                                std::int32_t                 index) {
    TopicPartition id = topic->partition(index);
    if (!partitions_.contains(id) && !store_.holds(id)) co_return 0; // or it is damaged
    CO_TRY(PartitionUse used, co_await use(std::move(topic), index));
    co_return used->log().size_bytes();
}

storage::Log* Partitions::open_log(TopicPartition partition) const {
    shard_.check_here();
    auto found = partitions_.find(partition);
    return found == partitions_.end() ? nullptr : &found->second->log();
}

storage::LogOptions Partitions::options_of(const Topic& topic) const {
    return log_options(options_, topic.name, topic.config);
}

void Partitions::configure(const Topic& topic) {
    shard_.check_here();
    storage::LogOptions options = options_of(topic);
    for (std::int32_t index = 0; index < topic.partitions; ++index) {
        TopicPartition id = topic.partition(index);
        if (&store_.shard_of(id) == &shard_) store_.set_options(id, options);
    }
}

Task<Outcome<Partition*, kafka::ErrorCode>> Partitions::open(std::shared_ptr<const Topic> topic,
                                                             TopicPartition               id) {
    auto turn = co_await opening_.lock();
    if (auto found = partitions_.find(id); found != partitions_.end()) co_return found->second.get();
    // A request may hold a topic for long, such as a poll: it must not bring back what was removed meanwhile.
    if (image_.has_lost(*topic)) co_return fail(kafka::ErrorCode::unknown_topic_or_partition);
    try {
        auto log = co_await store_.open_log(id, topic->name, options_of(*topic));
        if (!log) co_return fail(kafka::ErrorCode::kafka_storage_error, log.error().detail);
        // The request may hold the topic as it was, and it may have been altered while this waited.
        if (auto now = image_.find(topic->id)) (*log)->set_options(options_of(*now));
        auto made = partitions_.emplace(id, std::make_unique<Partition>(shard_, relays_, **log));
        co_return made.first->second.get();
    } catch (const io::DiskError& error) {
        partitions_log.error("cannot open topic={} partition={}: {}", topic->name, static_cast<int>(id.index),
                             error.what());
        co_return fail(kafka::ErrorCode::kafka_storage_error, error.what());
    }
}

Task<storage::Removal> Partitions::remove(std::shared_ptr<const Topic> topic, std::int32_t index) {
    shard_.check_here();
    TopicPartition partition = topic->partition(index);
    {
        auto turn = co_await opening_.lock(); // an opening that is under way ends first
        if (auto found = partitions_.find(partition); found != partitions_.end()) {
            removing_[partition] = std::move(found->second);
            partitions_.erase(found);
        } else {
            removing_[partition] = nullptr;
        }
    }
    if (Partition* leaving = removing_[partition].get()) {
        leaving->wake_all();
        while (leaving->uses_ > 0) {
            leaving->unused_.reset();
            co_await leaving->unused_.wait();
        }
        leaving->log().set_observer(nullptr);
    }
    auto removal = storage::Removal::left_to_next_start;
    try {
        removal = co_await store_.remove_log(partition, topic->name);
    } catch (const io::DiskError& error) {
        // The next start finishes it: the metadata no longer has the topic.
        partitions_log.warn("cannot remove topic={} partition={}: {}", topic->name,
                            static_cast<int>(partition.index), error.what());
    }
    removing_.erase(partition);
    co_return removal;
}

void Partitions::wake_all() {
    for (auto& [id, partition] : partitions_) partition->wake_all();
}

Task<> Partitions::open_unused() {
    std::vector<std::pair<std::shared_ptr<const Topic>, std::int32_t>> unused;
    for (const auto& [name, topic] : image_.topics()) {
        for (std::int32_t index = 0; index < topic->partitions; ++index) {
            TopicPartition id = topic->partition(index);
            bool           is_mine = &store_.shard_of(id) == &shard_;
            if (is_mine && !partitions_.contains(id) && store_.holds(id)) unused.emplace_back(topic, index);
        }
    }
    for (auto& [topic, index] : unused) {
        auto used = co_await use(topic, index);
        if (!used)
            partitions_log.debug("topic={} partition={} stays closed: {}", topic->name, index,
                                 used.error().detail);
    }
}

Task<> Partitions::enforce_retention() {
    co_await open_unused();
    std::vector<TopicPartition> open;
    for (auto& [id, partition] : partitions_) open.push_back(id);
    for (TopicPartition id : open) {
        auto found = partitions_.find(id);
        if (found == partitions_.end()) continue;
        PartitionUse use(*found->second);
        try {
            co_await use->log().enforce_retention();
        } catch (const io::DiskError& error) {
            partitions_log.warn("retention of a partition failed: {}", error.what());
        }
    }
}

Task<> Partitions::stop() {
    wake_all();
    co_await relays_.join();
}

} // namespace riacho::broker
