#include "browse/cluster_source.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <utility>

namespace riacho::browse {
namespace {

using kafka::ErrorCode;

/// What a consumer may be given at least, however many partitions share an answer.
constexpr std::size_t partition_bytes_min = 16 * 1024;

std::unexpected<Failure<SourceError>> source_failure(ErrorCode error, std::string_view topic) {
    auto code = SourceError::unreachable;
    if (error == ErrorCode::unknown_topic_or_partition || error == ErrorCode::invalid_topic_exception)
        code = SourceError::unknown_topic;
    if (error == ErrorCode::topic_authorization_failed) code = SourceError::not_allowed;
    return fail(code, fmt::format("{}: {}: {}", topic, name_of(error), text_of(error)));
}

std::unexpected<Failure<SourceError>> source_failure(const Failure<client::NoReply>& problem,
                                                     std::string_view                topic) {
    if (problem.code.why == client::LinkError::refused) return source_failure(problem.code.error, topic);
    bool is_refusal = problem.code.why == client::LinkError::unauthorized;
    return fail(is_refusal ? SourceError::not_allowed : SourceError::unreachable, problem.detail);
}

std::int32_t fetch_bytes(std::size_t bytes) {
    constexpr std::size_t most = 1 << 30;
    return static_cast<std::int32_t>(std::min(bytes, most));
}

RecordSource::Fetched fetched_from(PartitionIndex partition, client::Admin::Fetched answer,
                                   client::Isolation isolation) {
    bool   is_committed = isolation == client::Isolation::read_committed && answer.last_stable_offset >= 0;
    Offset end{is_committed ? answer.last_stable_offset : answer.high_watermark};
    RecordSource::Fetched part{partition, {}, {}, {answer.log_start_offset}, end};
    if (answer.records) part.records = *std::move(answer.records);
    if (!answer.aborted_transactions) return part;
    for (const auto& aborted : *answer.aborted_transactions)
        part.aborted.push_back({ProducerId{aborted.producer_id}, {aborted.first_offset}});
    return part;
}

} // namespace

ClusterSource::ClusterSource(client::Admin& admin, std::string topic, client::Isolation isolation)
    : admin_(admin), topic_(std::move(topic)), isolation_(isolation), lane_(admin.cluster().open_lane()) {}

ClusterSource::~ClusterSource() { stop(); }

void ClusterSource::stop() { admin_.cluster().close_lane(lane_); }

RecordSource::Answer<std::vector<Offset>> ClusterSource::list(std::vector<PartitionIndex> partitions,
                                                              std::int64_t                timestamp) {
    std::vector<client::PartitionAsk> asks;
    for (PartitionIndex partition : partitions)
        asks.push_back({topic_, static_cast<std::int32_t>(partition), timestamp});
    auto                replies = co_await admin_.list_offsets(std::move(asks), isolation_);
    std::vector<Offset> offsets;
    for (const auto& reply : replies) {
        if (!reply) co_return source_failure(reply.error(), topic_);
        if (reply->error_code != ErrorCode::none) co_return source_failure(reply->error_code, topic_);
        offsets.push_back({reply->offset});
    }
    co_return offsets;
}

RecordSource::Answer<std::vector<RecordSource::Range>>
ClusterSource::ranges(std::vector<PartitionIndex> partitions) {
    auto topic = co_await admin_.cluster().topic(topic_);
    if (!topic) co_return source_failure(topic.error(), topic_);
    if (topic->error_code != ErrorCode::none) co_return source_failure(topic->error_code, topic_);
    std::vector<PartitionIndex> known;
    for (const auto& partition : topic->partitions)
        known.push_back(PartitionIndex{partition.partition_index});
    std::ranges::sort(known);
    std::ranges::sort(partitions);
    partitions.erase(std::ranges::unique(partitions).begin(), partitions.end());
    for (PartitionIndex partition : partitions) {
        if (std::ranges::binary_search(known, partition)) continue;
        co_return fail(SourceError::unknown_partition,
                       fmt::format("{} has no partition {}", topic_, static_cast<std::int32_t>(partition)));
    }
    if (partitions.empty()) partitions = std::move(known);
    CO_TRY(auto starts, co_await list(partitions, client::list_offsets_at::earliest));
    CO_TRY(auto ends, co_await list(partitions, client::list_offsets_at::latest));
    std::vector<Range> ranges;
    for (std::size_t i = 0; i < partitions.size(); i++) ranges.push_back({partitions[i], starts[i], ends[i]});
    co_return ranges;
}

RecordSource::Answer<std::vector<Offset>> ClusterSource::offsets_at(std::vector<PartitionIndex> partitions,
                                                                    Timestamp                   time) {
    // Negative times have other meanings there.
    CO_TRY(auto offsets, co_await list(partitions, std::max<std::int64_t>(time.ms, 0)));
    CO_TRY(auto ends, co_await list(partitions, client::list_offsets_at::latest));
    for (std::size_t i = 0; i < offsets.size(); i++) {
        if (offsets[i].value < 0) offsets[i] = ends[i];
    }
    co_return offsets;
}

RecordSource::Answer<std::vector<RecordSource::Fetched>> ClusterSource::fetch(FetchRequest request) {
    std::vector<client::FetchAsk> asks;
    std::size_t                   share =
        std::max(request.bytes_max / std::max<std::size_t>(request.asks.size(), 1), partition_bytes_min);
    for (const Ask& ask : request.asks)
        asks.push_back(
            {topic_, static_cast<std::int32_t>(ask.partition), ask.from.value, fetch_bytes(share)});
    client::FetchLimits      limits{.wait_max = request.wait_max,
                                    .bytes_max = fetch_bytes(request.bytes_max),
                                    .isolation = isolation_,
                                    .lane = lane_};
    auto                     replies = co_await admin_.fetch(std::move(asks), limits);
    std::vector<Fetched>     fetched;
    std::vector<std::size_t> outside;
    for (std::size_t i = 0; i < replies.size(); i++) {
        auto& reply = replies[i];
        if (!reply) co_return source_failure(reply.error(), topic_);
        if (reply->error_code == ErrorCode::offset_out_of_range)
            outside.push_back(i);
        else if (reply->error_code != ErrorCode::none)
            co_return source_failure(reply->error_code, topic_);
        fetched.push_back(fetched_from(request.asks[i].partition, *std::move(reply), isolation_));
    }
    if (outside.empty()) co_return fetched;
    co_return co_await with_starts(std::move(fetched), std::move(outside));
}

/// Records were deleted before they were fetched: where does the partition begin now?
RecordSource::Answer<std::vector<RecordSource::Fetched>>
ClusterSource::with_starts(std::vector<Fetched> fetched, std::vector<std::size_t> outside) {
    std::vector<PartitionIndex> partitions;
    for (std::size_t i : outside) partitions.push_back(fetched[i].partition);
    CO_TRY(auto starts, co_await list(partitions, client::list_offsets_at::earliest));
    CO_TRY(auto ends, co_await list(partitions, client::list_offsets_at::latest));
    for (std::size_t i = 0; i < outside.size(); i++) {
        fetched[outside[i]].start = starts[i];
        fetched[outside[i]].end = ends[i];
        fetched[outside[i]].records = {};
    }
    co_return fetched;
}

} // namespace riacho::browse
