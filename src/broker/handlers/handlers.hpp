#pragma once

// Every handler, by name of its API. What each speaks stands above its definition.

#include "broker/server/api.hpp"
#include "kafka/messages/alter_configs.hpp"
#include "kafka/messages/api_versions.hpp"
#include "kafka/messages/create_partitions.hpp"
#include "kafka/messages/create_topics.hpp"
#include "kafka/messages/delete_groups.hpp"
#include "kafka/messages/delete_records.hpp"
#include "kafka/messages/delete_topics.hpp"
#include "kafka/messages/describe_cluster.hpp"
#include "kafka/messages/describe_configs.hpp"
#include "kafka/messages/describe_groups.hpp"
#include "kafka/messages/describe_log_dirs.hpp"
#include "kafka/messages/fetch.hpp"
#include "kafka/messages/find_coordinator.hpp"
#include "kafka/messages/heartbeat.hpp"
#include "kafka/messages/incremental_alter_configs.hpp"
#include "kafka/messages/init_producer_id.hpp"
#include "kafka/messages/join_group.hpp"
#include "kafka/messages/leave_group.hpp"
#include "kafka/messages/list_groups.hpp"
#include "kafka/messages/list_offsets.hpp"
#include "kafka/messages/metadata.hpp"
#include "kafka/messages/offset_commit.hpp"
#include "kafka/messages/offset_delete.hpp"
#include "kafka/messages/offset_fetch.hpp"
#include "kafka/messages/offset_for_leader_epoch.hpp"
#include "kafka/messages/produce.hpp"
#include "kafka/messages/sync_group.hpp"

namespace riacho::broker {

Task<kafka::AlterConfigsResponse>     alter_configs(Call& call, kafka::AlterConfigsRequest request);
Task<kafka::ApiVersionsResponse>      api_versions(Call& call, kafka::ApiVersionsRequest request);
Task<kafka::CreatePartitionsResponse> create_partitions(Call& call, kafka::CreatePartitionsRequest request);
Task<kafka::CreateTopicsResponse>     create_topics(Call& call, kafka::CreateTopicsRequest request);
Task<kafka::DeleteGroupsResponse>     delete_groups(Call& call, kafka::DeleteGroupsRequest request);
Task<kafka::DeleteRecordsResponse>    delete_records(Call& call, kafka::DeleteRecordsRequest request);
Task<kafka::DeleteTopicsResponse>     delete_topics(Call& call, kafka::DeleteTopicsRequest request);
Task<kafka::DescribeClusterResponse>  describe_cluster(Call& call, kafka::DescribeClusterRequest request);
Task<kafka::DescribeConfigsResponse>  describe_configs(Call& call, kafka::DescribeConfigsRequest request);
Task<kafka::DescribeGroupsResponse>   describe_groups(Call& call, kafka::DescribeGroupsRequest request);
Task<kafka::DescribeLogDirsResponse>  describe_log_dirs(Call& call, kafka::DescribeLogDirsRequest request);
Task<kafka::FetchResponse>            fetch(Call& call, kafka::FetchRequest request);
Task<kafka::FindCoordinatorResponse>  find_coordinator(Call& call, kafka::FindCoordinatorRequest request);
Task<kafka::HeartbeatResponse>        heartbeat(Call& call, kafka::HeartbeatRequest request);
Task<kafka::IncrementalAlterConfigsResponse>
incremental_alter_configs(Call& call, kafka::IncrementalAlterConfigsRequest request);
Task<kafka::InitProducerIdResponse>       init_producer_id(Call& call, kafka::InitProducerIdRequest request);
Task<kafka::JoinGroupResponse>            join_group(Call& call, kafka::JoinGroupRequest request);
Task<kafka::LeaveGroupResponse>           leave_group(Call& call, kafka::LeaveGroupRequest request);
Task<kafka::ListGroupsResponse>           list_groups(Call& call, kafka::ListGroupsRequest request);
Task<kafka::ListOffsetsResponse>          list_offsets(Call& call, kafka::ListOffsetsRequest request);
Task<kafka::MetadataResponse>             metadata(Call& call, kafka::MetadataRequest request);
Task<kafka::OffsetCommitResponse>         offset_commit(Call& call, kafka::OffsetCommitRequest request);
Task<kafka::OffsetDeleteResponse>         offset_delete(Call& call, kafka::OffsetDeleteRequest request);
Task<kafka::OffsetFetchResponse>          offset_fetch(Call& call, kafka::OffsetFetchRequest request);
Task<kafka::OffsetForLeaderEpochResponse> offset_for_leader_epoch(Call&                              call,
                                                                  kafka::OffsetForLeaderEpochRequest request);
Task<std::optional<kafka::ProduceResponse>> produce(Call& call, kafka::ProduceRequest request);
Task<kafka::SyncGroupResponse>              sync_group(Call& call, kafka::SyncGroupRequest request);

} // namespace riacho::broker
