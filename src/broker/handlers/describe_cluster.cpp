#include "broker/broker.hpp"
#include "broker/handlers/handlers.hpp"
#include "broker/handlers/operations.hpp"

namespace riacho::broker {

// DescribeCluster, v0-1: the cluster id and the one broker.
//   v1 endpoint type (KIP-919): 1 brokers, 2 controllers
Task<kafka::DescribeClusterResponse> describe_cluster(Call& call, kafka::DescribeClusterRequest request) {
    kafka::DescribeClusterResponse response;
    constexpr std::int8_t          brokers = 1, controllers = 2;
    response.endpoint_type = request.endpoint_type;
    if (request.endpoint_type != brokers) {
        bool is_known = request.endpoint_type == controllers;
        response.error_code = is_known ? kafka::ErrorCode::mismatched_endpoint_type
                                       : kafka::ErrorCode::unsupported_endpoint_type;
        response.error_message = is_known ? "The request was sent to an endpoint of the wrong type."
                                          : "Unsupported endpoint type.";
        co_return response;
    }
    io::Endpoint address = call.session.advertised();
    response.cluster_id = call.broker.cluster_id();
    response.controller_id = call.broker.options().node_id;
    auto& self = response.brokers.emplace_back();
    self.broker_id = call.broker.options().node_id;
    self.host = address.host;
    self.port = address.port;
    if (!call.broker.options().broker_rack.empty()) self.rack = call.broker.options().broker_rack;
    if (request.include_cluster_authorized_operations)
        response.cluster_authorized_operations = operations::every_cluster;
    co_return response;
}

} // namespace riacho::broker
