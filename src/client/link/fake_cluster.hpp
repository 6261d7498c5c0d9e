#pragma once

#include "client/link/cluster.hpp"
#include "client/link/fake_peer.hpp"
#include "io/testing.hpp"
#include "kafka/messages/find_coordinator.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace riacho::client {

/// For tests: brokers that tell of each other what the test says, on the network of a simulation.
class FakeCluster {
public:
    using Asked = FakePeer::Asked;
    /// What broker `node` answers; nothing to leave it to the cluster (versions, metadata, coordinators).
    using Answers = std::function<std::optional<std::vector<Bytes>>(std::int32_t node, const Asked&)>;

    FakeCluster(io::SimulatedWorld& world, int brokers, std::vector<kafka::Api> apis)
        : world_(world), apis_(std::move(apis)) {
        apis_.push_back(kafka::ApiVersionsRequest::api);
        apis_.push_back(kafka::MetadataRequest::api);
        apis_.push_back(kafka::FindCoordinatorRequest::api);
        for (int id = 1; id <= brokers; ++id) start(id);
    }

    Answers                                          answers;
    std::map<std::string, std::vector<std::int32_t>> leaders;      ///< of each partition of a topic
    std::map<std::string, std::int32_t>              coordinators; ///< of each group
    std::int32_t                                     controller = 1;

    static io::Endpoint at(std::int32_t id) { return {"broker-" + std::to_string(id), 9092}; }
    void                start(std::int32_t id) {
        auto answers_of = [this, id](const Asked& asked) { return answer(id, asked); };
        peers_[id] = std::make_unique<FakePeer>(world_.shard(), world_.network(), at(id), answers_of);
    }
    void stop(std::int32_t id) {
        world_.run(peers_.at(id)->stop());
        peers_.erase(id);
    }
    void stop_all() {
        while (!peers_.empty()) stop(peers_.begin()->first);
    }

    /// How often this broker was asked this.
    std::size_t count(std::int32_t id, kafka::ApiKey key) const {
        auto peer = peers_.find(id);
        if (peer == peers_.end()) return 0;
        return static_cast<std::size_t>(
            std::ranges::count(peer->second->asked(), key, [](const Asked& asked) { return asked.key(); }));
    }
    template <class Response> static std::vector<Bytes> frame(const Asked& asked, const Response& response) {
        return kafka::response_frame(response, asked.header.request_api_version, asked.header.correlation_id);
    }
    template <class Request> static Request request_in(const Asked& asked) {
        Request       request;
        kafka::Reader in(asked.body);
        decode(request, in, asked.header.request_api_version);
        return request;
    }

private:
    std::optional<std::vector<Bytes>> answer(std::int32_t id, const Asked& asked) {
        if (answers) {
            if (auto said = answers(id, asked)) return said;
        }
        if (asked.key() == kafka::ApiKey::api_versions) return api_versions_answer(asked, apis_);
        if (asked.key() == kafka::ApiKey::metadata) return frame(asked, metadata(asked));
        if (asked.key() == kafka::ApiKey::find_coordinator) return frame(asked, coordinators_for(asked));
        return std::nullopt;
    }

    kafka::MetadataResponse metadata(const Asked& asked) const {
        kafka::MetadataResponse response{.cluster_id = "fake", .controller_id = controller};
        for (const auto& [id, peer] : peers_)
            response.brokers.push_back({.node_id = id, .host = at(id).host, .port = at(id).port, .rack = {}});
        auto request = request_in<kafka::MetadataRequest>(asked);
        if (request.topics) {
            for (const auto& topic : *request.topics)
                response.topics.push_back(topic_of(topic.name.value_or("")));
        } else {
            for (const auto& [name, leads] : leaders) response.topics.push_back(topic_of(name));
        }
        return response;
    }
    kafka::MetadataResponse::Topic topic_of(const std::string& name) const {
        kafka::MetadataResponse::Topic topic{.name = name};
        auto                           known = leaders.find(name);
        if (known == leaders.end()) {
            topic.error_code = kafka::ErrorCode::unknown_topic_or_partition;
            return topic;
        }
        std::int32_t index = 0;
        for (std::int32_t leader : known->second)
            topic.partitions.push_back(
                {.partition_index = index++, .leader_id = leader, .replica_nodes = {leader}});
        return topic;
    }
    kafka::FindCoordinatorResponse coordinators_for(const Asked& asked) const {
        kafka::FindCoordinatorResponse response;
        for (const auto& key : request_in<kafka::FindCoordinatorRequest>(asked).coordinator_keys) {
            auto         known = coordinators.find(key);
            bool         found = known != coordinators.end();
            std::int32_t id = found ? known->second : -1;
            response.coordinators.push_back(
                {.key = key,
                 .node_id = id,
                 .host = found ? at(id).host : "",
                 .port = 9092,
                 .error_code = found ? kafka::ErrorCode::none : kafka::ErrorCode::coordinator_not_available,
                 .error_message = {}});
        }
        return response;
    }

    io::SimulatedWorld&                               world_;
    std::vector<kafka::Api>                           apis_;
    std::map<std::int32_t, std::unique_ptr<FakePeer>> peers_;
};

} // namespace riacho::client
