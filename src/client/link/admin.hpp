#pragma once

#include "client/link/cluster.hpp"
#include "kafka/messages/consumer_group_describe.hpp"
#include "kafka/messages/create_partitions.hpp"
#include "kafka/messages/create_topics.hpp"
#include "kafka/messages/delete_groups.hpp"
#include "kafka/messages/delete_records.hpp"
#include "kafka/messages/delete_topics.hpp"
#include "kafka/messages/describe_configs.hpp"
#include "kafka/messages/describe_groups.hpp"
#include "kafka/messages/describe_log_dirs.hpp"
#include "kafka/messages/describe_producers.hpp"
#include "kafka/messages/fetch.hpp"
#include "kafka/messages/incremental_alter_configs.hpp"
#include "kafka/messages/list_groups.hpp"
#include "kafka/messages/list_offsets.hpp"
#include "kafka/messages/offset_commit.hpp"
#include "kafka/messages/offset_delete.hpp"
#include "kafka/messages/offset_fetch.hpp"
#include "kafka/messages/offset_for_leader_epoch.hpp"
#include "kafka/messages/produce.hpp"

#include <map>
#include <string>
#include <vector>

namespace riacho::client {

/// A partition, and a number about it: a timestamp, an offset or an epoch.
struct PartitionAsk {
    std::string  topic;
    std::int32_t partition = 0;
    std::int64_t number = 0;
    Route        route() const { return LeaderOf{topic, partition}; }
};

/// What ListOffsets takes for a timestamp. Each needs a version that an old broker may lack.
namespace list_offsets_at {
inline constexpr std::int64_t latest = -1;
inline constexpr std::int64_t earliest = -2;
inline constexpr std::int64_t max_timestamp = -3;
} // namespace list_offsets_at

enum class Isolation : std::int8_t { read_uncommitted = 0, read_committed = 1 };

struct FetchAsk {
    std::string  topic;
    std::int32_t partition = 0;
    std::int64_t offset = 0;
    std::int32_t bytes_max = 1024 * 1024; ///< of this partition; one batch comes whatever its size
    Route        route() const { return LeaderOf{topic, partition}; }
};
struct FetchLimits {
    Time         wait_max = std::chrono::milliseconds(500); ///< until there is a byte
    std::int32_t bytes_max = 8 * 1024 * 1024;               ///< of each broker's answer
    Isolation    isolation = Isolation::read_uncommitted;
    Lane         lane = Lane::shared; ///< closing it ends the fetch
};

struct GroupOffset {
    std::string  topic;
    std::int32_t partition = 0;
    std::int64_t offset = -1; ///< -1: none was committed
    std::string  metadata{};
};

template <class T> struct OfBroker {
    std::int32_t broker = -1;
    Reply<T>     reply;
};

/// What people and services ask a cluster about and change in it. Answers are Kafka's own, with Kafka's error
/// for each thing that was asked about; what is spread over brokers is asked of all of them at once and
/// joined. The cluster outlives the calls.
class Admin {
public:
    explicit Admin(Cluster& cluster) : cluster_(cluster) {}

    // Of the controller: CreateTopics, DeleteTopics, CreatePartitions, IncrementalAlterConfigs, AlterConfigs.
    Task<Reply<kafka::CreateTopicsResponse>>     create_topics(kafka::CreateTopicsRequest request);
    Task<Reply<kafka::DeleteTopicsResponse>>     delete_topics(std::vector<std::string> names);
    Task<Reply<kafka::CreatePartitionsResponse>> create_partitions(kafka::CreatePartitionsRequest request);

    /// Configurations of a broker are asked of that broker, all others of any.
    Task<Reply<kafka::DescribeConfigsResponse>> describe_configs(kafka::DescribeConfigsRequest request);
    Task<Reply<kafka::IncrementalAlterConfigsResponse>>
    alter_configs(kafka::IncrementalAlterConfigsRequest request);

    // In the order of what was asked.
    using ListedOffset = kafka::ListOffsetsResponse::Topic::Partition;
    using DeletedRecords = kafka::DeleteRecordsResponse::Topic::Partition;
    using EpochEnd = kafka::OffsetForLeaderEpochResponse::Topic::Partition;
    using Producers = kafka::DescribeProducersResponse::Topic::Partition;
    using Fetched = kafka::FetchResponse::Topic::Partition;
    using Produced = kafka::ProduceResponse::Topic::Partition;
    Task<std::vector<Reply<ListedOffset>>>   list_offsets(std::vector<PartitionAsk> timestamps,
                                                          Isolation isolation = Isolation::read_uncommitted);
    Task<std::vector<Reply<DeletedRecords>>> delete_records(std::vector<PartitionAsk> before);
    Task<std::vector<Reply<EpochEnd>>>       offsets_for_epochs(std::vector<PartitionAsk> epochs);
    Task<std::vector<Reply<Producers>>>      describe_producers(std::vector<PartitionAsk> partitions);
    /// Whole batches as they lie; the first may begin before the offset.
    Task<std::vector<Reply<Fetched>>> fetch(std::vector<FetchAsk> from, FetchLimits limits);
    /// One batch, for every in-sync replica. Not sent again where it may have arrived.
    Task<Reply<Produced>> produce(std::string topic, std::int32_t partition, Bytes batch);

    /// Of every broker.
    Task<Reply<std::vector<OfBroker<kafka::ListGroupsResponse>>>>      list_groups();
    Task<Reply<std::vector<OfBroker<kafka::DescribeLogDirsResponse>>>> describe_log_dirs();

    using Group = kafka::DescribeGroupsResponse::Group;
    using DeletedGroup = kafka::DeleteGroupsResponse::Result;
    using ConsumerGroup = kafka::ConsumerGroupDescribeResponse::Group;
    Task<std::vector<Reply<Group>>> describe_groups(std::vector<std::string> ids);
    /// Of the newer protocol (KIP-848). It does not know the others' groups, nor do they know these.
    Task<std::vector<Reply<ConsumerGroup>>> describe_consumer_groups(std::vector<std::string> ids);
    Task<std::vector<Reply<DeletedGroup>>>  delete_groups(std::vector<std::string> ids);
    /// All that a group has committed, by topic and partition.
    Task<Reply<std::vector<GroupOffset>>> fetch_offsets(std::string group);
    /// As somebody who is no member: the broker refuses while the group has some.
    Task<Reply<kafka::OffsetCommitResponse>> commit_offsets(std::string              group,
                                                            std::vector<GroupOffset> offsets);
    Task<Reply<kafka::OffsetDeleteResponse>> delete_offsets(std::string               group,
                                                            std::vector<PartitionAsk> partitions);

    Cluster& cluster() { return cluster_; }

private:
    Cluster& cluster_;
};

} // namespace riacho::client
