#include "client/setting_names.hpp"
#include "client/testing/mock_cluster.hpp"
#include "riacho/riacho.hpp"

#include <csignal>
#include <gtest/gtest.h>

namespace riacho {
namespace {

using namespace std::chrono_literals;
using client::MockCluster;

constexpr std::int16_t leave_group_key = 13;
constexpr std::int16_t offset_commit_key = 8;

Settings consumer_settings(const MockCluster& cluster) {
    return {{"bootstrap.servers", cluster.bootstrap()},
            {"group.id", "meu-grupo"},
            {"session.timeout.ms", "1000"},
            {"auto.offset.reset", "earliest"},
            {"enable.auto.commit", "false"},
            {"enable.auto.offset.store", "false"}};
}

Task<int> send_all(Runtime& runtime, Settings settings, std::vector<Record> records,
                   std::vector<Position>& delivered) {
    auto producer = Producer::create(runtime, settings);
    if (!producer) co_return 1;
    auto connected = co_await producer->connect(10s);
    if (!connected) co_return 2;
    for (Record& record : records) {
        auto at = co_await producer->send(std::move(record));
        if (!at) co_return 3;
        delivered.push_back(*at);
    }
    co_return 0;
}

std::vector<Position> send(const MockCluster& cluster, std::vector<Record> records) {
    std::vector<Position> delivered;
    int                   result = run([&](Runtime& runtime) {
        return send_all(runtime, {{"bootstrap.servers", cluster.bootstrap()}}, std::move(records), delivered);
    });
    EXPECT_EQ(result, 0);
    return delivered;
}

/// Reads until `count` messages came, committing each.
Task<int> read_some(Runtime& runtime, Settings settings, std::size_t count, std::vector<Message>& messages) {
    auto consumer = Consumer::create(runtime, settings);
    if (!consumer || !co_await consumer->connect(10s)) co_return 1;
    if (!consumer->subscribe({"meu-topico"})) co_return 2;
    while (messages.size() < count) {
        auto event = co_await consumer->next();
        if (auto* message = std::get_if<Message>(&event)) {
            auto committed = co_await consumer->commit({message->at.next()});
            if (!committed || committed->size() != 1 || committed->front() != message->at.next()) co_return 3;
            messages.push_back(std::move(*message));
        }
    }
    co_await consumer->close();
    co_return 0;
}

std::vector<Message> read(const MockCluster& cluster, std::size_t count) {
    std::vector<Message> messages;
    int                  result = run(
        [&](Runtime& runtime) { return read_some(runtime, consumer_settings(cluster), count, messages); });
    EXPECT_EQ(result, 0);
    messages.resize(count);
    return messages;
}

TEST(Client, what_is_sent_is_received_with_key_headers_nulls_and_its_place) {
    MockCluster cluster;
    cluster.create_topic("meu-topico");
    std::vector<Header> headers{{"a", "b\n"}, {"n", std::nullopt}, {"e", ""}};
    auto                delivered =
        send(cluster, {{.topic = "meu-topico", .value = "Hello"},
                       {.topic = "meu-topico", .key = "", .value = std::nullopt, .headers = headers},
                       {.topic = "meu-topico", .key = "k", .value = ""}});
    ASSERT_EQ(delivered.size(), 3u);
    EXPECT_EQ(delivered[2], (Position{"meu-topico", 0, 2, {}}));
    auto messages = read(cluster, 3);
    ASSERT_EQ(messages.size(), 3u);
    EXPECT_EQ(messages[0].at, delivered[0]);
    EXPECT_EQ(messages[0].key, std::nullopt);
    EXPECT_EQ(messages[0].value, "Hello");
    EXPECT_TRUE(messages[0].headers.empty());
    EXPECT_GT(messages[0].timestamp_ms, 0);
    EXPECT_EQ(messages[1].key, "");
    EXPECT_EQ(messages[1].value, std::nullopt);
    EXPECT_EQ(messages[1].headers, headers);
    EXPECT_EQ(messages[2].value, "");
}

TEST(Client, a_group_goes_on_after_what_it_committed_and_a_closed_consumer_has_left_it) {
    MockCluster cluster;
    cluster.create_topic("meu-topico");
    send(cluster, {{.topic = "meu-topico", .value = "1"}, {.topic = "meu-topico", .value = "2"}});
    EXPECT_EQ(read(cluster, 1).front().value, "1");
    EXPECT_EQ(cluster.count_requests(leave_group_key), 1u);
    EXPECT_EQ(read(cluster, 1).front().value, "2");
}

Task<int> send_many(Runtime& runtime, Settings settings, int count, int& settled) {
    struct Sending {
        static Task<int> one(Producer& producer, int& done) {
            auto at = co_await producer.send({.topic = "meu-topico", .value = "x"});
            done += at ? 1 : 0;
            co_return 0;
        }
    };
    auto producer = Producer::create(runtime, settings);
    if (!producer) co_return 1;
    for (int i = 0; i < count; ++i) co_await Sending::one(*producer, settled);
    co_return 0;
}

TEST(Client, a_delivery_wakes_its_sender_without_polling) {
    MockCluster cluster;
    cluster.create_topic("meu-topico");
    int settled = 0;
    int result = run([&](Runtime& runtime) {
        return send_many(runtime, {{"bootstrap.servers", cluster.bootstrap()}, {"linger.ms", "0"}}, 200,
                         settled);
    });
    EXPECT_EQ(result, 0);
    EXPECT_EQ(settled, 200);
}

template <class Kind> Task<int> create_with(Runtime& runtime, Settings settings, std::string& said) {
    auto made = Kind::create(runtime, settings);
    said = made ? "made" : made.error().text();
    co_return 0;
}

template <class Kind> std::string say_of(Settings settings) {
    std::string said;
    run([&](Runtime& runtime) { return create_with<Kind>(runtime, settings, said); });
    return said;
}

TEST(ClientSettings, that_are_unknown_are_named_with_the_nearest_known_one) {
    EXPECT_EQ(say_of<Producer>({{"sesion.timeout.ms", "1"}}),
              "unknown setting \"sesion.timeout.ms\"; did you mean \"session.timeout.ms\"?");
    EXPECT_EQ(say_of<Producer>({{"something.else.entirely", "1"}}),
              "unknown setting \"something.else.entirely\"");
    EXPECT_EQ(say_of<Producer>({{"acks", "some"}}),
              "Invalid value for configuration property \"request.required.acks\"");
    EXPECT_EQ(say_of<Consumer>({{"bootstrap.servers", "x"}}), "a consumer needs the setting \"group.id\"");
    EXPECT_EQ(say_of<Producer>({{"bootstrap.servers", "x"}, {"acks", "all"}, {"linger.ms", "1"}}), "made");
}

TEST(ClientSettings, a_slip_is_only_taken_for_a_name_that_is_near) {
    EXPECT_EQ(client::unknown_setting("group.di", {"group.id", "client.id"}),
              "unknown setting \"group.di\"; did you mean \"group.id\"?");
    EXPECT_EQ(client::unknown_setting("x", {"acks"}), "unknown setting \"x\"");
}

Task<int> connect_to(Runtime& runtime, Settings settings, std::chrono::milliseconds within,
                     std::string& said) {
    auto consumer = Consumer::create(runtime, settings);
    if (!consumer) co_return 1;
    auto connected = co_await consumer->connect(within);
    said = connected ? "connected" : connected.error().text();
    co_await consumer->close();
    co_return 0;
}

TEST(ClientConnect, says_what_became_of_the_last_attempt_when_the_time_is_over) {
    std::string said;
    run([&](Runtime& runtime) {
        return connect_to(runtime, {{"bootstrap.servers", "127.0.0.1:1"}, {"group.id", "g"}}, 500ms, said);
    });
    EXPECT_TRUE(said.contains("127.0.0.1:1") && said.contains("Connection refused")) << said;
    run([&](Runtime& runtime) {
        return connect_to(runtime, {{"bootstrap.servers", "no-such-host.invalid:9092"}, {"group.id", "g"}},
                          500ms, said);
    });
    EXPECT_TRUE(said.contains("no-such-host.invalid:9092")) << said;
}

Task<int> wait_for_signal(Runtime& runtime, Settings settings, int number, std::string& name) {
    runtime.catch_signals();
    auto consumer = Consumer::create(runtime, settings);
    if (!consumer || !consumer->subscribe({"meu-topico"})) co_return 1;
    std::raise(number);
    // What the broker says of the topic may come first.
    for (int events = 0; name.empty() && events < 10; ++events) {
        auto event = co_await consumer->next();
        if (auto* signal = std::get_if<Signal>(&event)) name = name_of(*signal);
    }
    co_await consumer->close();
    co_return 0;
}

TEST(ClientSignals, arrive_as_events_with_the_names_that_go_prints) {
    MockCluster cluster;
    for (auto [number, expected] : {std::pair(SIGINT, "interrupt"), std::pair(SIGTERM, "terminated")}) {
        std::string name;
        EXPECT_EQ(run([&](Runtime& runtime) {
                      return wait_for_signal(runtime, consumer_settings(cluster), number, name);
                  }),
                  0);
        EXPECT_EQ(name, expected);
    }
}

Task<int> commit_once(Runtime& runtime, Settings settings, std::string& said) {
    auto consumer = Consumer::create(runtime, settings);
    if (!consumer || !consumer->subscribe({"meu-topico"})) co_return 1;
    auto committed = co_await consumer->commit({{"meu-topico", 0, 1, {}}});
    said = committed ? "committed" : committed.error().text();
    co_await consumer->close();
    co_return 0;
}

TEST(Client, a_commit_that_the_broker_refuses_is_an_error) {
    MockCluster cluster;
    cluster.create_topic("meu-topico");
    cluster.fail_next(offset_commit_key, 30);
    std::string said;
    EXPECT_EQ(run([&](Runtime& runtime) { return commit_once(runtime, consumer_settings(cluster), said); }),
              0);
    EXPECT_EQ(said, "Broker: Group authorization failed");
}

Task<int> throw_something(Runtime&) {
    throw std::runtime_error("what the program threw");
    co_return 0;
}

TEST(Runtime, gives_what_the_program_gave_or_threw) {
    EXPECT_THROW(run(throw_something), std::runtime_error);
}

} // namespace
} // namespace riacho
