// A cluster against brokers that answer as they are told.
#include "client/link/fake_cluster.hpp"
#include "io/gather.hpp"
#include "kafka/messages/create_topics.hpp"
#include "kafka/messages/heartbeat.hpp"
#include "kafka/messages/list_offsets.hpp"

#include <gtest/gtest.h>

namespace riacho::client {
namespace {

using namespace std::chrono_literals;
using kafka::ApiKey;
using kafka::ErrorCode;

const std::vector<kafka::Api> cluster_apis{kafka::CreateTopicsRequest::api, kafka::HeartbeatRequest::api,
                                           kafka::ListOffsetsRequest::api};

class ClusterTest : public ::testing::Test {
protected:
    ClusterTest() : fake_(world_, 3, cluster_apis) { make({}); }
    ~ClusterTest() override {
        if (cluster_) world_.run(cluster_->close());
        fake_.stop_all();
    }
    void make(Properties properties) {
        properties.try_emplace("bootstrap.servers", "broker-1:9092,broker-2:9092,broker-3:9092");
        auto made = world_.run(Cluster::make(world_.world(), world_.shard(), properties));
        ASSERT_TRUE(made) << made.error().detail;
        if (cluster_) world_.run(cluster_->close());
        cluster_ = std::move(*made);
    }
    template <class Request>
    Reply<typename Request::Response> ask(Route route, Request request, CallOptions how = {}) {
        return world_.run(cluster_->ask(std::move(route), std::move(request), how));
    }
    /// A broker that answers this with `error`, and other brokers with none.
    template <class Request> void refuse_at(std::int32_t node, ErrorCode error) {
        fake_.answers = [this, node,
                         error](std::int32_t              id,
                                const FakeCluster::Asked& asked) -> std::optional<std::vector<Bytes>> {
            if (asked.key() != Request::api.key) return std::nullopt;
            if (on_ask) on_ask(id);
            typename Request::Response response;
            if constexpr (requires { response.error_code; })
                response.error_code = id == node ? error : ErrorCode::none;
            return FakeCluster::frame(asked, response);
        };
    }

    io::SimulatedWorld                world_;
    FakeCluster                       fake_;
    std::unique_ptr<Cluster>          cluster_;
    std::function<void(std::int32_t)> on_ask;
};

TEST_F(ClusterTest, requests_go_to_whom_they_are_for) {
    fake_.leaders["orders"] = {2, 3};
    fake_.coordinators["billing"] = 3;
    fake_.controller = 2;
    std::vector<std::int32_t> asked;
    on_ask = [&asked](std::int32_t id) { asked.push_back(id); };
    refuse_at<kafka::HeartbeatRequest>(0, ErrorCode::none);
    kafka::HeartbeatRequest any;
    EXPECT_TRUE(ask(LeaderOf{"orders", 0}, any));
    EXPECT_TRUE(ask(LeaderOf{"orders", 1}, any));
    EXPECT_TRUE(ask(CoordinatorOf{.id = "billing"}, any));
    EXPECT_TRUE(ask(Controller{}, any));
    EXPECT_TRUE(ask(BrokerId{1}, any));
    EXPECT_EQ(asked, (std::vector<std::int32_t>{2, 3, 3, 2, 1}));
}

TEST_F(ClusterTest, what_is_known_is_not_asked_again) {
    fake_.leaders["orders"] = {1};
    refuse_at<kafka::HeartbeatRequest>(0, ErrorCode::none);
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(ask(LeaderOf{"orders", 0}, kafka::HeartbeatRequest{}));
    std::size_t asked = fake_.count(1, ApiKey::metadata) + fake_.count(2, ApiKey::metadata) +
                        fake_.count(3, ApiKey::metadata);
    EXPECT_EQ(asked, 1u);
    world_.run_for(6min);
    EXPECT_TRUE(ask(LeaderOf{"orders", 0}, kafka::HeartbeatRequest{}));
    EXPECT_GT(fake_.count(1, ApiKey::metadata) + fake_.count(2, ApiKey::metadata) +
                  fake_.count(3, ApiKey::metadata),
              asked)
        << "after metadata.max.age.ms";
}

TEST_F(ClusterTest, a_leader_that_moved_is_found) {
    fake_.leaders["orders"] = {1};
    refuse_at<kafka::HeartbeatRequest>(1, ErrorCode::not_leader_or_follower);
    on_ask = [this](std::int32_t) { fake_.leaders["orders"] = {2}; };
    auto answer = ask(LeaderOf{"orders", 0}, kafka::HeartbeatRequest{});
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->error_code, ErrorCode::none);
    EXPECT_EQ(fake_.count(2, ApiKey::heartbeat), 1u);
}

TEST_F(ClusterTest, a_coordinator_that_moved_is_found) {
    fake_.coordinators["billing"] = 1;
    refuse_at<kafka::HeartbeatRequest>(1, ErrorCode::not_coordinator);
    on_ask = [this](std::int32_t) { fake_.coordinators["billing"] = 3; };
    EXPECT_EQ(ask(CoordinatorOf{.id = "billing"}, kafka::HeartbeatRequest{})->error_code, ErrorCode::none);
    EXPECT_EQ(fake_.count(3, ApiKey::heartbeat), 1u);
}

TEST_F(ClusterTest, an_error_that_lasts_is_the_answer_when_time_is_over) {
    fake_.coordinators["billing"] = 1;
    refuse_at<kafka::HeartbeatRequest>(1, ErrorCode::coordinator_load_in_progress);
    Time start = world_.simulation().now();
    auto answer = ask(CoordinatorOf{.id = "billing"}, kafka::HeartbeatRequest{}, {.timeout = 5s});
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->error_code, ErrorCode::coordinator_load_in_progress);
    EXPECT_LE(world_.simulation().now() - start, 5s);
    EXPECT_GE(fake_.count(1, ApiKey::heartbeat), 5u);
    EXPECT_LE(fake_.count(1, ApiKey::heartbeat), 12u) << "with pauses that grow to retry.backoff.max.ms";
}

