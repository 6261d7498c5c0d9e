#include "broker/group/group_records.hpp"

#include "base/log.hpp"
#include "kafka/batch/record_cursor.hpp"
#include "kafka/records/group_record.hpp"

namespace riacho::broker {

namespace {

constexpr log::Logger group_records_log{"group"};

/// Kafka 3.9's; its readers of 4.x take them too.
constexpr kafka::Version group_value_version = 3;
/// Carries the topic id in a tagged field.
constexpr kafka::Version offset_value_version = 4;
/// The only one with an expiry of its own; it has no topic id.
constexpr kafka::Version expiring_offset_value_version = 1;
/// A batch of ours is never compressed; Kafka's may be.
constexpr std::size_t records_bytes_max = 256 << 20;

kafka::OffsetCommitKey key_of(const std::string& group_id, const NamedPartition& partition) {
    return {.group = group_id, .topic = partition.topic, .partition = partition.index};
}

CommittedOffset committed_of(const kafka::OffsetCommitValue& value) {
    return {.topic_id = value.topic_id,
            .offset = {value.offset},
            .leader_epoch = LeaderEpoch{value.leader_epoch},
            .metadata = value.metadata,
            .committed = {value.commit_timestamp},
            .expires = {value.expire_timestamp}};
}

template <class Value>
Outcome<std::optional<Value>, kafka::RecordError> group_value(const std::optional<ByteView>& bytes) {
    if (!bytes) return std::optional<Value>{};
    TRY(Value value, kafka::decode_group_record_value<Value>(Bytes::copy_of(*bytes)));
    return std::optional<Value>(std::move(value));
}

Outcome<GroupRecord, kafka::RecordError> group_record_of(const kafka::Record& record) {
    if (!record.key) return fail(kafka::RecordError::damaged, "record without a key");
    TRY(kafka::GroupRecordKey key, kafka::decode_group_record_key(Bytes::copy_of(*record.key)));
    if (auto* group = std::get_if<kafka::GroupMetadataKey>(&key)) {
        TRY(auto value, group_value<kafka::GroupMetadataValue>(record.value));
        return MembersRecord{std::move(group->group), std::move(value)};
    }
    auto& commit = std::get<kafka::OffsetCommitKey>(key);
    TRY(auto value, group_value<kafka::OffsetCommitValue>(record.value));
    OffsetRecord offset{std::move(commit.group), {std::move(commit.topic), commit.partition}, std::nullopt};
    if (value) offset.committed = committed_of(*value);
    return offset;
}

void read_group_batch(const kafka::BatchView& batch, const std::function<void(GroupRecord)>& visit) {
    auto cursor = kafka::RecordCursor::open(batch, records_bytes_max);
    if (!cursor) {
        group_records_log.error("passing over batch of offset {} of __consumer_offsets: {}",
                                batch.base_offset().value, cursor.error().detail);
        return;
    }
    while (const kafka::Record* record = cursor->next()) {
        auto known = group_record_of(*record);
        if (known)
            visit(*std::move(known));
        else
            group_records_log.warn("passing over offset {} of __consumer_offsets: {}", record->offset.value,
                                   known.error().detail);
    }
}

} // namespace

void GroupBatch::add(const Bytes& key, const std::optional<Bytes>& value) {
    kafka::NewRecord record{.timestamp = now_, .key = key.view()};
    if (value) record.value = value->view();
    builder_.add(record);
}

void GroupBatch::commit(const NamedPartition& partition, const CommittedOffset& committed) {
    kafka::OffsetCommitValue value{.offset = committed.offset.value,
                                   .leader_epoch = static_cast<std::int32_t>(committed.leader_epoch),
                                   .metadata = committed.metadata,
                                   .commit_timestamp = committed.committed.ms,
                                   .expire_timestamp = committed.expires.ms,
                                   .topic_id = committed.topic_id};
    bool                     has_expiry = committed.expires != Timestamp{};
    add(kafka::encode_group_record_key(key_of(group_id_, partition)),
        kafka::encode_group_record_value(value,
                                         has_expiry ? expiring_offset_value_version : offset_value_version));
}

void GroupBatch::forget(const NamedPartition& partition) {
    add(kafka::encode_group_record_key(key_of(group_id_, partition)), std::nullopt);
}

void GroupBatch::store(const kafka::GroupMetadataValue& value) {
    add(kafka::encode_group_record_key(kafka::GroupMetadataKey{.group = group_id_}),
        kafka::encode_group_record_value(value, group_value_version));
}

void GroupBatch::remove_group() {
    add(kafka::encode_group_record_key(kafka::GroupMetadataKey{.group = group_id_}), std::nullopt);
}

void for_each_group_record(const Bytes& batches, const std::function<void(GroupRecord)>& visit) {
    kafka::BatchCursor cursor(batches.view());
    while (auto batch = cursor.next()) {
        auto attributes = batch->attributes();
        // Offsets of a transaction count once it is committed: there are no transactions yet.
        if (!attributes.is_control() && !attributes.is_transactional()) read_group_batch(*batch, visit);
    }
}

} // namespace riacho::broker
