#include "broker/metadata/topic_records.hpp"

#include "base/log.hpp"
#include "codec/endian.hpp"
#include "codec/uuid.hpp"
#include "kafka/batch/record_cursor.hpp"
#include "kafka/records/metadata_record.hpp"

#include <fmt/core.h>
#include <limits>
#include <map>

namespace riacho::broker {
namespace {

constexpr log::Logger  records_log{"metadata"};
constexpr std::int16_t metadata_version_3_9 = 21; // 3.9-IV0
constexpr std::int8_t  topic_resource = 2;
/// Ours, beside Kafka's: what the creator asked for. Hidden from clients' lists of configurations.
constexpr std::string_view requested_replicas = "riacho.requested.replication.factor";

/// Topics as the records of one batch build them up.
class TopicFold {
public:
    TopicFold(MetadataChanges& into, const TopicConfig& defaults) : into_(into), defaults_(defaults) {}

    void operator()(const kafka::TopicRecord& record) {
        flush();
        topic_.emplace();
        topic_->name = record.name;
        topic_->id = record.topic_id;
    }
    void operator()(const kafka::PartitionRecord& record) {
        if (topic_ && topic_->id == record.topic_id) ++topic_->partitions;
    }
    void operator()(const kafka::ConfigRecord& record) {
        if (!topic_ || record.resource_type != topic_resource || record.resource_name != topic_->name) return;
        if (record.name == requested_replicas)
            topic_->replication_factor = replicas_of(record);
        else if (record.value)
            topic_->overrides[record.name] = *record.value;
    }
    void operator()(const kafka::RemoveTopicRecord& record) {
        flush();
        into_.changes.push_back(TopicDeleted{record.topic_id});
    }
    void operator()(const kafka::ProducerIdsRecord& record) {
        into_.next_producer_id = std::max(into_.next_producer_id, record.next_producer_id);
    }
    void operator()(const auto&) {} // what one node does not act on

    void flush() {
        if (!topic_) return;
        Overrides known;
        for (const auto& [name, value] : topic_->overrides)
            if (find_topic_option(name)) known.emplace(name, value);
        auto config = with_overrides(defaults_, known);
        if (!config)
            records_log.warn("topic={} keeps the broker's defaults: {}", topic_->name, config.error());
        topic_->config = config.value_or(defaults_);
        into_.changes.push_back(TopicCreated{*std::exchange(topic_, std::nullopt)});
    }

private:
    static std::int16_t replicas_of(const kafka::ConfigRecord& record) {
        auto value = option_detail::parse_whole(record.value.value_or("1"), between(1, 32767));
        return static_cast<std::int16_t>(value.value_or(1));
    }

    MetadataChanges&     into_;
    const TopicConfig&   defaults_;
    std::optional<Topic> topic_;
};

Outcome<void, storage::StoreError> fold_batch(const kafka::BatchView& batch, TopicFold& fold) {
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
        std::visit(fold, *decoded);
    }
    if (cursor->error()) return damaged("its records do not match its header");
    return {};
}

} // namespace

std::vector<Bytes> first_records() {
    kafka::FeatureLevelRecord level{.name = "metadata.version", .feature_level = metadata_version_3_9};
    std::vector<Bytes>        records;
    records.push_back(kafka::encode_metadata_record(level, 0));
    return records;
}

std::vector<Bytes> records_of(const Topic& topic, BrokerId broker, std::uint32_t starts) {
    std::vector<Bytes> records;
    records.push_back(
        kafka::encode_metadata_record(kafka::TopicRecord{.name = topic.name, .topic_id = topic.id}, 0));
    auto set_config = [&](std::string name, std::string value) {
        kafka::ConfigRecord record{.resource_type = topic_resource,
                                   .resource_name = topic.name,
                                   .name = std::move(name),
                                   .value = std::move(value)};
        records.push_back(kafka::encode_metadata_record(record, 0));
    };
    for (const auto& [name, value] : topic.overrides) set_config(name, value);
    if (topic.replication_factor > 1)
        set_config(std::string(requested_replicas), std::to_string(topic.replication_factor));
    auto node = static_cast<std::int32_t>(broker);
    for (std::int32_t index = 0; index < topic.partitions; ++index) {
        kafka::PartitionRecord record;
        record.partition_id = index;
        record.topic_id = topic.id;
        record.replicas = record.isr = {node};
        record.leader = node;
        record.leader_epoch = static_cast<std::int32_t>(starts);
        record.partition_epoch = 0;
        records.push_back(kafka::encode_metadata_record(record, 0));
    }
    return records;
}

Bytes removal_record(Uuid topic_id) {
    return kafka::encode_metadata_record(kafka::RemoveTopicRecord{.topic_id = topic_id}, 0);
}

Bytes producer_ids_record(BrokerId broker, std::int64_t next_producer_id) {
    kafka::ProducerIdsRecord record;
    record.broker_id = static_cast<std::int32_t>(broker);
    record.broker_epoch = 0;
    record.next_producer_id = next_producer_id;
    return kafka::encode_metadata_record(record, 0);
}

Uuid new_topic_id(Random& random) {
    for (;;) {
        Uuid id;
        store_big(id.bytes.data(), random.bits());
        store_big(id.bytes.data() + 8, random.bits());
        id.bytes[6] = (id.bytes[6] & std::byte{0x0f}) | std::byte{0x40}; // a random (version 4) UUID
        id.bytes[8] = (id.bytes[8] & std::byte{0x3f}) | std::byte{0x80};
        if (id_text(id).front() != '-') return id;
    }
}

std::string id_text(Uuid id) { return uuid_text(id); }

Outcome<MetadataChanges, storage::StoreError> changes_in(const Bytes& batches, const TopicConfig& defaults) {
    MetadataChanges    result;
    TopicFold          fold(result, defaults);
    kafka::BatchCursor cursor(batches.view());
    while (auto batch = cursor.next()) {
        if (auto folded = fold_batch(*batch, fold); !folded) return std::unexpected(folded.error());
        fold.flush(); // a topic is whole in one batch
    }
    if (cursor.error()) return fail(storage::StoreError::damaged, "__cluster_metadata holds a broken batch");
    return result;
}

} // namespace riacho::broker
