#include "client/link/fake_peer.hpp"
#include "client/link/link.hpp"
#include "io/gather.hpp"
#include "io/testing.hpp"
#include "kafka/messages/metadata.hpp"
#include "kafka/messages/produce.hpp"

#include <gtest/gtest.h>

namespace riacho::client {
namespace {

using namespace std::chrono_literals;

const io::Endpoint broker_at{"broker", 9092};

kafka::Api limited(kafka::Api api, kafka::Version low, kafka::Version high) {
    api.versions = {low, high};
    return api;
}

std::vector<kafka::Api> spoken() {
    return {kafka::ApiVersionsRequest::api, limited(kafka::MetadataRequest::api, 0, 9),
            limited(kafka::ProduceRequest::api, 3, 9)};
}

std::vector<Bytes> metadata_answer(const FakePeer::Asked& asked, std::string cluster_id) {
    kafka::MetadataResponse response;
    response.cluster_id = std::move(cluster_id);
    return kafka::response_frame(response, asked.header.request_api_version, asked.header.correlation_id);
}

/// Agrees on versions, then answers Metadata with the number of the question as cluster id.
std::optional<std::vector<Bytes>> answer_all(const FakePeer::Asked& asked) {
    if (asked.key() == kafka::ApiKey::api_versions) return api_versions_answer(asked, spoken());
    if (asked.key() == kafka::ApiKey::metadata)
        return metadata_answer(asked, std::to_string(asked.header.correlation_id));
    return std::nullopt;
}

class LinkTest : public ::testing::Test {
protected:
    void listen(FakePeer::Answers answers) {
        peer_.emplace(world_.shard(), world_.network(), broker_at, std::move(answers));
    }
    Task<Link::Answer<std::unique_ptr<Link>>> connect() {
        return Link::connect(world_.shard(), world_.network(), {.broker = broker_at}, now() + 5s);
    }
    Time now() { return world_.simulation().now(); }
    void TearDown() override {
        if (peer_) world_.run(peer_->stop());
    }

    io::SimulatedWorld      world_;
    std::optional<FakePeer> peer_;
};

Task<> ask_once(Task<Link::Answer<std::unique_ptr<Link>>> connecting,
                Link::Answer<kafka::MetadataResponse>& into, Time patience) {
    auto link = co_await std::move(connecting);
    if (!link) {
        into = std::unexpected(link.error());
        co_return;
    }
    into = co_await (*link)->ask(kafka::MetadataRequest{}, patience);
    co_await (*link)->close();
}

TEST_F(LinkTest, an_answer_reaches_the_one_who_asked_in_the_newest_common_version) {
    listen(answer_all);
    Link::Answer<kafka::MetadataResponse> answer;
    world_.run(ask_once(connect(), answer, 1min));
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->cluster_id, "2");
    EXPECT_EQ(peer_->asked().back().header.request_api_version, 9);
    EXPECT_EQ(peer_->asked().back().header.client_id, "riacho");
}

TEST_F(LinkTest, nobody_there_is_unreachable) {
    Link::Answer<kafka::MetadataResponse> answer;
    world_.run(ask_once(connect(), answer, 1min));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, LinkError::unreachable);
    EXPECT_EQ(answer.error().detail, "nobody listens at broker:9092");
}

TEST_F(LinkTest, a_broker_that_knows_an_older_api_versions_is_asked_again_in_its_version) {
    listen([](const FakePeer::Asked& asked) -> std::optional<std::vector<Bytes>> {
        if (asked.key() != kafka::ApiKey::api_versions) return answer_all(asked);
        kafka::ApiVersionsResponse response;
        response.api_keys = {{18, 0, 2}, {3, 0, 4}};
        bool known = asked.header.request_api_version <= 2;
        if (!known) response.error_code = kafka::ErrorCode::unsupported_version;
        return kafka::response_frame(response, known ? asked.header.request_api_version : kafka::Version{0},
                                     asked.header.correlation_id);
    });
    Link::Answer<kafka::MetadataResponse> answer;
    world_.run(ask_once(connect(), answer, 1min));
    ASSERT_TRUE(answer) << answer.error().detail;
    std::vector<int> versions;
    for (const auto& asked : peer_->asked()) versions.push_back(asked.header.request_api_version);
    EXPECT_EQ(versions, (std::vector{kafka::ApiVersionsRequest::api.versions.high + 0, 2, 4}));
}

TEST_F(LinkTest, a_refusal_that_names_no_versions_is_followed_by_the_oldest) {
    listen([](const FakePeer::Asked& asked) -> std::optional<std::vector<Bytes>> {
        if (asked.header.request_api_version == 0 || asked.key() != kafka::ApiKey::api_versions)
            return answer_all(asked);
        kafka::Writer out;
        out.big_endian(std::int32_t{6});
        out.big_endian(asked.header.correlation_id);
        out.big_endian(std::int16_t{35});
        return out.take();
    });
    Link::Answer<kafka::MetadataResponse> answer;
    world_.run(ask_once(connect(), answer, 1min));
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(peer_->asked()[1].header.request_api_version, 0);
}

