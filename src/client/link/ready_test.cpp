#include "client/link/fake_peer.hpp"
#include "client/link/ready.hpp"
#include "io/testing.hpp"
#include "kafka/messages/find_coordinator.hpp"
#include "kafka/messages/metadata.hpp"

#include <gtest/gtest.h>

namespace riacho::client {
namespace {

using namespace std::chrono_literals;

struct Readiness {
    int              brokers = 1;
    kafka::ErrorCode coordinator = kafka::ErrorCode::none;
    kafka::Version   find_coordinator_high = 4;
};

std::optional<std::vector<Bytes>> answer_as(const Readiness& readiness, const FakePeer::Asked& asked) {
    auto version = asked.header.request_api_version;
    auto id = asked.header.correlation_id;
    if (asked.key() == kafka::ApiKey::api_versions) {
        kafka::Api find = kafka::FindCoordinatorRequest::api;
        find.versions.high = readiness.find_coordinator_high;
        return api_versions_answer(asked,
                                   {kafka::ApiVersionsRequest::api, kafka::MetadataRequest::api, find});
    }
    if (asked.key() == kafka::ApiKey::metadata) {
        kafka::MetadataResponse response;
        for (int i = 0; i < readiness.brokers; ++i) response.brokers.push_back({i, "broker", 9092, {}});
        return kafka::response_frame(response, version, id);
    }
    kafka::FindCoordinatorResponse response;
    if (version >= 4)
        response.coordinators.push_back(
            {.key = "riacho-ready", .host = "broker", .error_code = readiness.coordinator});
    else
        response.error_code = readiness.coordinator;
    return kafka::response_frame(response, version, id);
}

class ReadyTest : public ::testing::Test {
protected:
    void listen() {
        peer_.emplace(world_.shard(), world_.network(), io::Endpoint{"broker", 9092},
                      [this](const FakePeer::Asked& asked) { return answer_as(readiness_, asked); });
    }
    std::string wait(std::vector<io::Endpoint> servers = {{"broker", 9092}}) {
        auto ready = world_.run(wait_until_ready(world_.shard(), world_.network(), std::move(servers),
                                                 world_.simulation().now() + 10s));
        if (ready) return "ready";
        return (ready.error().code == NotReady::never ? "never: " : "") + ready.error().detail;
    }
    void TearDown() override {
        if (peer_) world_.run(peer_->stop());
    }

    io::SimulatedWorld      world_;
    Readiness               readiness_;
    std::optional<FakePeer> peer_;
};

TEST_F(ReadyTest, a_broker_that_answers_all_three_is_ready) {
    listen();
    EXPECT_EQ(wait(), "ready");
    EXPECT_EQ(peer_->asked().size(), 3u);
}

TEST_F(ReadyTest, an_older_find_coordinator_is_understood_too) {
    readiness_.find_coordinator_high = 3;
    listen();
    EXPECT_EQ(wait(), "ready");
}

TEST_F(ReadyTest, nobody_there_is_said_when_the_time_is_over) {
    EXPECT_EQ(wait(), "connect: nobody listens at broker:9092");
    EXPECT_GE(world_.simulation().now(), 9s);
    EXPECT_LE(world_.simulation().now(), 10s);
}

TEST_F(ReadyTest, one_of_several_servers_is_enough) {
    listen();
    EXPECT_EQ(wait({{"elsewhere", 9092}, {"broker", 9092}}), "ready");
}

TEST_F(ReadyTest, a_broker_that_says_nothing_is_given_up_in_time) {
    peer_.emplace(world_.shard(), world_.network(), io::Endpoint{"broker", 9092},
                  [](const FakePeer::Asked&) { return std::nullopt; });
    EXPECT_EQ(wait(), "ApiVersions: no answer from broker:9092 in time");
    EXPECT_LE(world_.simulation().now(), 10s);
}

TEST_F(ReadyTest, what_failed_is_named) {
    readiness_.brokers = 0;
    listen();
    EXPECT_EQ(wait(), "Metadata: the cluster has no brokers");
    readiness_ = {.coordinator = kafka::ErrorCode::coordinator_not_available};
    EXPECT_EQ(wait(), "FindCoordinator: the broker answers COORDINATOR_NOT_AVAILABLE");
    readiness_ = {.coordinator = kafka::ErrorCode::coordinator_not_available, .find_coordinator_high = 2};
    EXPECT_EQ(wait(), "FindCoordinator: the broker answers COORDINATOR_NOT_AVAILABLE");
}

TEST_F(ReadyTest, what_is_no_broker_is_not_waited_for) {
    peer_.emplace(world_.shard(), world_.network(), io::Endpoint{"broker", 9092},
                  [](const FakePeer::Asked&) -> std::optional<std::vector<Bytes>> {
                      return std::vector{Bytes::copy_of("HTTP/1.1 400 Bad Request\r\n\r\n")};
                  });
    EXPECT_EQ(wait(), "never: ApiVersions: broker:9092 is a web server, not a broker of Kafka");
}

} // namespace
} // namespace riacho::client
