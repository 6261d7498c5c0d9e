#pragma once

#include "base/ids.hpp"
#include "broker/config/topic_config.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>

namespace riacho::broker {

struct BrokerOptions;

/// A topic as clients see it.
struct Topic {
    std::string  name;
    Uuid         id;
    std::int32_t partitions = 0;
    /// What its creator asked for; one node keeps one replica.
    std::int16_t replication_factor = 1;
    Overrides    overrides;
    TopicConfig  config;
    /// Which of the image's changes made it, the same on every shard.
    std::uint64_t  change = 0;
    bool           is_internal() const { return name == offsets_topic_name || name == "__transaction_state"; }
    TopicPartition partition(std::int32_t index) const { return {id, PartitionIndex{index}}; }
    bool           has(std::int32_t partition) const { return partition >= 0 && partition < partitions; }
};

struct TopicCreated {
    Topic topic;
};
/// It has other overrides, or more partitions.
struct TopicAltered {
    Topic topic;
};
struct TopicDeleted {
    Uuid id;
};
/// What a broker, or all of them ("") have been told since the start.
struct BrokerAltered {
    std::string                          broker;
    Overrides                            overrides;
    std::shared_ptr<const BrokerOptions> current; ///< what this broker goes by from now on
};
/// What one batch of __cluster_metadata changes.
using Change = std::variant<TopicCreated, TopicAltered, TopicDeleted, BrokerAltered>;

/// The topics and their configurations: what has become durable in __cluster_metadata. Each shard has its
/// own, which it reads without asking anybody; changes reach all shards before their maker is answered.
class Image {
public:
    /// Null when there is none. The topic stays as it was for as long as it is held.
    std::shared_ptr<const Topic> find(std::string_view name) const;
    std::shared_ptr<const Topic> find(Uuid id) const;
    /// By name, in order.
    const std::map<std::string, std::shared_ptr<const Topic>, std::less<>>& topics() const {
        return by_name_;
    }

    /// What was altered of a broker's configuration; of all brokers' for "".
    const Overrides&                                     of_broker(std::string_view broker) const;
    const std::map<std::string, Overrides, std::less<>>& of_brokers() const { return of_brokers_; }

    void apply(const Change& change);
    /// The topic was here and is deleted, though a request may still hold it. False for one that another
    /// shard knows already and this one is about to learn of.
    bool has_lost(const Topic& topic) const { return topic.change <= changes_ && !by_id_.contains(topic.id); }

private:
    void put(const Topic& changed);

    std::map<std::string, std::shared_ptr<const Topic>, std::less<>> by_name_;
    std::unordered_map<Uuid, std::shared_ptr<const Topic>>           by_id_;
    std::map<std::string, Overrides, std::less<>>                    of_brokers_;
    std::uint64_t                                                    changes_ = 0;
};

} // namespace riacho::broker
