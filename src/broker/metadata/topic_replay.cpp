#include "broker/metadata/topic_replay.hpp"

#include "base/log.hpp"
#include "broker/metadata/topic_records.hpp"
#include "kafka/batch/record_cursor.hpp"
#include "kafka/records/metadata_record.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <limits>
#include <utility>

namespace riacho::broker {
namespace {

constexpr log::Logger replay_log{"metadata"};

std::int16_t replicas_of(const kafka::ConfigRecord& record) {
    auto value = option_detail::parse_whole(record.value.value_or("1"), between(1, 32767));
    return static_cast<std::int16_t>(value.value_or(1));
}

} // namespace

/// What each record does.
struct TopicReplay::Fold {
    TopicReplay& into;

    void operator()(const kafka::TopicRecord& record) const {
        Topic& topic = into.topics_[record.topic_id];
        topic.name = record.name;
        topic.id = record.topic_id;
        into.ids_[record.name] = record.topic_id;
    }
    void operator()(const kafka::PartitionRecord& record) const {
        auto found = into.topics_.find(record.topic_id);
        if (found == into.topics_.end()) return;
        std::int32_t& partitions = found->second.partitions;
        partitions = std::max(partitions, record.partition_id + 1);
    }
    void operator()(const kafka::ConfigRecord& record) const {
        if (record.resource_type == broker_resource) return alter_broker(record);
        auto id = into.ids_.find(record.resource_name);
        if (record.resource_type != topic_resource) ++into.not_kept_;
        if (record.resource_type != topic_resource || id == into.ids_.end()) return;
        Topic& topic = into.topics_.at(id->second);
        if (record.name == requested_replicas)
            topic.replication_factor = replicas_of(record);
        else if (record.value)
            topic.overrides[record.name] = *record.value;
        else
            topic.overrides.erase(record.name);
    }
    void alter_broker(const kafka::ConfigRecord& record) const {
        Overrides& overrides = into.brokers_[record.resource_name];
        if (record.value)
            overrides[record.name] = *record.value;
        else
            overrides.erase(record.name);
    }
    void operator()(const kafka::RemoveTopicRecord& record) const { // its configuration goes with it
        auto found = into.topics_.find(record.topic_id);
        if (found == into.topics_.end()) return;
        auto named = into.ids_.find(found->second.name);
        if (named != into.ids_.end() && named->second == record.topic_id) into.ids_.erase(named);
        into.topics_.erase(found);
    }
    void operator()(const kafka::ProducerIdsRecord& record) const {
        into.next_producer_id_ = std::max(into.next_producer_id_, record.next_producer_id);
    }
    void operator()(const kafka::FeatureLevelRecord& record) const {
        into.features_[record.name] = record.feature_level;
        if (record.feature_level == 0) into.features_.erase(record.name);
    }
    void operator()(const kafka::NoOpRecord&) const {}
    void operator()(const auto&) const { ++into.not_kept_; } // what one node does not act on

    Outcome<void, storage::StoreError> batch(const kafka::BatchView& batch) const {
        auto damaged = [&](std::string_view what) {
            return fail(storage::StoreError::damaged,
                        fmt::format("__cluster_metadata at offset {}: {}", batch.base_offset().value, what));
        };
        auto cursor = kafka::RecordCursor::open(batch, std::numeric_limits<std::int32_t>::max());
        if (!cursor) return damaged(cursor.error().detail);
        while (const kafka::Record* record = cursor->next()) {
            if (batch.attributes().is_control() || !record->value) continue;
            auto decoded = kafka::decode_metadata_record(Bytes::copy_of(*record->value));
            if (!decoded) return damaged(decoded.error().detail);
            std::visit(*this, *decoded);
        }
        if (cursor->error()) return damaged("its records do not match its header");
        return {};
    }
};

Outcome<void, storage::StoreError> TopicReplay::add(const Bytes& batches) {
    Fold               fold{*this};
    kafka::BatchCursor cursor(batches.view());
    while (auto batch = cursor.next()) {
        if (auto folded = fold.batch(*batch); !folded) return folded;
        last_time_ = batch->max_timestamp();
    }
    if (cursor.error()) return fail(storage::StoreError::damaged, "__cluster_metadata holds a broken batch");
    return {};
}

std::vector<Topic> TopicReplay::topics(const TopicConfig& defaults) const {
    std::vector<Topic> all;
    for (const auto& [name, id] : ids_) configure(all.emplace_back(topics_.at(id)), defaults);
    return all;
}

void configure(Topic& topic, const TopicConfig& defaults) {
    Overrides known;
    for (const auto& [name, value] : topic.overrides)
        if (find_topic_option(name)) known.emplace(name, value);
    auto config = with_overrides(defaults, known);
    if (!config) replay_log.warn("topic={} keeps the broker's defaults: {}", topic.name, config.error());
    topic.config = config.value_or(defaults);
}

} // namespace riacho::broker
