#include "child.hpp"
#include "client/testing/mock_cluster.hpp"
#include "riacho/riacho.hpp"

#include <algorithm>
#include <csignal>
#include <gtest/gtest.h>
#include <set>
#include <sstream>

namespace riacho {
namespace {

using client::MockCluster;

constexpr std::int16_t offset_commit_key = 8;
constexpr std::int16_t leave_group_key = 13;
constexpr int          group_authorization_failed = 30;

const std::string created = "Created Consumer rdkafka#consumer-1\n";
const std::string three_messages = "% Message on meu-topico[0]@0:\nHello\n"
                                   "Committed offsets: [meu-topico[0]@1]\n"
                                   "% Message on meu-topico[0]@1:\nKafka\n"
                                   "Committed offsets: [meu-topico[0]@2]\n"
                                   "% Message on meu-topico[0]@2:\nWorld\n"
                                   "Committed offsets: [meu-topico[0]@3]\n";

std::string closed_by(std::string_view signal) {
    return "Caught signal " + std::string(signal) + ": terminating\nClosing consumer\n";
}

/// The article's topic on a cluster, and the program against it.
class Transcript : public ::testing::Test {
protected:
    Transcript() { cluster_.create_topic("meu-topico"); }

    std::vector<std::string> words(const std::string& program, const std::vector<std::string>& more = {}) {
        std::vector<std::string> all{"run", program, "--bootstrap-servers", cluster_.bootstrap()};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }
    void produce() {
        Child producer(words("producer"));
        ASSERT_EQ(producer.wait(), 0) << producer.err();
        EXPECT_EQ(producer.err(), "");
    }

