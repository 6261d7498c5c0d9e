#include "alterations.hpp"
#include "kafka/batch/batch_builder.hpp"
#include "kafka/messages/alter_configs.hpp"
#include "scenario.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace riacho::scenarios {
namespace {

class AlterTopics : public Scenario {
protected:
    void put(const Client& client, const std::string& topic, int from, int to) {
        for (int i = from; i < to; ++i) {
            kafka::BatchBuilder builder({});
            std::string         key = fmt::format("user-{}", i % 3), value(200, 'x');
            builder.add({.timestamp = cluster_.wall(), .key = as_bytes(key), .value = as_bytes(value)});
            ASSERT_EQ(produce_batch(client, topic, 0, builder.build()).error_code, ErrorCode::none);
        }
    }
    std::size_t  records(const std::string& topic) { return read_all(cluster_.connect(), topic, 0).size(); }
    std::int64_t start_of(const std::string& topic) {
        return list_offset(cluster_.connect(), topic, 0, earliest).offset;
    }
};

TEST_P(AlterTopics, what_was_answered_is_seen_on_every_connection_and_after_every_end) {
    auto client = cluster_.connect();
    create_topic(client, "orders", 1, {{"retention.ms", "5000"}, {"segment.ms", "60000"}});
    std::vector<Client> others;
    for (int i = 0; i < 4; ++i) others.push_back(cluster_.connect());
    ASSERT_EQ(
        alter(client, "orders",
              {{"retention.ms", "7000"}, {"segment.ms", {}, remove}, {"cleanup.policy", "compact", append}})
            .error_code,
        ErrorCode::none);
    Configs altered{{"retention.ms", "7000"}, {"cleanup.policy", "delete,compact"}};
    for (const Client& other : others) EXPECT_EQ(own_configs(other, "orders"), altered);
    for (LifeEnd how : {LifeEnd::power_cut, LifeEnd::kill, LifeEnd::clean}) {
        cluster_.restart(how);
        EXPECT_EQ(own_configs(cluster_.connect(), "orders"), altered);
    }
    client = cluster_.connect();
    ASSERT_EQ(
        alter(client, "orders", {{"cleanup.policy", {}, remove}, {"retention.ms", {}, remove}}).error_code,
        ErrorCode::none);
    cluster_.restart(LifeEnd::power_cut);
    EXPECT_EQ(own_configs(cluster_.connect(), "orders"), Configs{});
    delete_topic(cluster_.connect(), "orders");
    create_topic(cluster_.connect(), "orders");
    cluster_.restart(LifeEnd::power_cut);
    EXPECT_EQ(own_configs(cluster_.connect(), "orders"), Configs{}) << "another topic of that name";
}

TEST_P(AlterTopics, a_resource_is_altered_as_a_whole_or_not_at_all) {
    auto client = cluster_.connect();
    create_topic(client, "orders");
    create_topic(client, "payments");
    kafka::IncrementalAlterConfigsRequest request;
    add_topic(request, "orders", {{"retention.ms", "7000"}, {"segment.bytes", "many"}});
    add_topic(request, "payments", {{"retention.ms", "7000"}});
    add_topic(request, "nowhere", {{"retention.ms", "7000"}});
    auto answers = client.ask(request).responses;
    EXPECT_EQ(answers.at(0).error_code, ErrorCode::invalid_config);
    EXPECT_EQ(answers.at(1).error_code, ErrorCode::none);
    EXPECT_EQ(answers.at(2).error_code, ErrorCode::unknown_topic_or_partition);
    EXPECT_EQ(own_configs(client, "orders"), Configs{});
    EXPECT_EQ(own_configs(client, "payments"), (Configs{{"retention.ms", "7000"}}));
    request.validate_only = true;
    request.resources.at(1).configs.at(0).value = "8000";
    EXPECT_EQ(client.ask(request).responses.at(1).error_code, ErrorCode::none);
    EXPECT_EQ(own_configs(client, "payments"), (Configs{{"retention.ms", "7000"}}));
}

TEST_P(AlterTopics, the_older_request_takes_away_what_it_does_not_name) {
    auto client = cluster_.connect();
    create_topic(client, "orders", 1, {{"retention.ms", "5000"}, {"segment.ms", "60000"}});
    kafka::AlterConfigsRequest request;
    auto&                      asked = request.resources.emplace_back();
    asked.resource_type = topic_type;
    asked.resource_name = "orders";
    asked.configs.push_back({"retention.bytes", "7"});
    EXPECT_EQ(client.ask(request).responses.at(0).error_code, ErrorCode::none);
    cluster_.restart(LifeEnd::power_cut);
    EXPECT_EQ(own_configs(cluster_.connect(), "orders"), (Configs{{"retention.bytes", "7"}}));
}

TEST_P(AlterTopics, other_resources_are_refused_with_the_kind_that_is_supported) {
    auto client = cluster_.connect();
    for (std::int8_t type : std::initializer_list<std::int8_t>{8, 16, 32}) {
        kafka::IncrementalAlterConfigsRequest request;
        add_topic(request, "1", {{"log.retention.ms", "7"}});
        request.resources.at(0).resource_type = type;
        auto answer = client.ask(request).responses.at(0);
        EXPECT_EQ(answer.error_code, ErrorCode::invalid_request);
        EXPECT_NE(answer.error_message->find("that of a topic (resource type 2) or a broker (4) can"),
                  std::string::npos);
        EXPECT_EQ(answer.resource_type, type);
    }
}

TEST_P(AlterTopics, the_next_batch_is_judged_by_what_was_answered) {
    auto client = cluster_.connect(), other = cluster_.connect();
    create_topic(client, "orders");
    Values large{std::string(5'000, 'x')};
    EXPECT_EQ(produce(other, "orders", 0, large), 0);
    ASSERT_EQ(alter(client, "orders", {{"max.message.bytes", "1000"}}).error_code, ErrorCode::none);
    EXPECT_EQ(produce_batch(other, "orders", 0, batch_of(large, cluster_.wall())).error_code,
              ErrorCode::message_too_large);
    ASSERT_EQ(alter(client, "orders", {{"max.message.bytes", {}, remove}, {"cleanup.policy", "compact"}})
                  .error_code,
              ErrorCode::none);
    EXPECT_EQ(produce_batch(other, "orders", 0, batch_of(large, cluster_.wall())).error_code,
              ErrorCode::invalid_record)
        << "a record without a key";
}

TEST_P(AlterTopics, open_logs_roll_and_retain_as_they_are_told_now) {
    auto client = cluster_.connect();
    create_topic(client, "orders");
    put(client, "orders", 0, 40);
    cluster_.run_for(10min);
    EXPECT_EQ(start_of("orders"), 0);
    client = cluster_.connect();
    ASSERT_EQ(alter(client, "orders", {{"segment.bytes", "2000"}, {"retention.bytes", "5000"}}).error_code,
              ErrorCode::none);
    put(client, "orders", 40, 80);
    cluster_.run_for(6min);
    std::int64_t start = start_of("orders");
    EXPECT_GE(start, 40);
    EXPECT_LT(start, 80);
    client = cluster_.connect();
    ASSERT_EQ(alter(client, "orders", {{"retention.bytes", {}, remove}}).error_code, ErrorCode::none);
    put(client, "orders", 80, 120);
    cluster_.run_for(6min);
    EXPECT_EQ(start_of("orders"), start);
    ASSERT_EQ(alter(cluster_.connect(), "orders", {{"retention.ms", "1000"}}).error_code, ErrorCode::none);
    cluster_.restart(LifeEnd::kill); // whoever opens it next is told too
    EXPECT_EQ(start_of("orders"), start);
    cluster_.run_for(6min);
    EXPECT_EQ(start_of("orders"), 120);
}

TEST_P(AlterTopics, a_topic_is_compacted_from_the_alteration_on_and_retained_after_the_next) {
    auto client = cluster_.connect();
    create_topic(client, "state", 1, {{"segment.bytes", "2000"}});
    put(client, "state", 0, 100);
    cluster_.run_for(5min);
    EXPECT_EQ(records("state"), 100u);
    ASSERT_EQ(alter(cluster_.connect(), "state", {{"cleanup.policy", "compact"}, {"retention.ms", "60000"}})
                  .error_code,
              ErrorCode::none);
    cluster_.run_for(10min);
    EXPECT_LT(records("state"), 30u);
    EXPECT_EQ(start_of("state"), 0) << "what is only compacted is not retained by time";
    client = cluster_.connect();
    ASSERT_EQ(alter(client, "state", {{"cleanup.policy", "delete"}, {"retention.ms", "-1"}}).error_code,
              ErrorCode::none);
    std::size_t before = records("state");
    put(client, "state", 0, 100);
    cluster_.run_for(10min);
    EXPECT_EQ(records("state"), before + 100) << "nothing is compacted any more";
    ASSERT_EQ(alter(cluster_.connect(), "state", {{"retention.ms", "60000"}}).error_code, ErrorCode::none);
    cluster_.run_for(10min);
    EXPECT_EQ(start_of("state"), 200);
    EXPECT_EQ(records("state"), 0u);
}

TEST_P(AlterTopics, new_partitions_can_be_used_on_every_connection_and_stay) {
    auto                client = cluster_.connect();
    std::vector<Client> others;
    for (int i = 0; i < 4; ++i) others.push_back(cluster_.connect());
    create_topic(client, "orders");
    produce(client, "orders", 0, {"old"});
    EXPECT_EQ(produce_batch(client, "orders", 3, batch_of({"early"}, cluster_.wall())).error_code,
              ErrorCode::unknown_topic_or_partition);
    ASSERT_EQ(add_partitions(client, "orders", 4).error_code, ErrorCode::none);
    for (std::int32_t i = 1; i < 4; ++i) {
        const Client& other = others[static_cast<std::size_t>(i)];
        EXPECT_EQ(look_up(other, "orders").partitions.size(), 4u);
        EXPECT_EQ(produce(other, "orders", i, {fmt::format("new-{}", i)}), 0);
    }
    ASSERT_EQ(find_coordinator(client, "readers"), ErrorCode::none);
    EXPECT_EQ(commit(client, commit_request("readers", "orders", 3, 1)), ErrorCode::none);
    EXPECT_EQ(add_partitions(client, "orders", 4).error_code, ErrorCode::invalid_partitions);
    EXPECT_EQ(add_partitions(client, "orders", 2).error_code, ErrorCode::invalid_partitions);
    EXPECT_EQ(add_partitions(client, "orders", 20'000).error_code, ErrorCode::policy_violation);
    EXPECT_EQ(add_partitions(client, "__consumer_offsets", 60).error_code, ErrorCode::invalid_request);
    for (LifeEnd how : {LifeEnd::power_cut, LifeEnd::kill, LifeEnd::clean}) {
        cluster_.restart(how);
        auto after = cluster_.connect();
        EXPECT_EQ(look_up(after, "orders").partitions.size(), 4u);
        for (std::int32_t i = 1; i < 4; ++i)
            EXPECT_EQ(read_all(after, "orders", i), (std::vector<Got>{{0, fmt::format("new-{}", i)}}));
        EXPECT_EQ(committed(after, "readers", "orders", 3), 1);
    }
    delete_topic(cluster_.connect(), "orders");
    cluster_.restart(LifeEnd::power_cut);
    auto files = cluster_.world().disk().files();
    EXPECT_TRUE(
        std::ranges::none_of(files, [](const std::string& path) { return path.contains("/orders-"); }));
}

TEST_P(AlterTopics, alterations_of_a_topic_that_is_deleted_meanwhile_are_answered) {
    auto client = cluster_.connect(), other = cluster_.connect();
    create_topic(client, "orders", 2);
    kafka::IncrementalAlterConfigsRequest request;
    add_topic(request, "orders", {{"retention.ms", "7000"}});
    std::vector<Pending<Client::Answer<kafka::IncrementalAlterConfigsRequest>>> under_way;
    for (int i = 0; i < 10; ++i) under_way.push_back(other.start(request));
    delete_topic(client, "orders");
    for (auto& one : under_way) {
        auto error = Client::answer_of(one.get()).responses.at(0).error_code;
        EXPECT_TRUE(error == ErrorCode::none || error == ErrorCode::unknown_topic_or_partition);
    }
    create_topic(client, "orders");
    EXPECT_EQ(own_configs(client, "orders"), Configs{});
}

/// A broker whose topics are compacted where they do not say otherwise.
class AlterTopicsOfACompactingBroker : public AlterTopics {
protected:
    void prepare(broker::BrokerOptions& options) override {
        options.topics.cleanup_policy = {"compact"};
        options.topics.segment_bytes = 2'000;
    }
};

TEST_P(AlterTopicsOfACompactingBroker,
       recovered_logs_are_kept_by_their_topics_options_before_anybody_uses_them) {
    auto client = cluster_.connect();
    create_topic(client, "events", 1, {{"cleanup.policy", "delete"}});
    create_topic(client, "state");
    put(client, "events", 0, 100);
    put(client, "state", 0, 100);
    cluster_.run(cluster_.broker().store().checkpoint()); // it is in segments
    put(client, "events", 100, 101);
    put(client, "state", 100, 101);
    cluster_.restart(LifeEnd::kill);
    cluster_.run_for(10min);
    EXPECT_EQ(records("events"), 101u);
    EXPECT_LT(records("state"), 101u);
}

} // namespace
RIACHO_SCENARIOS(AlterTopics);
RIACHO_SCENARIOS(AlterTopicsOfACompactingBroker);
} // namespace riacho::scenarios
