#include "kafka/messages/create_topics.hpp"
#include "kafka/messages/describe_configs.hpp"
#include "scenario.hpp"

namespace riacho::scenarios {
namespace {

class Topics : public Scenario {};

kafka::CreateTopicsResponse::Topic try_create(const Client& client, kafka::CreateTopicsRequest::Topic topic) {
    kafka::CreateTopicsRequest request;
    request.topics.push_back(std::move(topic));
    return client.ask(std::move(request)).topics.at(0);
}

kafka::CreateTopicsRequest::Topic topic_named(std::string name, std::int32_t partitions,
                                              std::int16_t replicas = 1) {
    kafka::CreateTopicsRequest::Topic topic;
    topic.name = std::move(name);
    topic.num_partitions = partitions;
    topic.replication_factor = replicas;
    return topic;
}

TEST_P(Topics, a_topic_that_was_answered_can_be_used_on_every_connection_at_once) {
    auto                client = cluster_.connect();
    std::vector<Client> others;
    for (int i = 0; i < 4; ++i) others.push_back(cluster_.connect()); // on different shards
    create_topic(client, "orders", 4);
    for (std::int32_t i = 0; i < 4; ++i) {
        EXPECT_EQ(produce(others[static_cast<std::size_t>(i)], "orders", i, {"a"}), 0);
        EXPECT_EQ(look_up(others[static_cast<std::size_t>(i)], "orders").partitions.size(), 4u);
    }
}

TEST_P(Topics, auto_creation_is_done_before_its_answer) {
    auto client = cluster_.connect(), other = cluster_.connect();
    auto response = client.ask(auto_creating({"meu-topico"}));
    ASSERT_EQ(response.topics.at(0).error_code, ErrorCode::none);
    ASSERT_EQ(response.topics.at(0).partitions.size(), 1u);
    EXPECT_EQ(response.topics.at(0).partitions[0].error_code, ErrorCode::none);
    EXPECT_EQ(response.topics.at(0).partitions[0].leader_id, response.brokers.at(0).node_id);
    EXPECT_EQ(produce(other, "meu-topico", 0, {"ola"}), 0);
}

TEST_P(Topics, nothing_is_made_for_who_asks_not_to) {
    auto client = cluster_.connect();
    EXPECT_EQ(look_up(client, "orders").error_code, ErrorCode::unknown_topic_or_partition);
    EXPECT_EQ(client.ask(auto_creating({"no good"})).topics.at(0).error_code,
              ErrorCode::invalid_topic_exception);
    kafka::MetadataRequest all;
    EXPECT_TRUE(client.ask(all).topics.empty());
}

TEST_P(Topics, two_clients_that_auto_create_the_same_topic_get_the_same_one) {
    auto one = cluster_.connect(), two = cluster_.connect();
    auto first = one.start(auto_creating({"orders"})), second = two.start(auto_creating({"orders"}));
    auto a = Client::answer_of(first.get()).topics.at(0), b = Client::answer_of(second.get()).topics.at(0);
    EXPECT_EQ(a.error_code, ErrorCode::none);
    EXPECT_EQ(b.error_code, ErrorCode::none);
    EXPECT_EQ(a.topic_id, b.topic_id);
}

TEST_P(Topics, what_cannot_be_made_is_refused_with_its_reason) {
    auto client = cluster_.connect();
    create_topic(client, "orders.new");
    EXPECT_EQ(try_create(client, topic_named("orders.new", 1)).error_code, ErrorCode::topic_already_exists);
    EXPECT_EQ(try_create(client, topic_named("orders_new", 1)).error_code,
              ErrorCode::invalid_topic_exception);
    EXPECT_EQ(try_create(client, topic_named("zero", 0)).error_code, ErrorCode::invalid_partitions);
    EXPECT_EQ(try_create(client, topic_named("six", 1, 6)).error_code, ErrorCode::invalid_replication_factor);
    EXPECT_EQ(try_create(client, topic_named("three", 1, 3)).error_code, ErrorCode::none);
    auto bad = topic_named("bad", 1);
    bad.configs.push_back({.name = "retention.ms", .value = "week"});
    EXPECT_EQ(try_create(client, bad).error_code, ErrorCode::invalid_config);
    EXPECT_EQ(look_up(client, "bad").error_code, ErrorCode::unknown_topic_or_partition);
}

TEST_P(Topics, a_topic_that_is_only_validated_is_not_made) {
    auto                       client = cluster_.connect();
    kafka::CreateTopicsRequest request;
    request.topics.push_back(topic_named("orders", 1));
    request.validate_only = true;
    EXPECT_EQ(client.ask(request).topics.at(0).error_code, ErrorCode::none);
    EXPECT_EQ(look_up(client, "orders").error_code, ErrorCode::unknown_topic_or_partition);
}

TEST_P(Topics, a_topic_made_again_has_another_id_begins_at_0_and_knows_no_old_commit) {
    auto client = cluster_.connect();
    Uuid old_id = create_topic(client, "orders", 2);
    produce(client, "orders", 0, {"old", "older"});
    ASSERT_EQ(find_coordinator(client, "readers"), ErrorCode::none);
    ASSERT_EQ(commit(client, commit_request("readers", "orders", 0, 2)), ErrorCode::none);
    EXPECT_EQ(committed(client, "readers", "orders", 0), 2);
    delete_topic(client, "orders");
    EXPECT_EQ(look_up(client, "orders").error_code, ErrorCode::unknown_topic_or_partition);
    EXPECT_EQ(fetch(client, "orders", 0).error_code, ErrorCode::unknown_topic_or_partition);

    Uuid new_id = create_topic(client, "orders", 2);
    EXPECT_NE(new_id, old_id);
    EXPECT_TRUE(read_all(client, "orders", 0).empty());
    EXPECT_EQ(committed(client, "readers", "orders", 0), -1);
    EXPECT_EQ(produce(client, "orders", 0, {"new"}), 0);
    EXPECT_EQ(read_all(client, "orders", 0), (std::vector<Got>{{0, "new"}}));
    auto by_id = fetch_request("", 0, {});
    by_id.topics[0].topic_id = old_id;
    EXPECT_EQ(answer_in(client.ask(by_id)).error_code, ErrorCode::unknown_topic_id);

    cluster_.restart(LifeEnd::power_cut);
    auto after = cluster_.connect();
    EXPECT_EQ(look_up(after, "orders").topic_id, new_id);
    EXPECT_EQ(read_all(after, "orders", 0), (std::vector<Got>{{0, "new"}}));
    EXPECT_EQ(committed(after, "readers", "orders", 0), -1);
}

TEST_P(Topics, deleting_a_topic_ends_the_polls_that_wait_on_it) {
    auto client = cluster_.connect(), consumer = cluster_.connect();
    create_topic(client, "orders");
    auto polling = consumer.start_in(fetch_by_name, fetch_request("orders", 0, {.max_wait_ms = 60'000}));
    cluster_.run_for(1s);
    delete_topic(client, "orders");
    Time deleted = cluster_.now();
    auto fetched = answer_in(Client::answer_of(polling.get()));
    EXPECT_EQ(fetched.error_code, ErrorCode::unknown_topic_or_partition);
    EXPECT_LT(cluster_.now() - deleted, 1s);
}

TEST_P(Topics, produces_under_way_are_answered_while_their_topic_is_deleted) {
    auto client = cluster_.connect(), producer = cluster_.connect();
    create_topic(client, "orders", 2);
    std::vector<Pending<Client::Answer<kafka::ProduceRequest>>> under_way;
    for (int i = 0; i < 20; ++i)
        under_way.push_back(
            producer.start(produce_request("orders", i % 2, batch_of({"a"}, cluster_.wall()))));
    delete_topic(client, "orders");
    for (auto& produced : under_way) {
        auto error = answer_in(Client::answer_of(produced.get())).error_code;
        EXPECT_TRUE(error == ErrorCode::none || error == ErrorCode::unknown_topic_or_partition ||
                    error == ErrorCode::not_leader_or_follower)
            << kafka::name_of(error);
    }
    create_topic(client, "orders");
    EXPECT_TRUE(read_all(client, "orders", 0).empty());
}

TEST_P(Topics, configurations_are_described_from_the_topics_own_to_the_default) {
    auto client = cluster_.connect();
    create_topic(client, "orders", 1, {{"retention.ms", "1000"}});
    kafka::DescribeConfigsRequest request;
    auto&                         asked = request.resources.emplace_back();
    asked.resource_type = 2;
    asked.resource_name = "orders";
    asked.configuration_keys = std::vector<std::string>{"retention.ms", "segment.bytes"};
    auto result = client.ask(request).results.at(0);
    ASSERT_EQ(result.configs.size(), 2u);
    EXPECT_EQ(result.configs[0].value, "1000");
    EXPECT_EQ(result.configs[0].config_source, 1);
    EXPECT_EQ(result.configs[1].config_source, 5);
}

TEST_P(Topics, the_first_group_makes_the_offsets_topic) {
    auto client = cluster_.connect();
    EXPECT_EQ(look_up(client, "__consumer_offsets").error_code, ErrorCode::unknown_topic_or_partition);
    EXPECT_EQ(find_coordinator(client, "readers"), ErrorCode::none);
    auto topic = look_up(client, "__consumer_offsets");
    EXPECT_EQ(topic.error_code, ErrorCode::none);
    EXPECT_TRUE(topic.is_internal);
    EXPECT_EQ(topic.partitions.size(), 4u);
    auto refused = produce_batch(client, "__consumer_offsets", 0, batch_of({"a"}, cluster_.wall()));
    EXPECT_EQ(refused.error_code, ErrorCode::invalid_topic_exception);
}

} // namespace
RIACHO_SCENARIOS(Topics);
} // namespace riacho::scenarios
