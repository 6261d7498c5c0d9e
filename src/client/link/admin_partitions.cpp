// What each partition's leader answers.
#include "client/link/admin.hpp"
#include "client/link/by_topic.hpp"
#include "client/link/scatter.hpp"

namespace riacho::client {
namespace {

template <class T> std::int32_t ms_of(T time) {
    return static_cast<std::int32_t>(std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
}

/// A scatter whose answer has its partitions in topics, under `topics`.
template <class Request, class Item, class Topic, class Partition>
Scatter<Request, Item, Partition> scatter_of(std::function<Request(const std::vector<Item>&)> request,
                                             std::vector<Topic> Request::Response::* topics,
                                             PartitionFinder<Topic, Partition>       finder) {
    return {.request = std::move(request),
            .result = [topics, finder](typename Request::Response& answer, const Item& item) mutable {
                return finder.find(answer.*topics, item.topic, item.partition);
            }};
}

kafka::ListOffsetsRequest list_offsets_request(const std::vector<PartitionAsk>& items, Isolation isolation) {
    using Topic = kafka::ListOffsetsRequest::Topic;
    kafka::ListOffsetsRequest request{.replica_id = -1,
                                      .isolation_level = static_cast<std::int8_t>(isolation)};
    for (const auto& item : items)
        last_topic(request.topics, &Topic::name, item.topic)
            .partitions.push_back({.partition_index = item.partition, .timestamp = item.number});
    request.timeout_ms = 30'000;
    return request;
}

kafka::DeleteRecordsRequest delete_records_request(const std::vector<PartitionAsk>& items) {
    using Topic = kafka::DeleteRecordsRequest::Topic;
    kafka::DeleteRecordsRequest request;
    for (const auto& item : items)
        last_topic(request.topics, &Topic::name, item.topic)
            .partitions.push_back({.partition_index = item.partition, .offset = item.number});
    request.timeout_ms = 30'000;
    return request;
}

kafka::OffsetForLeaderEpochRequest epochs_request(const std::vector<PartitionAsk>& items) {
    using Topic = kafka::OffsetForLeaderEpochRequest::Topic;
    kafka::OffsetForLeaderEpochRequest request{.replica_id = -1};
    for (const auto& item : items)
        last_topic(request.topics, &Topic::topic, item.topic)
            .partitions.push_back(
                {.partition = item.partition, .leader_epoch = static_cast<std::int32_t>(item.number)});
    return request;
}

kafka::DescribeProducersRequest producers_request(const std::vector<PartitionAsk>& items) {
    using Topic = kafka::DescribeProducersRequest::Topic;
    kafka::DescribeProducersRequest request;
    for (const auto& item : items)
        last_topic(request.topics, &Topic::name, item.topic).partition_indexes.push_back(item.partition);
    return request;
}

kafka::FetchRequest fetch_request(const std::vector<FetchAsk>& items, const FetchLimits& limits) {
    using Topic = kafka::FetchRequest::Topic;
    kafka::FetchRequest request{.max_wait_ms = ms_of(limits.wait_max),
                                .min_bytes = 1,
                                .max_bytes = limits.bytes_max,
                                .isolation_level = static_cast<std::int8_t>(limits.isolation)};
    for (const auto& item : items)
        last_topic(request.topics, &Topic::topic, item.topic)
            .partitions.push_back({.partition = item.partition,
                                   .fetch_offset = item.offset,
                                   .partition_max_bytes = item.bytes_max});
    return request;
}

} // namespace

Task<std::vector<Reply<Admin::ListedOffset>>> Admin::list_offsets(std::vector<PartitionAsk> timestamps,
                                                                  Isolation                 isolation) {
    using Topic = kafka::ListOffsetsResponse::Topic;
    kafka::VersionRange versions{.low = 1};
    for (const auto& item : timestamps) {
        if (item.number == list_offsets_at::max_timestamp) versions.low = 7;
    }
    PartitionFinder finder(&Topic::partitions, &Topic::name, &ListedOffset::partition_index);
    auto            how = scatter_of<kafka::ListOffsetsRequest, PartitionAsk>(
        [isolation](const auto& items) { return list_offsets_request(items, isolation); },
        &kafka::ListOffsetsResponse::topics, finder);
    return scatter(cluster_.inside(), std::move(timestamps), std::move(how), {.versions = versions});
}

Task<std::vector<Reply<Admin::DeletedRecords>>> Admin::delete_records(std::vector<PartitionAsk> before) {
    using Topic = kafka::DeleteRecordsResponse::Topic;
    PartitionFinder finder(&Topic::partitions, &Topic::name, &DeletedRecords::partition_index);
    auto            how = scatter_of<kafka::DeleteRecordsRequest, PartitionAsk>(
        delete_records_request, &kafka::DeleteRecordsResponse::topics, finder);
    return scatter(cluster_.inside(), std::move(before), std::move(how));
}

Task<std::vector<Reply<Admin::EpochEnd>>> Admin::offsets_for_epochs(std::vector<PartitionAsk> epochs) {
    using Topic = kafka::OffsetForLeaderEpochResponse::Topic;
    PartitionFinder finder(&Topic::partitions, &Topic::topic, &EpochEnd::partition);
    auto            how = scatter_of<kafka::OffsetForLeaderEpochRequest, PartitionAsk>(
        epochs_request, &kafka::OffsetForLeaderEpochResponse::topics, finder);
    return scatter(cluster_.inside(), std::move(epochs), std::move(how));
}

Task<std::vector<Reply<Admin::Producers>>> Admin::describe_producers(std::vector<PartitionAsk> partitions) {
    using Topic = kafka::DescribeProducersResponse::Topic;
    PartitionFinder finder(&Topic::partitions, &Topic::name, &Producers::partition_index);
    auto            how = scatter_of<kafka::DescribeProducersRequest, PartitionAsk>(
        producers_request, &kafka::DescribeProducersResponse::topics, finder);
    return scatter(cluster_.inside(), std::move(partitions), std::move(how));
}

Task<std::vector<Reply<Admin::Fetched>>> Admin::fetch(std::vector<FetchAsk> from, FetchLimits limits) {
    using Topic = kafka::FetchResponse::Topic;
    PartitionFinder finder(&Topic::partitions, &Topic::topic, &Fetched::partition_index);
    auto            how = scatter_of<kafka::FetchRequest, FetchAsk>(
        [limits](const auto& items) { return fetch_request(items, limits); },
        &kafka::FetchResponse::responses, finder);
    constexpr kafka::Version last_with_names = 12; // ids of topics would have to be known first
    return scatter(cluster_.inside(), std::move(from), std::move(how),
                   {.lane = limits.lane, .versions = {.low = 4, .high = last_with_names}});
}

namespace {

Task<Reply<Admin::Produced>> produce_one(Cluster& cluster, std::string topic, std::int32_t partition,
                                         Bytes batch) {
    kafka::ProduceRequest request{.acks = -1, .timeout_ms = ms_of(cluster.options().request_timeout)};
    last_topic(request.topic_data, &kafka::ProduceRequest::Topic::name, topic)
        .partition_data.push_back({.index = partition, .records = std::move(batch)});
    constexpr kafka::Version last_with_names = 12;
    auto                     answer =
        co_await cluster.ask(LeaderOf{topic, partition}, std::move(request),
                             {.versions = {.high = last_with_names}, .repeat = Repeat::when_refused});
    if (!answer) co_return std::unexpected(answer.error());
    for (auto& one : answer->responses) {
        if (!one.partition_responses.empty()) co_return std::move(one.partition_responses.front());
    }
    co_return fail(NoReply{.why = LinkError::malformed}, "the broker left the batch out of its answer");
}

} // namespace

Task<Reply<Admin::Produced>> Admin::produce(std::string topic, std::int32_t partition, Bytes batch) {
    return produce_one(cluster_, std::move(topic), partition, std::move(batch));
}

} // namespace riacho::client
