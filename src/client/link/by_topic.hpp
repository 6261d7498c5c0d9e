#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace riacho::client {

/// The entry of `name` at the end of `topics`, which is made where another topic stands there.
template <class Topic>
Topic& last_topic(std::vector<Topic>& topics, std::string Topic::* name, const std::string& is) {
    if (topics.empty() || topics.back().*name != is) topics.emplace_back().*name = is;
    return topics.back();
}

/// Finds partitions in an answer in the order of the question, which most brokers keep: ten thousand of them
/// are found in ten thousand looks.
template <class Topic, class Partition> class PartitionFinder {
public:
    PartitionFinder(std::vector<Partition> Topic::* partitions, std::string Topic::* name,
                    std::int32_t Partition::* index)
        : partitions_(partitions), name_(name), index_(index) {}

    Partition* find(std::vector<Topic>& topics, const std::string& name, std::int32_t index) {
        for (std::size_t i = 0; i < topics.size(); ++i) {
            std::size_t at = (topic_ + i) % topics.size();
            if (topics[at].*name_ != name) continue;
            if (at != topic_) partition_ = 0;
            topic_ = at;
            if (Partition* found = find_in(topics[at].*partitions_, index)) return found;
        }
        return nullptr;
    }

private:
    Partition* find_in(std::vector<Partition>& partitions, std::int32_t index) {
        for (std::size_t i = 0; i < partitions.size(); ++i) {
            std::size_t at = (partition_ + i) % partitions.size();
            if (partitions[at].*index_ != index) continue;
            partition_ = at + 1;
            return &partitions[at];
        }
        return nullptr;
    }

    std::vector<Partition> Topic::* partitions_;
    std::string Topic::* name_;
    std::int32_t Partition::* index_;
    std::size_t               topic_ = 0;     // where the last one was found
    std::size_t               partition_ = 0; // behind that
};

} // namespace riacho::client
