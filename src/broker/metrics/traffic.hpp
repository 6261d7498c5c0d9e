#pragma once

#include "base/ids.hpp"

#include <cstdint>
#include <unordered_map>

namespace riacho::broker {

/// What clients wrote to a topic, and read of it, since the start of the broker: Kafka's BrokerTopicMetrics.
struct Traffic {
    std::uint64_t messages_in = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    std::uint64_t produce_requests = 0; ///< one for each partition that a request names
    std::uint64_t fetch_requests = 0;
    std::uint64_t failed_produce_requests = 0;
    std::uint64_t failed_fetch_requests = 0;

    Traffic& operator+=(const Traffic& other) {
        messages_in += other.messages_in;
        bytes_in += other.bytes_in;
        bytes_out += other.bytes_out;
        produce_requests += other.produce_requests;
        fetch_requests += other.fetch_requests;
        failed_produce_requests += other.failed_produce_requests;
        failed_fetch_requests += other.failed_fetch_requests;
        return *this;
    }
};

/// What the connections of one shard wrote and read, by topic and in all.
class TopicTraffic {
public:
    void add(Uuid topic, const Traffic& more) {
        all_ += more;
        of_topics_[topic] += more;
    }
    /// The topic is gone; what it had still counts for all.
    void forget(Uuid topic) { of_topics_.erase(topic); }
    void add(const TopicTraffic& other) {
        all_ += other.all_;
        for (const auto& [topic, traffic] : other.of_topics_) of_topics_[topic] += traffic;
    }

    const Traffic&                           all() const { return all_; }
    const std::unordered_map<Uuid, Traffic>& of_topics() const { return of_topics_; }

private:
    Traffic                           all_;
    std::unordered_map<Uuid, Traffic> of_topics_;
};

} // namespace riacho::broker
