#pragma once

#include "harness.hpp"
#include "kafka/messages/fetch.hpp"
#include "kafka/messages/heartbeat.hpp"
#include "kafka/messages/join_group.hpp"
#include "kafka/messages/list_offsets.hpp"
#include "kafka/messages/metadata.hpp"
#include "kafka/messages/offset_commit.hpp"
#include "kafka/messages/produce.hpp"
#include "kafka/messages/sync_group.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

/// What clients ask, in few words.
namespace riacho::scenarios {

using kafka::ErrorCode;
using Values = std::vector<std::string>;
using Configs = std::map<std::string, std::string>;

// ---- topics

/// Makes a topic; throws where the broker refuses.
Uuid create_topic(const Client& client, const std::string& name, std::int32_t partitions = 1,
                  const Configs& configs = {});
void delete_topic(const Client& client, const std::string& name);
/// As a client asks that wants no topic made.
kafka::MetadataResponse::Topic look_up(const Client& client, const std::string& name);
kafka::MetadataRequest         auto_creating(std::vector<std::string> names);

// ---- records

/// Who numbers its batches (KIP-98); the default does not.
struct Sequence {
    std::int64_t producer_id = -1;
    std::int16_t epoch = -1;
    std::int32_t first = -1;
};
std::int64_t new_producer_id(const Client& client);

/// One record for each value, with the time `at`.
Bytes batch_of(const Values& values, Timestamp at, Sequence sequence = {});
/// One batch for one partition.
kafka::ProduceRequest produce_request(const std::string& topic, std::int32_t partition, Bytes batch,
                                      std::int16_t acks = -1);
using ProduceAnswer = kafka::ProduceResponse::Topic::Partition;
ProduceAnswer answer_in(const kafka::ProduceResponse& response);
ProduceAnswer produce_batch(const Client& client, const std::string& topic, std::int32_t partition,
                            Bytes batch);
/// Where the values begin; throws where they are refused.
std::int64_t produce(const Client& client, const std::string& topic, std::int32_t partition,
                     const Values& values);

struct FetchWish {
    std::int64_t offset = 0;
    std::int32_t max_wait_ms = 0;
    std::int32_t min_bytes = 1;
    std::int32_t max_bytes = 50 << 20;
    std::int32_t partition_max_bytes = 1 << 20;
};
using FetchAnswer = kafka::FetchResponse::Topic::Partition;
/// By name, up to v12.
kafka::FetchRequest fetch_request(const std::string& topic, std::int32_t partition, FetchWish wish);
inline constexpr kafka::Version fetch_by_name = 12;
FetchAnswer                     answer_in(const kafka::FetchResponse& response);
FetchAnswer                     fetch(const Client& client, const std::string& topic, std::int32_t partition,
                                      FetchWish wish = {});

struct Got {
    std::int64_t offset;
    std::string  value;
    auto         operator<=>(const Got&) const = default;
};
/// The records of whole batches.
std::vector<Got> records_in(const Bytes& batches);
Values           values_in(const Bytes& batches);
/// Everything from the log start to the end, by as many fetches as it takes.
std::vector<Got> read_all(const Client& client, const std::string& topic, std::int32_t partition);

constexpr std::int64_t                       latest = -1, earliest = -2;
kafka::ListOffsetsResponse::Topic::Partition list_offset(const Client& client, const std::string& topic,
                                                         std::int32_t partition, std::int64_t question);

// ---- groups

ErrorCode find_coordinator(const Client& client, const std::string& group);
ErrorCode commit(const Client& client, const kafka::OffsetCommitRequest& request);
/// Of one partition, by somebody who is no member.
kafka::OffsetCommitRequest commit_request(const std::string& group, const std::string& topic,
                                          std::int32_t partition, std::int64_t offset);
/// -1 where there is none.
std::int64_t committed(const Client& client, const std::string& group, const std::string& topic,
                       std::int32_t partition);

struct Membership {
    std::string  group;
    std::string  member_id;
    std::int32_t generation = -1;
};
/// With a session of ten seconds and a rebalance of thirty.
kafka::JoinGroupRequest join_request(const std::string& group, const std::string& member_id);
/// A number for a member that is new (KIP-394).
std::string                new_member_id(const Client& client, const std::string& group);
Membership                 membership_in(const std::string& group, const kafka::JoinGroupResponse& joined);
kafka::SyncGroupRequest    sync_request(const Membership& member, const Configs& assignments = {});
kafka::HeartbeatRequest    heartbeat_request(const Membership& member);
kafka::OffsetCommitRequest as_member(const Membership& member, kafka::OffsetCommitRequest request);
ErrorCode                  leave(const Client& client, const Membership& member);
/// Alone in its group, stable.
Membership join_alone(const Client& client, const std::string& group);

} // namespace riacho::scenarios