TEST_F(LinkTest, an_api_that_the_broker_does_not_speak_is_unsupported_and_not_sent) {
    listen([](const FakePeer::Asked& asked) -> std::optional<std::vector<Bytes>> {
        return api_versions_answer(asked, {kafka::ApiVersionsRequest::api});
    });
    Link::Answer<kafka::MetadataResponse> answer;
    world_.run(ask_once(connect(), answer, 1min));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, LinkError::unsupported);
    EXPECT_EQ(answer.error().detail, "broker:9092 does not speak Metadata");
    EXPECT_EQ(peer_->asked().size(), 1u);
}

TEST_F(LinkTest, versions_without_overlap_are_named) {
    listen([](const FakePeer::Asked& asked) -> std::optional<std::vector<Bytes>> {
        return api_versions_answer(asked, {limited(kafka::MetadataRequest::api, 40, 50)});
    });
    Link::Answer<kafka::MetadataResponse> answer;
    world_.run(ask_once(connect(), answer, 1min));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, LinkError::unsupported);
    EXPECT_EQ(answer.error().detail, "broker:9092 speaks Metadata v40-50, this program v0-12");
}

Task<> ask_many(Task<Link::Answer<std::unique_ptr<Link>>> connecting, io::Shard& shard,
                std::vector<std::string>& answers) {
    auto                                                     link = *co_await std::move(connecting);
    std::vector<Task<Link::Answer<kafka::MetadataResponse>>> asking;
    for (int i = 0; i < 20; ++i) asking.push_back(link->ask(kafka::MetadataRequest{}, 1min));
    for (auto& answer : co_await io::gather(shard, std::move(asking)))
        answers.push_back(answer ? answer->cluster_id.value_or("null") : answer.error().detail);
    co_await link->close();
}

TEST_F(LinkTest, many_questions_are_under_way_at_once_and_each_gets_its_own_answer) {
    std::vector<Bytes> held; // the peer holds back what it says until twenty questions are there
    int                questions = 0;
    listen([&](const FakePeer::Asked& asked) -> std::optional<std::vector<Bytes>> {
        if (asked.key() == kafka::ApiKey::api_versions) return answer_all(asked);
        auto answer = answer_all(asked);
        for (Bytes& piece : *answer) held.push_back(std::move(piece));
        if (++questions < 20) return std::nullopt;
        return std::exchange(held, {});
    });
    std::vector<std::string> answers;
    world_.run(ask_many(connect(), world_.shard(), answers));
    std::vector<std::string> expected;
    for (int id = 2; id < 22; ++id) expected.push_back(std::to_string(id));
    EXPECT_EQ(answers, expected);
}

Task<> ask_twice(Task<Link::Answer<std::unique_ptr<Link>>>           connecting,
                 std::vector<Link::Answer<kafka::MetadataResponse>>& answers, io::Shard& shard) {
    auto link = *co_await std::move(connecting);
    answers.push_back(co_await link->ask(kafka::MetadataRequest{}, shard.now() + 1s));
    answers.push_back(co_await link->ask(kafka::MetadataRequest{}, shard.now() + 1s));
    co_await link->close();
}

TEST_F(LinkTest, after_a_timeout_the_late_answer_is_dropped_and_the_link_goes_on) {
    std::vector<Bytes> late;
    listen([&](const FakePeer::Asked& asked) -> std::optional<std::vector<Bytes>> {
        auto answer = answer_all(asked);
        if (asked.header.correlation_id == 2) {
            late = *answer;
            return std::nullopt;
        }
        for (Bytes& piece : *answer) late.push_back(std::move(piece));
        return std::exchange(late, {});
    });
    std::vector<Link::Answer<kafka::MetadataResponse>> answers;
    world_.run(ask_twice(connect(), answers, world_.shard()));
    ASSERT_FALSE(answers[0]);
    EXPECT_EQ(answers[0].error().code, LinkError::timed_out);
    ASSERT_TRUE(answers[1]) << answers[1].error().detail;
    EXPECT_EQ(answers[1]->cluster_id, "3");
}

TEST_F(LinkTest, a_connection_that_breaks_fails_this_question_and_all_later_ones) {
    listen([&](const FakePeer::Asked& asked) -> std::optional<std::vector<Bytes>> {
        if (asked.key() == kafka::ApiKey::metadata) peer_->stream().close();
        return answer_all(asked);
    });
    std::vector<Link::Answer<kafka::MetadataResponse>> answers;
    world_.run(ask_twice(connect(), answers, world_.shard()));
    for (const auto& answer : answers) {
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().code, LinkError::closed);
    }
}

