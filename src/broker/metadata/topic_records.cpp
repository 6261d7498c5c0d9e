#include "broker/metadata/topic_records.hpp"

#include "codec/endian.hpp"
#include "codec/uuid.hpp"
#include "kafka/records/metadata_record.hpp"

#include <optional>
#include <utility>

namespace riacho::broker {
namespace {

constexpr std::int16_t metadata_version_3_9 = 21; // 3.9-IV0

struct Resource {
    std::int8_t type;
    std::string name;
};

Bytes config_record(const Resource& of, std::string name, std::optional<std::string> value) {
    kafka::ConfigRecord record{.resource_type = of.type,
                               .resource_name = of.name,
                               .name = std::move(name),
                               .value = std::move(value)};
    return kafka::encode_metadata_record(record, 0);
}

std::vector<Bytes> config_changes(const Resource& of, const Overrides& before, const Overrides& after) {
    std::vector<Bytes> records;
    for (const auto& [name, value] : before)
        if (!after.contains(name)) records.push_back(config_record(of, name, std::nullopt));
    for (const auto& [name, value] : after) {
        auto old = before.find(name);
        if (old == before.end() || old->second != value) records.push_back(config_record(of, name, value));
    }
    return records;
}

void add_partitions(std::vector<Bytes>& records, const Topic& topic, std::int32_t first, Leader leader) {
    for (std::int32_t index = first; index < topic.partitions; ++index) {
        kafka::PartitionRecord record;
        record.partition_id = index;
        record.topic_id = topic.id;
        record.replicas = record.isr = {static_cast<std::int32_t>(leader.broker)};
        record.leader = static_cast<std::int32_t>(leader.broker);
        record.leader_epoch = static_cast<std::int32_t>(leader.starts);
        record.partition_epoch = 0;
        records.push_back(kafka::encode_metadata_record(record, 0));
    }
}

} // namespace

Features first_features() { return {{"metadata.version", metadata_version_3_9}}; }

std::vector<Bytes> feature_records(const Features& features) {
    std::vector<Bytes> records;
    for (const auto& [name, level] : features)
        records.push_back(kafka::encode_metadata_record(
            kafka::FeatureLevelRecord{.name = name, .feature_level = level}, 0));
    return records;
}

std::vector<Bytes> records_of(const Topic& topic, Leader leader) {
    std::vector<Bytes> records;
    records.push_back(
        kafka::encode_metadata_record(kafka::TopicRecord{.name = topic.name, .topic_id = topic.id}, 0));
    auto set_config = [&](std::string name, std::string value) {
        records.push_back(config_record({topic_resource, topic.name}, std::move(name), std::move(value)));
    };
    for (const auto& [name, value] : topic.overrides) set_config(name, value);
    if (topic.replication_factor > 1)
        set_config(std::string(requested_replicas), std::to_string(topic.replication_factor));
    add_partitions(records, topic, 0, leader);
    return records;
}

std::vector<Bytes> records_of_change(const Topic& before, const Topic& after, Leader leader) {
    auto records = config_changes({topic_resource, after.name}, before.overrides, after.overrides);
    add_partitions(records, after, before.partitions, leader);
    return records;
}

std::vector<Bytes> records_of_change(const std::string& broker, const Overrides& before,
                                     const Overrides& after) {
    return config_changes({broker_resource, broker}, before, after);
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

} // namespace riacho::broker
