#include "requests.hpp"

#include "kafka/batch/batch_builder.hpp"
#include "kafka/batch/record_cursor.hpp"
#include "kafka/messages/create_topics.hpp"
#include "kafka/messages/delete_topics.hpp"
#include "kafka/messages/find_coordinator.hpp"
#include "kafka/messages/init_producer_id.hpp"
#include "kafka/messages/leave_group.hpp"
#include "kafka/messages/offset_fetch.hpp"

#include <fmt/core.h>
#include <limits>

namespace riacho::scenarios {
namespace {

void expect_none(ErrorCode error, std::string_view what) {
    if (error != ErrorCode::none)
        throw std::runtime_error(fmt::format("{}: {}", what, kafka::name_of(error)));
}

} // namespace

Uuid create_topic(const Client& client, const std::string& name, std::int32_t partitions,
                  const Configs& configs) {
    kafka::CreateTopicsRequest request;
    auto&                      topic = request.topics.emplace_back();
    topic.name = name;
    topic.num_partitions = partitions;
    topic.replication_factor = 1;
    for (const auto& [key, value] : configs) topic.configs.push_back({.name = key, .value = value});
    auto response = client.ask(std::move(request));
    expect_none(response.topics.at(0).error_code, "create " + name);
    return response.topics.at(0).topic_id;
}

void delete_topic(const Client& client, const std::string& name) {
    kafka::DeleteTopicsRequest request;
    request.topics.emplace_back().name = name;
    request.timeout_ms = 30'000;
    expect_none(client.ask(std::move(request)).responses.at(0).error_code, "delete " + name);
}

kafka::MetadataResponse::Topic look_up(const Client& client, const std::string& name) {
    kafka::MetadataRequest request = auto_creating({name});
    request.allow_auto_topic_creation = false;
    return client.ask(std::move(request)).topics.at(0);
}

kafka::MetadataRequest auto_creating(std::vector<std::string> names) {
    kafka::MetadataRequest request;
    request.topics.emplace();
    for (std::string& name : names) request.topics->emplace_back().name = std::move(name);
    request.allow_auto_topic_creation = true;
    return request;
}

std::int64_t new_producer_id(const Client& client) {
    kafka::InitProducerIdRequest request;
    request.transaction_timeout_ms = 60'000;
    auto response = client.ask(std::move(request));
    expect_none(response.error_code, "init producer id");
    return response.producer_id;
}

Bytes batch_of(const Values& values, Timestamp at, Sequence sequence) {
    kafka::BatchBuilder builder({.producer_id = ProducerId{sequence.producer_id},
                                 .producer_epoch = sequence.epoch,
                                 .base_sequence = sequence.first});
    for (const std::string& value : values) builder.add({.timestamp = at, .value = as_bytes(value)});
    return builder.build();
}

kafka::ProduceRequest produce_request(const std::string& topic, std::int32_t partition, Bytes batch,
                                      std::int16_t acks) {
    kafka::ProduceRequest request;
    request.acks = acks;
    request.timeout_ms = 30'000;
    auto& data = request.topic_data.emplace_back();
    data.name = topic;
    auto& sent = data.partition_data.emplace_back();
    sent.index = partition;
    sent.records = std::move(batch);
    return request;
}

ProduceAnswer answer_in(const kafka::ProduceResponse& response) {
    return response.responses.at(0).partition_responses.at(0);
}

ProduceAnswer produce_batch(const Client& client, const std::string& topic, std::int32_t partition,
                            Bytes batch) {
    return answer_in(client.ask(produce_request(topic, partition, std::move(batch))));
}

std::int64_t produce(const Client& client, const std::string& topic, std::int32_t partition,
                     const Values& values) {
    auto answer = produce_batch(client, topic, partition, batch_of(values, client.cluster().wall()));
    expect_none(answer.error_code, fmt::format("produce to {}-{}", topic, partition));
    return answer.base_offset;
}

kafka::FetchRequest fetch_request(const std::string& topic, std::int32_t partition, FetchWish wish) {
    kafka::FetchRequest request;
    request.max_wait_ms = wish.max_wait_ms;
    request.min_bytes = wish.min_bytes;
    request.max_bytes = wish.max_bytes;
    auto& asked = request.topics.emplace_back();
    asked.topic = topic;
    auto& from = asked.partitions.emplace_back();
    from.partition = partition;
    from.fetch_offset = wish.offset;
    from.partition_max_bytes = wish.partition_max_bytes;
    return request;
}

FetchAnswer answer_in(const kafka::FetchResponse& response) {
    expect_none(response.error_code, "fetch");
    return response.responses.at(0).partitions.at(0);
}

FetchAnswer fetch(const Client& client, const std::string& topic, std::int32_t partition, FetchWish wish) {
    return answer_in(client.ask_in(fetch_by_name, fetch_request(topic, partition, wish)));
}

std::vector<Got> records_in(const Bytes& batches) {
    std::vector<Got>   records;
    kafka::BatchCursor cursor(batches.view());
    while (auto batch = cursor.next()) {
        if (!batch->crc_matches()) throw std::runtime_error("a fetched batch has a wrong CRC");
        auto inside = kafka::RecordCursor::open(*batch, std::numeric_limits<std::int32_t>::max());
        if (!inside) throw std::runtime_error("a fetched batch cannot be opened");
        while (const kafka::Record* record = inside->next())
            records.push_back(
                {record->offset.value, std::string(as_text(record->value.value_or(ByteView{})))});
        if (inside->error()) throw std::runtime_error("a fetched batch contradicts its header");
    }
    if (cursor.error()) throw std::runtime_error("a fetch ends in the middle of a batch");
    return records;
}

Values values_in(const Bytes& batches) {
    Values values;
    for (Got& record : records_in(batches)) values.push_back(std::move(record.value));
    return values;
}

std::vector<Got> read_all(const Client& client, const std::string& topic, std::int32_t partition) {
    std::vector<Got> all;
    FetchWish        wish{.offset = list_offset(client, topic, partition, earliest).offset};
    for (;;) {
        FetchAnswer answer = fetch(client, topic, partition, wish);
        expect_none(answer.error_code, fmt::format("fetch {}-{} at {}", topic, partition, wish.offset));
        auto records = records_in(*answer.records);
        if (records.empty()) {
            if (wish.offset != answer.high_watermark)
                throw std::runtime_error(fmt::format("{}-{} has nothing at {}, below its high watermark {}",
                                                     topic, partition, wish.offset, answer.high_watermark));
            return all;
        }
        wish.offset = records.back().offset + 1;
        all.insert(all.end(), records.begin(), records.end());
    }
}

kafka::ListOffsetsResponse::Topic::Partition list_offset(const Client& client, const std::string& topic,
                                                         std::int32_t partition, std::int64_t question) {
    kafka::ListOffsetsRequest request;
    request.replica_id = -1;
    auto& asked = request.topics.emplace_back();
    asked.name = topic;
    auto& at = asked.partitions.emplace_back();
    at.partition_index = partition;
    at.timestamp = question;
    auto answer = client.ask(std::move(request)).topics.at(0).partitions.at(0);
    expect_none(answer.error_code, fmt::format("list offsets of {}-{}", topic, partition));
    return answer;
}

ErrorCode find_coordinator(const Client& client, const std::string& group) {
    kafka::FindCoordinatorRequest request;
    request.coordinator_keys.push_back(group);
    return client.ask(std::move(request)).coordinators.at(0).error_code;
}

ErrorCode commit(const Client& client, const kafka::OffsetCommitRequest& request) {
    return client.ask(request).topics.at(0).partitions.at(0).error_code;
}

kafka::OffsetCommitRequest commit_request(const std::string& group, const std::string& topic,
                                          std::int32_t partition, std::int64_t offset) {
    kafka::OffsetCommitRequest request;
    request.group_id = group;
    auto& in = request.topics.emplace_back();
    in.name = topic;
    auto& at = in.partitions.emplace_back();
    at.partition_index = partition;
    at.committed_offset = offset;
    return request;
}

std::int64_t committed(const Client& client, const std::string& group, const std::string& topic,
                       std::int32_t partition) {
    kafka::OffsetFetchRequest request;
    auto&                     asked = request.groups.emplace_back();
    asked.group_id = group;
    asked.topics.emplace();
    auto& in = asked.topics->emplace_back();
    in.name = topic;
    in.partition_indexes.push_back(partition);
    auto answer = client.ask(std::move(request)).groups.at(0);
    expect_none(answer.error_code, "fetch offsets of " + group);
    return answer.topics.at(0).partitions.at(0).committed_offset;
}

kafka::JoinGroupRequest join_request(const std::string& group, const std::string& member_id) {
    kafka::JoinGroupRequest request;
    request.group_id = group;
    request.session_timeout_ms = 10'000;
    request.rebalance_timeout_ms = 30'000;
    request.member_id = member_id;
    request.protocol_type = "consumer";
    auto& protocol = request.protocols.emplace_back();
    protocol.name = "range";
    protocol.metadata = Bytes::copy_of("subscription");
    return request;
}

std::string new_member_id(const Client& client, const std::string& group) {
    auto response = client.ask(join_request(group, ""));
    if (response.error_code != ErrorCode::member_id_required)
        throw std::runtime_error("a new member did not get an id first");
    return response.member_id;
}

Membership membership_in(const std::string& group, const kafka::JoinGroupResponse& joined) {
    expect_none(joined.error_code, "join " + group);
    return {group, joined.member_id, joined.generation_id};
}

kafka::SyncGroupRequest sync_request(const Membership& member, const Configs& assignments) {
    kafka::SyncGroupRequest request;
    request.group_id = member.group;
    request.generation_id = member.generation;
    request.member_id = member.member_id;
    request.protocol_type = "consumer";
    request.protocol_name = "range";
    for (const auto& [id, assignment] : assignments)
        request.assignments.push_back({.member_id = id, .assignment = Bytes::copy_of(assignment)});
    return request;
}

kafka::HeartbeatRequest heartbeat_request(const Membership& member) {
    kafka::HeartbeatRequest request;
    request.group_id = member.group;
    request.generation_id = member.generation;
    request.member_id = member.member_id;
    return request;
}

kafka::OffsetCommitRequest as_member(const Membership& member, kafka::OffsetCommitRequest request) {
    request.generation_id_or_member_epoch = member.generation;
    request.member_id = member.member_id;
    return request;
}

ErrorCode leave(const Client& client, const Membership& member) {
    kafka::LeaveGroupRequest request;
    request.group_id = member.group;
    request.members.emplace_back().member_id = member.member_id;
    auto response = client.ask(std::move(request));
    if (response.error_code != ErrorCode::none || response.members.empty()) return response.error_code;
    return response.members.at(0).error_code;
}

Membership join_alone(const Client& client, const std::string& group) {
    std::string id = new_member_id(client, group);
    Membership  member = membership_in(group, client.ask(join_request(group, id)));
    auto        synced = client.ask(sync_request(member, {{member.member_id, "everything"}}));
    expect_none(synced.error_code, "sync " + group);
    return member;
}

} // namespace riacho::scenarios