TEST_F(LinkTest, an_answer_that_is_cut_short_or_too_long_is_malformed_and_ends_the_link) {
    for (bool longer : {false, true}) {
        if (peer_) world_.run(peer_->stop());
        listen([&](const FakePeer::Asked& asked) -> std::optional<std::vector<Bytes>> {
            if (asked.key() == kafka::ApiKey::api_versions) return answer_all(asked);
            kafka::Writer out;
            out.big_endian(std::int32_t{longer ? 4 + 1 + 200 : 4 + 1 + 3});
            out.big_endian(asked.header.correlation_id);
            for (int i = 0; i < (longer ? 201 : 4); ++i) out.big_endian(std::int8_t{0});
            return out.take();
        });
        std::vector<Link::Answer<kafka::MetadataResponse>> answers;
        world_.run(ask_twice(connect(), answers, world_.shard()));
        ASSERT_FALSE(answers[0]);
        EXPECT_EQ(answers[0].error().code, LinkError::malformed);
        ASSERT_FALSE(answers[1]);
        EXPECT_EQ(answers[1].error().code, LinkError::malformed);
    }
}

TEST_F(LinkTest, a_frame_larger_than_allowed_ends_the_link_before_memory_is_set_aside) {
    listen([&](const FakePeer::Asked& asked) -> std::optional<std::vector<Bytes>> {
        if (asked.key() == kafka::ApiKey::api_versions) return answer_all(asked);
        kafka::Writer out;
        out.big_endian(std::int32_t{0x7fffffff});
        return out.take();
    });
    std::vector<Link::Answer<kafka::MetadataResponse>> answers;
    world_.run(ask_twice(connect(), answers, world_.shard()));
    ASSERT_FALSE(answers[0]);
    EXPECT_EQ(answers[0].error().detail, "broker:9092 sent a frame of 2147483647 bytes");
}

Task<> tell_then_ask(Task<Link::Answer<std::unique_ptr<Link>>> connecting, Time deadline,
                     std::string& cluster_id) {
    auto link = *co_await std::move(connecting);
    auto told = co_await link->tell(kafka::ProduceRequest{}, deadline);
    EXPECT_TRUE(told);
    auto answer = co_await link->ask(kafka::MetadataRequest{}, deadline);
    cluster_id = answer ? answer->cluster_id.value_or("null") : answer.error().detail;
    co_await link->close();
}

TEST_F(LinkTest, what_gets_no_answer_is_told_and_the_next_question_is_answered) {
    listen(answer_all);
    std::string cluster_id;
    world_.run(tell_then_ask(connect(), 1min, cluster_id));
    EXPECT_EQ(cluster_id, "3");
}

Task<> close_under_way(Task<Link::Answer<std::unique_ptr<Link>>> connecting, io::Shard& shard,
                       Link::Answer<kafka::MetadataResponse>& answer) {
    struct Asking {
        static Task<> into(Link& link, Link::Answer<kafka::MetadataResponse>& into) {
            into = co_await link.ask(kafka::MetadataRequest{}, 1min);
        }
    };
    auto      link = *co_await std::move(connecting);
    io::Group group(shard);
    group.spawn_now(Asking::into(*link, answer));
    co_await shard.sleep_for(1s);
    co_await link->close();
    co_await group.join();
}

TEST_F(LinkTest, an_answer_counts_though_the_connection_is_closed_right_behind_it) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        io::SimulatedWorld        world(seed);
        std::unique_ptr<FakePeer> peer;
        peer = std::make_unique<FakePeer>(world.shard(), world.network(), broker_at, [&](const auto& asked) {
            if (asked.key() == kafka::ApiKey::metadata) peer->leave_after_this();
            return answer_all(asked);
        });
        Link::Answer<kafka::MetadataResponse> answer;
        Time                                  now = world.simulation().now();
        world.run(ask_once(Link::connect(world.shard(), world.network(), {.broker = broker_at}, now + 5s),
                           answer, 1min));
        EXPECT_TRUE(answer) << "seed " << seed << ": " << answer.error().detail;
        world.run(peer->stop());
    }
}

TEST_F(LinkTest, closing_tells_whoever_still_waits) {
    listen([](const FakePeer::Asked& asked) -> std::optional<std::vector<Bytes>> {
        if (asked.key() == kafka::ApiKey::metadata) return std::nullopt;
        return answer_all(asked);
    });
    Link::Answer<kafka::MetadataResponse> answer;
    world_.run(close_under_way(connect(), world_.shard(), answer));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, LinkError::closed);
}

} // namespace
} // namespace riacho::client