TEST_F(ClusterTest, a_final_error_is_the_answer_at_once) {
    fake_.coordinators["billing"] = 1;
    refuse_at<kafka::HeartbeatRequest>(1, ErrorCode::unknown_member_id);
    EXPECT_EQ(ask(CoordinatorOf{.id = "billing"}, kafka::HeartbeatRequest{})->error_code,
              ErrorCode::unknown_member_id);
    EXPECT_EQ(fake_.count(1, ApiKey::heartbeat), 1u);
}

TEST_F(ClusterTest, a_topic_that_does_not_exist_is_said_to_be_unknown_soon) {
    Time start = world_.simulation().now();
    auto answer = ask(LeaderOf{"gone", 0}, kafka::HeartbeatRequest{});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, (NoReply{LinkError::refused, ErrorCode::unknown_topic_or_partition}));
    EXPECT_LT(world_.simulation().now() - start, 2s);
    fake_.leaders["here"] = {1};
    EXPECT_EQ(ask(LeaderOf{"here", 5}, kafka::HeartbeatRequest{}).error().code.error,
              ErrorCode::unknown_topic_or_partition);
    EXPECT_EQ(world_.run(cluster_->topic("gone")).error().code.error, ErrorCode::unknown_topic_or_partition);
    EXPECT_EQ(world_.run(cluster_->topic("here"))->partitions.size(), 1u);
}

TEST_F(ClusterTest, a_broker_that_leaves_and_comes_back_is_used_again) {
    refuse_at<kafka::HeartbeatRequest>(0, ErrorCode::none);
    EXPECT_TRUE(ask(BrokerId{2}, kafka::HeartbeatRequest{}));
    fake_.stop(2);
    EXPECT_TRUE(ask(AnyBroker{}, kafka::HeartbeatRequest{})) << "the others are there";
    auto answer = ask(BrokerId{2}, kafka::HeartbeatRequest{}, {.timeout = 3s});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code.error, ErrorCode::broker_not_available) << answer.error().detail;
    fake_.start(2);
    EXPECT_TRUE(ask(BrokerId{2}, kafka::HeartbeatRequest{}));
}

TEST_F(ClusterTest, a_cluster_that_moved_as_a_whole_is_found_where_it_began) {
    make({{"bootstrap.servers", "broker-3:9092"}});
    refuse_at<kafka::HeartbeatRequest>(0, ErrorCode::none);
    fake_.stop(3);
    EXPECT_EQ(ask(AnyBroker{}, kafka::HeartbeatRequest{}, {.timeout = 2s}).error().code.why,
              LinkError::unreachable);
    fake_.start(3);
    EXPECT_TRUE(ask(Controller{}, kafka::HeartbeatRequest{}));
    fake_.stop(1);
    fake_.stop(2);
    fake_.controller = 3;
    EXPECT_TRUE(ask(Controller{}, kafka::HeartbeatRequest{}));
}

TEST_F(ClusterTest, many_requests_share_a_connection) {
    refuse_at<kafka::HeartbeatRequest>(0, ErrorCode::none);
    struct Run {
        static Task<std::size_t> all(Cluster& cluster) {
            using Answer = Reply<kafka::HeartbeatResponse>;
            std::vector<Task<Answer>> asks;
            for (int i = 0; i < 500; ++i) asks.push_back(cluster.ask(BrokerId{1}, kafka::HeartbeatRequest{}));
            auto answers = co_await io::gather(cluster.shard(), std::move(asks));
            co_return static_cast<std::size_t>(std::ranges::count_if(answers, &Answer::has_value));
        }
    };
    EXPECT_EQ(world_.run(Run::all(*cluster_)), 500u);
    EXPECT_LE(world_.network().clients().size(), 2u) << "one to begin with, one to the broker";
}

