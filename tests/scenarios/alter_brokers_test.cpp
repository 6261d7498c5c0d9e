#include "alterations.hpp"
#include "raw_peer.hpp"
#include "scenario.hpp"

namespace riacho::scenarios {
namespace {

constexpr std::int8_t broker_type = 4;
constexpr std::int8_t dynamic_broker = 2, dynamic_default_broker = 3;

kafka::IncrementalAlterConfigsRequest wish_for(const std::string& broker, const std::vector<Wish>& wishes) {
    kafka::IncrementalAlterConfigsRequest request;
    add_topic(request, broker, wishes);
    request.resources.at(0).resource_type = broker_type;
    return request;
}

ErrorCode alter_broker(const Client& client, const std::string& broker, const std::vector<Wish>& wishes) {
    return client.ask(wish_for(broker, wishes)).responses.at(0).error_code;
}

/// What was altered of a broker, from `source`, by name.
Configs altered_configs(const Client& client, const std::string& broker, std::int8_t source) {
    kafka::DescribeConfigsRequest request;
    auto&                         asked = request.resources.emplace_back();
    asked.resource_type = broker_type;
    asked.resource_name = broker;
    Configs found;
    for (auto& config : client.ask(std::move(request)).results.at(0).configs)
        if (config.config_source == source) found[config.name] = config.value.value_or("null");
    return found;
}

class AlterBrokers : public Scenario {
protected:
    ErrorCode produce_of(const Client& client, std::size_t bytes) {
        return produce_batch(client, "orders", 0, batch_of({std::string(bytes, 'x')}, cluster_.wall()))
            .error_code;
    }
};

TEST_P(AlterBrokers, a_default_for_all_counts_at_once_for_topics_that_say_nothing) {
    auto client = cluster_.connect();
    create_topic(client, "orders");
    create_topic(client, "own", 1, {{"max.message.bytes", "100000"}});
    ASSERT_EQ(alter_broker(client, "", {{"message.max.bytes", "1000"}}), ErrorCode::none);
    for (int i = 0; i < 4; ++i) // connections of every shard
        EXPECT_EQ(produce_of(cluster_.connect(), 5'000), ErrorCode::message_too_large);
    EXPECT_GE(produce(client, "own", 0, {std::string(5'000, 'x')}), 0);
    ASSERT_EQ(alter_broker(client, "1", {{"message.max.bytes", "50000"}}), ErrorCode::none);
    EXPECT_EQ(produce_of(client, 5'000), ErrorCode::none) << "what is said of one broker wins";
    ASSERT_EQ(alter_broker(client, "1", {{"message.max.bytes", {}, remove}}), ErrorCode::none);
    EXPECT_EQ(produce_of(client, 5'000), ErrorCode::message_too_large);
    ASSERT_EQ(alter_broker(client, "", {{"message.max.bytes", {}, remove}}), ErrorCode::none);
    EXPECT_EQ(produce_of(client, 5'000), ErrorCode::none);
}

TEST_P(AlterBrokers, what_was_answered_is_there_after_every_end_and_in_snapshots) {
    ASSERT_EQ(alter_broker(cluster_.connect(), "", {{"log.retention.ms", "7000"}, {"num.io.threads", "4"}}),
              ErrorCode::none);
    ASSERT_EQ(alter_broker(cluster_.connect(), "1", {{"max.connections", "90"}, {"num.io.threads", "5"}}),
              ErrorCode::none);
    Configs of_all{{"log.retention.ms", "7000"}, {"num.io.threads", "4"}};
    Configs own{{"max.connections", "90"}, {"num.io.threads", "5"}};
    for (LifeEnd how : {LifeEnd::power_cut, LifeEnd::kill, LifeEnd::clean, LifeEnd::power_cut}) {
        EXPECT_EQ(altered_configs(cluster_.connect(), "", dynamic_default_broker), of_all);
        EXPECT_EQ(altered_configs(cluster_.connect(), "1", dynamic_broker), own);
        if (how == LifeEnd::clean) {
            create_topic(cluster_.connect(), "orders");
            ASSERT_TRUE(cluster_.run(cluster_.broker().metadata().keep_snapshot()));
        }
        cluster_.restart(how);
    }
    EXPECT_EQ(altered_configs(cluster_.connect(), "1", dynamic_broker), own);
    EXPECT_EQ(altered_configs(cluster_.connect(), "", dynamic_default_broker), of_all);
}

TEST_P(AlterBrokers, records_go_by_the_retention_that_all_brokers_have_now) {
    auto client = cluster_.connect();
    create_topic(client, "orders");
    produce(client, "orders", 0, {"old"});
    ASSERT_EQ(alter_broker(client, "", {{"log.retention.ms", "60000"}}), ErrorCode::none);
    cluster_.restart(LifeEnd::power_cut);
    cluster_.run_for(30min);
    EXPECT_EQ(list_offset(cluster_.connect(), "orders", 0, earliest).offset, 1);
}

TEST_P(AlterBrokers, what_does_not_fit_is_refused_and_changes_nothing) {
    auto client = cluster_.connect();
    for (const Wish& wish : std::vector<Wish>{{"num.partitions", "3"},
                                              {"log.retention.ms", "soon"},
                                              {"num.io.threads", "0"},
                                              {"compression.type", "brotli"},
                                              {"ssl.keystore.password", "secret"},
                                              {"principal.builder.class", "Mine"}})
        EXPECT_EQ(alter_broker(client, "", {wish}), ErrorCode::invalid_request) << wish.name;
    EXPECT_EQ(alter_broker(client, "2", {{"log.retention.ms", "1"}}), ErrorCode::invalid_request);
    EXPECT_EQ(alter_broker(client, "one", {{"log.retention.ms", "1"}}), ErrorCode::invalid_request);
    auto only = wish_for("", {{"log.retention.ms", "1"}});
    only.validate_only = true;
    EXPECT_EQ(client.ask(only).responses.at(0).error_code, ErrorCode::none);
    EXPECT_EQ(altered_configs(client, "", dynamic_default_broker), Configs{});
}

TEST_P(AlterBrokers, lists_are_added_to_what_the_broker_was_started_with) {
    auto client = cluster_.connect();
    ASSERT_EQ(alter_broker(client, "", {{"log.cleanup.policy", "compact", append}}), ErrorCode::none);
    EXPECT_EQ(altered_configs(client, "", dynamic_default_broker),
              (Configs{{"log.cleanup.policy", "delete,compact"}}));
    create_topic(client, "orders");
    EXPECT_EQ(produce_of(client, 10), ErrorCode::invalid_record) << "a record without a key";
}

TEST_P(AlterBrokers, a_connection_that_waits_for_a_place_gets_it_when_there_are_more) {
    auto client = cluster_.connect();
    ASSERT_EQ(alter_broker(client, "", {{"max.connections", "1"}}), ErrorCode::none);
    RawPeer second(cluster_);
    second.send(fetch_by_name, fetch_request("orders", 0, {}));
    EXPECT_FALSE(second.answer(10s));
    ASSERT_EQ(alter_broker(client, "", {{"max.connections", {}, remove}}), ErrorCode::none);
    EXPECT_TRUE(second.answer(10s));
}

} // namespace
RIACHO_SCENARIOS(AlterBrokers);
} // namespace riacho::scenarios