    MockCluster cluster_;
};

TEST_F(Transcript, the_producer_prints_where_each_word_lies) {
    Child producer(words("producer"));
    EXPECT_EQ(producer.wait(), 0);
    EXPECT_EQ(producer.out(), "Delivered message to meu-topico[0]@0\n"
                              "Delivered message to meu-topico[0]@1\n"
                              "Delivered message to meu-topico[0]@2\n");
    EXPECT_EQ(producer.err(), "");
}

TEST_F(Transcript, the_consumer_prints_commits_and_leaves_its_group_on_either_signal) {
    for (auto [signal, name] : {std::pair(SIGINT, "interrupt"), std::pair(SIGTERM, "terminated")}) {
        MockCluster cluster;
        cluster.create_topic("meu-topico");
        Child producer({"run", "producer", "--bootstrap-servers", cluster.bootstrap()});
        ASSERT_EQ(producer.wait(), 0);
        Child consumer({"run", "consumer", "--bootstrap-servers", cluster.bootstrap()});
        ASSERT_TRUE(consumer.wait_for("@3]\n")) << consumer.out() << consumer.err();
        consumer.send(signal);
        EXPECT_EQ(consumer.wait(5), 0);
        EXPECT_EQ(consumer.out(), created + three_messages + closed_by(name));
        EXPECT_EQ(consumer.err(), "");
        EXPECT_EQ(cluster.count_requests(leave_group_key), 1u);
    }
}

TEST_F(Transcript, a_consumer_that_commits_by_itself_says_so_as_the_article_does) {
    produce();
    Child consumer(words("consumer", {"--commit", "auto", "-X", "auto.commit.interval.ms=100"}));
    ASSERT_TRUE(consumer.wait_for("@3])\n")) << consumer.out() << consumer.err();
    consumer.send(SIGINT);
    EXPECT_EQ(consumer.wait(5), 0);
    EXPECT_TRUE(consumer.out().contains("Ignored OffsetsCommitted (<nil>, [meu-topico[0]@3])\n"))
        << consumer.out();
    EXPECT_FALSE(consumer.out().contains("Committed offsets")) << consumer.out();
}

TEST_F(Transcript, the_end_of_a_partition_is_printed_where_it_is_asked_for) {
    produce();
    Child consumer(words("consumer", {"-X", "enable.partition.eof=true"}));
    EXPECT_TRUE(consumer.wait_for("Ignored EOF at meu-topico[0]@3(Broker: No more messages)\n"))
        << consumer.out() << consumer.err();
}

Task<int> send_headers(Runtime& runtime, std::string bootstrap) {
    auto producer = Producer::create(runtime, {{"bootstrap.servers", bootstrap}});
    if (!producer) co_return 1;
    std::vector<Header> headers{
        {"a", "b\n\"é"}, {"n", std::nullopt}, {"e", ""}, {"long", std::string(71, '0')}};
    Record record{.topic = "meu-topico", .value = std::nullopt, .headers = headers};
    co_return co_await producer->send(std::move(record)) ? 0 : 1;
}

TEST_F(Transcript, headers_are_printed_as_go_does_and_a_null_value_as_nothing) {
    ASSERT_EQ(run([&](Runtime& runtime) { return send_headers(runtime, cluster_.bootstrap()); }), 0);
    Child consumer(words("consumer"));
    ASSERT_TRUE(consumer.wait_for("@1]\n")) << consumer.out() << consumer.err();
    EXPECT_EQ(consumer.out(),
              created +
                  "% Message on meu-topico[0]@0:\n\n% Headers: [a=\"b\\n\\\"é\" n=nil e=<empty> long=\"" +
                  std::string(50, '0') + "\"(21 more bytes)]\nCommitted offsets: [meu-topico[0]@1]\n");
}

TEST_F(Transcript, a_commit_that_failed_is_printed_and_the_consumer_goes_on) {
    produce();
    cluster_.fail_next(offset_commit_key, group_authorization_failed);
    Child consumer(words("consumer"));
    ASSERT_TRUE(consumer.wait_for("@3]\n")) << consumer.out() << consumer.err();
    EXPECT_TRUE(
        consumer.out().contains("Hello\nFailed to commit offsets: Broker: Group authorization failed\n"))
        << consumer.out();
}

TEST_F(Transcript, a_topic_that_is_not_there_is_an_error_and_not_the_end) {
    Child consumer(words("consumer", {"--topic", "nao-existe"}));
    EXPECT_TRUE(
        consumer.wait_for("% Error: Broker: Unknown topic or partition: Subscribed topic not available: "
                          "nao-existe: Broker: Unknown topic or partition\n",
                          Child::Stream::err))
        << consumer.err();
    consumer.send(SIGTERM);
    EXPECT_EQ(consumer.wait(5), 0);
    EXPECT_EQ(consumer.out(), created + closed_by("terminated"));
}

/// True when no line of `text` comes twice.
bool is_said_once(const std::string& text) {
    std::set<std::string> lines;
    std::istringstream    in(text);
    for (std::string line; std::getline(in, line);) {
        if (!lines.insert(line).second) return false;
    }
    return true;
}

TEST_F(Transcript, a_broker_that_goes_away_is_waited_for) {
    produce();
    Child consumer(words("consumer"));
    ASSERT_TRUE(consumer.wait_for("@3]\n")) << consumer.out() << consumer.err();
    cluster_.set_down();
    ASSERT_TRUE(consumer.wait_for("% Error: Local: Broker transport failure: ", Child::Stream::err))
        << consumer.err();
    cluster_.set_up();
    produce();
    EXPECT_TRUE(consumer.wait_for("% Message on meu-topico[0]@5:\nWorld\n"))
        << consumer.out() << consumer.err();
    EXPECT_TRUE(is_said_once(consumer.err())) << consumer.err();
    consumer.send(SIGINT);
    EXPECT_EQ(consumer.wait(10), 0);
}

TEST(TranscriptWithoutBroker, a_signal_ends_the_wait_for_the_first_answer) {
    Child consumer({"run", "consumer", "--bootstrap-servers", "127.0.0.1:1"});
    ASSERT_TRUE(consumer.wait_for(created));
    consumer.send(SIGINT);
    EXPECT_EQ(consumer.wait(5), 0);
    EXPECT_EQ(consumer.out(), created + closed_by("interrupt"));
    EXPECT_EQ(consumer.err(), "");
}

TEST(TranscriptWithoutBroker, the_consumer_gives_up_in_time_with_one_line) {
    Child consumer({"run", "consumer", "--bootstrap-servers", "no-such-host.invalid:9092", "--timeout", "1"});
    EXPECT_EQ(consumer.wait(10), 1);
    EXPECT_EQ(consumer.out(), created + "Closing consumer\n");
    EXPECT_TRUE(
        consumer.err().starts_with("riacho: no broker answered at no-such-host.invalid:9092 within 1 s ("))
        << consumer.err();
    EXPECT_EQ(std::count(consumer.err().begin(), consumer.err().end(), '\n'), 1) << consumer.err();
}

TEST(TranscriptWithoutBroker, the_version_is_that_of_the_build) {
    Child version({"--version"});
    EXPECT_EQ(version.wait(5), 0);
    EXPECT_EQ(version.out(), "riacho " RIACHO_PROJECT_VERSION "\n");
}

} // namespace
} // namespace riacho