TEST_F(ClusterTest, what_waits_in_a_lane_holds_nobody_else_up) {
    fake_.answers = [](std::int32_t, const FakeCluster::Asked& asked) -> std::optional<std::vector<Bytes>> {
        if (asked.key() != ApiKey::heartbeat) return std::nullopt;
        if (FakeCluster::request_in<kafka::HeartbeatRequest>(asked).group_id == "waits") return std::nullopt;
        return FakeCluster::frame(asked, kafka::HeartbeatResponse{});
    };
    Lane lane = cluster_->open_lane();
    EXPECT_FALSE(
        ask(BrokerId{1}, kafka::HeartbeatRequest{.group_id = "waits"}, {.timeout = 1s, .lane = lane}));
    EXPECT_TRUE(ask(BrokerId{1}, kafka::HeartbeatRequest{}));
    EXPECT_TRUE(ask(BrokerId{1}, kafka::HeartbeatRequest{}, {.lane = lane}));
    std::size_t before = world_.network().clients().size();
    struct Run {
        static Task<> close(Cluster& cluster, Lane done) {
            cluster.close_lane(done);
            co_return;
        }
    };
    world_.run(Run::close(*cluster_, lane));
    world_.run_for(1s);
    EXPECT_LT(world_.network().clients().size(), before);
}

TEST_F(ClusterTest, a_version_that_a_broker_lacks_is_named) {
    auto answer = ask(BrokerId{1}, kafka::HeartbeatRequest{}, {.versions = {.low = 99}});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code.why, LinkError::unsupported);
    EXPECT_EQ(answer.error().detail, "broker-1:9092 speaks Heartbeat up to v4; this needs v99");
}

TEST_F(ClusterTest, what_may_have_been_done_is_not_repeated_where_that_would_do_it_twice) {
    fake_.answers = [](std::int32_t, const FakeCluster::Asked& asked) -> std::optional<std::vector<Bytes>> {
        if (asked.key() != ApiKey::heartbeat) return std::nullopt;
        return std::vector<Bytes>{Bytes::copy_of("\0\0\0\1")}; // no answer
    };
    EXPECT_FALSE(ask(BrokerId{1}, kafka::HeartbeatRequest{}, {.repeat = Repeat::when_refused}));
    EXPECT_EQ(fake_.count(1, ApiKey::heartbeat), 1u);
}

TEST_F(ClusterTest, a_cluster_that_is_closed_at_any_moment_ends_what_is_under_way) {
    struct Run {
        static Task<> ask_into(Cluster& cluster, std::optional<NoReply>& into) {
            auto answer = co_await cluster.ask(BrokerId{1}, kafka::HeartbeatRequest{});
            if (!answer) into = answer.error().code;
        }
    };
    for (Time wait : {Time(0us), Time(100us), Time(300us), Time(1ms), Time(5ms), Time(1s)}) {
        make({});
        std::optional<NoReply> ended;
        io::Group              group(world_.shard());
        group.spawn(Run::ask_into(*cluster_, ended)); // nobody answers
        world_.run_for(wait);
        world_.run(cluster_->close());
        cluster_.reset();
        world_.run_for(1ms);
        ASSERT_TRUE(ended) << wait.count();
        EXPECT_EQ(ended->why, LinkError::closed);
        world_.run_for(1min);
        EXPECT_TRUE(world_.network().clients().empty());
    }
}

TEST_F(ClusterTest, closing_waits_for_no_peer_that_does_not_answer) {
    struct Run {
        static Task<> ask(Cluster& cluster) {
            (void)co_await cluster.ask(BrokerId{1}, kafka::HeartbeatRequest{});
        }
    };
    enum class Peer { takes_no_connection, says_nothing };
    for (Peer peer : {Peer::takes_no_connection, Peer::says_nothing}) {
        make({});
        if (peer == Peer::takes_no_connection) world_.network().hold();
        fake_.answers = [](std::int32_t, const FakeCluster::Asked&) { return std::vector<Bytes>(); };
        io::Group group(world_.shard());
        group.spawn(Run::ask(*cluster_));
        world_.run_for(1s);
        Time before = world_.shard().now();
        world_.run(cluster_->close());
        EXPECT_LT(world_.shard().now() - before, 100ms);
        cluster_.reset();
        world_.network().release();
        world_.run_for(1s);
    }
}

TEST(ClusterOptions, reads_kafkas_names) {
    auto options = read_cluster_options(
        {{"bootstrap.servers", "a:1,b"}, {"retry.backoff.ms", "7"}, {"client.id", "me"}});
    ASSERT_TRUE(options);
    EXPECT_EQ(options->bootstrap.size(), 2u);
    EXPECT_EQ(options->retry_backoff, 7ms);
    EXPECT_EQ(options->client_id, "me");
    EXPECT_EQ(read_cluster_options({}).error().code, SettingError::missing);
    EXPECT_EQ(read_cluster_options({{"bootstrap.servers", "a:b"}}).error().code, SettingError::bad_value);
    EXPECT_EQ(read_cluster_options({{"bootstrap.servers", "a"}, {"request.timeout.ms", "-1"}}).error().code,
              SettingError::bad_value);
    EXPECT_EQ(read_cluster_options({{"bootstrap.servers", "a"}, {"request.timeout.ms", "1s"}}).error().detail,
              "request.timeout.ms=1s: a whole number of 0 or more is needed");
}

} // namespace
} // namespace riacho::client
