#include "client/link/admin.hpp"

#include "io/gather.hpp"

#include <charconv>

namespace riacho::client {
namespace {

constexpr std::int8_t broker_resource = 4;
constexpr std::int8_t broker_logger_resource = 8;

/// The broker that a resource belongs to; -1 for what any broker can tell and the controller can alter.
template <class Resource> std::int32_t broker_of(const Resource& resource) {
    if (resource.resource_type != broker_resource && resource.resource_type != broker_logger_resource)
        return -1;
    std::int32_t id = -1;
    const char*  end = resource.resource_name.data() + resource.resource_name.size();
    auto         parsed = std::from_chars(resource.resource_name.data(), end, id);
    return parsed.ec == std::errc{} && parsed.ptr == end ? id : -1;
}

/// Sends the resources of each broker to that one, all others where `others` says, and joins the results.
template <class Request, class Result>
Task<Reply<typename Request::Response>> ask_by_resource(Cluster& cluster, Request request, Route others,
                                                        std::vector<Result> Request::Response::* results) {
    using Response = typename Request::Response;
    std::map<std::int32_t, Request> parts;
    auto                            resources = std::move(request.resources);
    request.resources.clear();
    for (auto& resource : resources)
        parts.try_emplace(broker_of(resource), request)
            .first->second.resources.push_back(std::move(resource));
    std::vector<Task<Reply<Response>>> asks;
    for (auto& [broker, part] : parts)
        asks.push_back(cluster.ask(broker < 0 ? others : Route(BrokerId{broker}), std::move(part)));
    Response joined;
    for (auto& answer : co_await io::gather(cluster.shard(), std::move(asks))) {
        if (!answer) co_return std::unexpected(answer.error());
        for (auto& result : (*answer).*results) (joined.*results).push_back(std::move(result));
    }
    co_return joined;
}

/// The same question to every broker.
template <class Request>
Task<Reply<std::vector<OfBroker<typename Request::Response>>>> ask_every(Cluster& cluster, Request request) {
    auto brokers = co_await cluster.brokers();
    if (!brokers) co_return std::unexpected(brokers.error());
    std::vector<Task<Reply<typename Request::Response>>> asks;
    for (const auto& broker : *brokers) asks.push_back(cluster.ask(BrokerId{broker.node_id}, request));
    auto answers = co_await io::gather(cluster.shard(), std::move(asks));
    std::vector<OfBroker<typename Request::Response>> of_brokers;
    for (std::size_t i = 0; i < answers.size(); ++i)
        of_brokers.push_back({(*brokers)[i].node_id, std::move(answers[i])});
    co_return of_brokers;
}

} // namespace

Task<Reply<kafka::CreateTopicsResponse>> Admin::create_topics(kafka::CreateTopicsRequest request) {
    return cluster_.ask(Controller{}, std::move(request));
}

Task<Reply<kafka::DeleteTopicsResponse>> Admin::delete_topics(std::vector<std::string> names) {
    kafka::DeleteTopicsRequest request{.timeout_ms = 30'000};
    for (const auto& name : names) request.topics.push_back({.name = name, .topic_id = {}});
    request.topic_names = std::move(names);
    return cluster_.ask(Controller{}, std::move(request));
}

Task<Reply<kafka::CreatePartitionsResponse>>
Admin::create_partitions(kafka::CreatePartitionsRequest request) {
    return cluster_.ask(Controller{}, std::move(request));
}

Task<Reply<kafka::DescribeConfigsResponse>> Admin::describe_configs(kafka::DescribeConfigsRequest request) {
    return ask_by_resource(cluster_, std::move(request), AnyBroker{},
                           &kafka::DescribeConfigsResponse::results);
}

Task<Reply<kafka::IncrementalAlterConfigsResponse>>
Admin::alter_configs(kafka::IncrementalAlterConfigsRequest request) {
    return ask_by_resource(cluster_, std::move(request), Controller{},
                           &kafka::IncrementalAlterConfigsResponse::responses);
}

Task<Reply<std::vector<OfBroker<kafka::ListGroupsResponse>>>> Admin::list_groups() {
    return ask_every(cluster_, kafka::ListGroupsRequest{});
}

Task<Reply<std::vector<OfBroker<kafka::DescribeLogDirsResponse>>>> Admin::describe_log_dirs() {
    return ask_every(cluster_, kafka::DescribeLogDirsRequest{.topics = std::nullopt});
}

} // namespace riacho::client
