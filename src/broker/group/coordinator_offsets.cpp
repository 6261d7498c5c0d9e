#include "broker/group/append_errors.hpp"
#include "broker/group/coordinator.hpp"

#include <utility>

namespace riacho::broker {

namespace {

using kafka::ErrorCode;

using FetchedPartition = kafka::OffsetFetchResponse::Group::Topic::Partition;

constexpr kafka::Version group_id_not_found_since = 9;

/// What a client is told when its commit could not be written.
ErrorCode commit_error_of(ErrorCode append_error) {
    return coordinator_error_of(append_error, ErrorCode::invalid_commit_offset_size);
}

FetchedPartition fetched(std::int32_t index, const CommittedOffset* committed) {
    if (!committed) return {.partition_index = index, .committed_offset = -1, .metadata = ""};
    return {.partition_index = index,
            .committed_offset = committed->offset.value,
            .committed_leader_epoch = static_cast<std::int32_t>(committed->leader_epoch),
            .metadata = committed->metadata};
}

} // namespace

/// One request's offsets: what can be committed, and the answer, as if all of that succeeded.
struct GroupCoordinator::Commit {
    std::vector<std::pair<NamedPartition, CommittedOffset>> offsets;
    kafka::OffsetCommitResponse                             response;

    void fail_rest(ErrorCode error) {
        for (auto& topic : response.topics)
            for (auto& partition : topic.partitions)
                if (partition.error_code == ErrorCode::none) partition.error_code = error;
    }
};

GroupCoordinator::Commit GroupCoordinator::prepare(const kafka::OffsetCommitRequest& request) const {
    Commit    commit;
    Timestamp now = place_.clock.wall();
    Timestamp expires{request.retention_time_ms < 0 ? -1 : now.ms + request.retention_time_ms};
    auto      metadata_max = static_cast<std::size_t>(place_.options.offset_metadata_max_bytes);
    for (const auto& asked : request.topics) {
        auto  topic = place_.image.find(asked.name);
        auto& answer = commit.response.topics.emplace_back();
        answer.name = asked.name;
        for (const auto& partition : asked.partitions) {
            ErrorCode   error = ErrorCode::none;
            std::string metadata = partition.committed_metadata.value_or("");
            if (!topic || !topic->has(partition.partition_index))
                error = ErrorCode::unknown_topic_or_partition;
            else if (metadata.size() > metadata_max)
                error = ErrorCode::offset_metadata_too_large;
            answer.partitions.push_back({.partition_index = partition.partition_index, .error_code = error});
            if (error != ErrorCode::none) continue;
            commit.offsets.emplace_back(
                NamedPartition{asked.name, partition.partition_index},
                CommittedOffset{.topic_id = topic->id,
                                .offset = {partition.committed_offset},
                                .leader_epoch = LeaderEpoch{partition.committed_leader_epoch},
                                .metadata = std::move(metadata),
                                .committed = now,
                                .expires = expires});
        }
    }
    return commit;
}

ErrorCode GroupCoordinator::check_commit(const kafka::OffsetCommitRequest& request, kafka::Version version) {
    ErrorCode error = check_owned(request.group_id);
    if (error != ErrorCode::none) return error;
    if (request.group_instance_id) return ErrorCode::unsupported_version;
    std::int32_t generation = request.generation_id_or_member_epoch;
    if (Entry* entry = find(request.group_id))
        return entry->group.check_commit(request.member_id, generation, place_.shard.now());
    if (generation >= 0)
        return version >= group_id_not_found_since ? ErrorCode::group_id_not_found
                                                   : ErrorCode::illegal_generation;
    return groups_.size() < place_.options.groups_max ? ErrorCode::none : ErrorCode::group_max_size_reached;
}

Task<kafka::OffsetCommitResponse> GroupCoordinator::commit(kafka::OffsetCommitRequest request,
                                                           kafka::Version             version) {
    ErrorCode error = check_commit(request, version);
    Commit    commit = prepare(request);
    if (error != ErrorCode::none) commit.fail_rest(error);
    if (error != ErrorCode::none || commit.offsets.empty()) co_return std::move(commit.response);

    GroupBatch batch(request.group_id, place_.clock.wall());
    for (const auto& [partition, committed] : commit.offsets) batch.commit(partition, committed);
    ensure(request.group_id);
    auto outcome = co_await append(request.group_id, batch.build());
    if (outcome)
        for (auto& [partition, committed] : commit.offsets)
            find(request.group_id)->offsets.set(partition, std::move(committed));
    else
        commit.fail_rest(commit_error_of(outcome.error().code));
    drop_if_unused(request.group_id);
    co_return std::move(commit.response);
}

bool GroupCoordinator::is_current(std::string_view topic, const CommittedOffset& committed) const {
    auto known = place_.image.find(topic);
    return known && (committed.topic_id.is_zero() || committed.topic_id == known->id);
}

Task<kafka::OffsetFetchResponse::Group> GroupCoordinator::fetch(kafka::OffsetFetchRequest::Group request) {
    kafka::OffsetFetchResponse::Group response{.group_id = request.group_id,
                                               .error_code = check_owned(request.group_id)};
    if (response.error_code != ErrorCode::none) co_return response;
    static const GroupOffsets none;
    Entry*                    entry = find(request.group_id);
    const GroupOffsets&       offsets = entry ? entry->offsets : none;
    if (!request.topics) {
        for (const auto& [topic, partitions] : offsets.topics()) {
            kafka::OffsetFetchResponse::Group::Topic answer{.name = topic};
            for (const auto& [index, committed] : partitions)
                if (is_current(topic, committed)) answer.partitions.push_back(fetched(index, &committed));
            if (!answer.partitions.empty()) response.topics.push_back(std::move(answer));
        }
        co_return response;
    }
    for (const auto& asked : *request.topics) {
        auto& answer = response.topics.emplace_back();
        answer.name = asked.name;
        for (std::int32_t index : asked.partition_indexes) {
            const CommittedOffset* committed = offsets.find(asked.name, index);
            if (committed && !is_current(asked.name, *committed)) committed = nullptr;
            answer.partitions.push_back(fetched(index, committed));
        }
    }
    co_return response;
}

} // namespace riacho::broker
