#pragma once

#include "base/outcome.hpp"
#include "broker/metadata/image.hpp"
#include "broker/metadata/topic_records.hpp"
#include "storage/store.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace riacho::broker {

/// The topics that the records of __cluster_metadata make up, batch after batch, from the first one on.
/// Overrides that are no longer known are kept and not acted on.
class TopicReplay {
public:
    Outcome<void, storage::StoreError> add(const Bytes& batches);

    /// Those that are there now, by name; `defaults` is what a topic has that overrides nothing.
    std::vector<Topic> topics(const TopicConfig& defaults = {}) const;
    /// What was altered of brokers' configurations, by their number; "" is all of them.
    const std::map<std::string, Overrides>& brokers() const { return brokers_; }
    /// The largest block's end, 0 where none is named.
    std::int64_t    next_producer_id() const { return next_producer_id_; }
    const Features& features() const { return features_; }
    /// Of the last batch.
    Timestamp last_time() const { return last_time_; }
    /// How many records there were of which a snapshot of ours would have nothing: another program's.
    std::uint64_t not_kept() const { return not_kept_; }

private:
    struct Fold;

    std::map<std::string, Overrides>         brokers_;
    std::unordered_map<Uuid, Topic>          topics_;
    std::map<std::string, Uuid, std::less<>> ids_;
    std::int64_t                             next_producer_id_ = 0;
    Features                                 features_;
    Timestamp                                last_time_;
    std::uint64_t                            not_kept_ = 0;
};

/// Gives a topic the configuration that its overrides make of `defaults`.
void configure(Topic& topic, const TopicConfig& defaults);

} // namespace riacho::broker
