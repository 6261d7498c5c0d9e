#include "scenario.hpp"

namespace riacho::scenarios {
namespace {

class ProduceAndFetch : public Scenario {
protected:
    /// One batch whose size on the wire is some 100 bytes more than `bytes`.
    void produce_large(const Client& client, std::int32_t partition, std::size_t bytes, char letter) {
        produce(client, "orders", partition, {std::string(bytes, letter)});
    }
};

TEST_P(ProduceAndFetch, what_was_produced_is_fetched_in_order_from_every_partition) {
    auto client = cluster_.connect();
    create_topic(client, "orders", 3);
    for (int partition = 0; partition < 3; ++partition) {
        auto p = std::to_string(partition);
        EXPECT_EQ(produce(client, "orders", partition, {p + "a", p + "b"}), 0);
        EXPECT_EQ(produce(client, "orders", partition, {p + "c"}), 2);
    }
    for (int partition = 0; partition < 3; ++partition) {
        auto p = std::to_string(partition);
        EXPECT_EQ(read_all(client, "orders", partition),
                  (std::vector<Got>{{0, p + "a"}, {1, p + "b"}, {2, p + "c"}}));
    }
}

TEST_P(ProduceAndFetch, one_request_reaches_partitions_of_every_shard) {
    auto client = cluster_.connect();
    create_topic(client, "orders", 6);
    auto request = produce_request("orders", 0, batch_of({"0"}, cluster_.wall()));
    for (int partition = 1; partition < 6; ++partition) {
        auto& sent = request.topic_data[0].partition_data.emplace_back();
        sent.index = partition;
        sent.records = batch_of({std::to_string(partition)}, cluster_.wall());
    }
    auto response = client.ask(std::move(request));
    auto wanted = fetch_request("orders", 0, {});
    for (int partition = 0; partition < 6; ++partition) {
        const auto& answer = response.responses[0].partition_responses[static_cast<std::size_t>(partition)];
        EXPECT_EQ(answer.index, partition);
        EXPECT_EQ(answer.error_code, ErrorCode::none);
        if (partition == 0) continue;
        auto& asked = wanted.topics[0].partitions.emplace_back(wanted.topics[0].partitions[0]);
        asked.partition = partition;
    }
    auto fetched = client.ask_in(fetch_by_name, std::move(wanted));
    for (int partition = 0; partition < 6; ++partition)
        EXPECT_EQ(values_in(*fetched.responses[0].partitions[static_cast<std::size_t>(partition)].records),
                  Values{std::to_string(partition)});
}

TEST_P(ProduceAndFetch, a_long_poll_is_answered_when_a_record_comes) {
    auto consumer = cluster_.connect(), producer = cluster_.connect();
    create_topic(producer, "orders", 2);
    auto wanted = fetch_request("orders", 0, {.max_wait_ms = 30'000});
    wanted.topics[0].partitions.emplace_back(wanted.topics[0].partitions[0]).partition = 1;
    auto polling = consumer.start_in(fetch_by_name, std::move(wanted));
    cluster_.run_for(5s);
    EXPECT_FALSE(polling.is_done());
    produce(producer, "orders", 1, {"now"});
    Time produced = cluster_.now();
    auto fetched = Client::answer_of(polling.get());
    EXPECT_LT(cluster_.now() - produced, 100ms);
    EXPECT_EQ(values_in(*fetched.responses[0].partitions[1].records), Values{"now"});
}

TEST_P(ProduceAndFetch, a_long_poll_without_news_ends_at_max_wait) {
    auto client = cluster_.connect();
    create_topic(client, "orders");
    Time began = cluster_.now();
    auto answer = fetch(client, "orders", 0, {.max_wait_ms = 500});
    EXPECT_EQ(answer.error_code, ErrorCode::none);
    EXPECT_TRUE(answer.records->empty());
    EXPECT_GE(cluster_.now() - began, 500ms);
    EXPECT_LT(cluster_.now() - began, 520ms);
}

TEST_P(ProduceAndFetch, a_fetch_waits_until_there_are_min_bytes) {
    auto consumer = cluster_.connect(), producer = cluster_.connect();
    create_topic(producer, "orders");
    auto polling = consumer.start_in(fetch_by_name,
                                     fetch_request("orders", 0, {.max_wait_ms = 30'000, .min_bytes = 1'000}));
    produce_large(producer, 0, 300, 'a');
    cluster_.run_for(1s);
    EXPECT_FALSE(polling.is_done());
    produce_large(producer, 0, 800, 'b');
    auto fetched = Client::answer_of(polling.get(1s));
    EXPECT_EQ(values_in(*answer_in(fetched).records), (Values{std::string(300, 'a'), std::string(800, 'b')}));
}

TEST_P(ProduceAndFetch, a_fetch_gives_no_more_than_max_bytes_but_at_least_one_batch) {
    auto client = cluster_.connect();
    create_topic(client, "orders", 2);
    for (char letter : {'a', 'b'})
        for (int partition : {0, 1}) produce_large(client, partition, 1'000, letter);
    auto whole = fetch(client, "orders", 0, {.partition_max_bytes = 1'500});
    EXPECT_EQ(values_in(*whole.records), Values{std::string(1'000, 'a')});
    auto larger = fetch(client, "orders", 0, {.max_bytes = 100, .partition_max_bytes = 100});
    EXPECT_EQ(values_in(*larger.records), Values{std::string(1'000, 'a')});

    auto both = fetch_request("orders", 0, {.max_bytes = 1'500});
    both.topics[0].partitions.emplace_back(both.topics[0].partitions[0]).partition = 1;
    auto fetched = client.ask_in(fetch_by_name, std::move(both));
    EXPECT_EQ(values_in(*fetched.responses[0].partitions[0].records), Values{std::string(1'000, 'a')});
    EXPECT_TRUE(fetched.responses[0].partitions[1].records->empty());
}

TEST_P(ProduceAndFetch, a_fetch_since_v13_names_topics_by_id) {
    auto client = cluster_.connect();
    Uuid id = create_topic(client, "orders");
    produce(client, "orders", 0, {"a"});
    auto by_id = fetch_request("", 0, {});
    by_id.topics[0].topic_id = id;
    EXPECT_EQ(values_in(*answer_in(client.ask(by_id)).records), Values{"a"});
    by_id.topics[0].topic_id.bytes[3] ^= std::byte{1};
    EXPECT_EQ(answer_in(client.ask(by_id)).error_code, ErrorCode::unknown_topic_id);
}

TEST_P(ProduceAndFetch, what_is_not_there_is_named) {
    auto client = cluster_.connect();
    create_topic(client, "orders");
    produce(client, "orders", 0, {"a"});
    EXPECT_EQ(fetch(client, "orders", 1).error_code, ErrorCode::unknown_topic_or_partition);
    EXPECT_EQ(fetch(client, "nothing", 0).error_code, ErrorCode::unknown_topic_or_partition);
    EXPECT_EQ(fetch(client, "orders", 0, {.offset = 2}).error_code, ErrorCode::offset_out_of_range);
    EXPECT_EQ(fetch(client, "orders", 0, {.offset = 1}).error_code, ErrorCode::none);
    auto batch = batch_of({"a"}, cluster_.wall());
    EXPECT_EQ(produce_batch(client, "orders", 1, batch).error_code, ErrorCode::unknown_topic_or_partition);
    auto in_session = fetch_request("orders", 0, {});
    in_session.session_id = 7;
    EXPECT_EQ(client.ask_in(fetch_by_name, in_session).error_code, ErrorCode::fetch_session_id_not_found);
}

TEST_P(ProduceAndFetch, with_acks_0_nothing_is_answered_and_everything_arrives) {
    auto client = cluster_.connect(), reader = cluster_.connect();
    create_topic(client, "orders");
    for (const char* value : {"a", "b", "c"})
        ASSERT_TRUE(client.tell(produce_request("orders", 0, batch_of({value}, cluster_.wall()), 0)));
    // The answer to the next request is that request's.
    EXPECT_EQ(look_up(client, "orders").error_code, ErrorCode::none);
    cluster_.run_for(1s);
    EXPECT_EQ(read_all(reader, "orders", 0), (std::vector<Got>{{0, "a"}, {1, "b"}, {2, "c"}}));
}

TEST_P(ProduceAndFetch, with_acks_0_a_closed_connection_is_the_only_way_to_refuse) {
    auto client = cluster_.connect(), other = cluster_.connect();
    create_topic(client, "orders");
    ASSERT_TRUE(client.tell(produce_request("orders", 5, batch_of({"a"}, cluster_.wall()), 0)));
    cluster_.run_for(1s);
    EXPECT_FALSE(client.link().is_open());
    EXPECT_EQ(produce(other, "orders", 0, {"b"}), 0);
}

TEST_P(ProduceAndFetch, offsets_are_listed_by_place_and_by_time) {
    auto client = cluster_.connect();
    create_topic(client, "orders");
    EXPECT_EQ(list_offset(client, "orders", 0, earliest).offset, 0);
    EXPECT_EQ(list_offset(client, "orders", 0, latest).offset, 0);
    EXPECT_EQ(list_offset(client, "orders", 0, 0).offset, -1);
    Timestamp first = cluster_.wall();
    for (int i = 0; i < 10; ++i)
        produce_batch(client, "orders", 0, batch_of({"x", "y"}, {first.ms + i * 1'000}));
    EXPECT_EQ(list_offset(client, "orders", 0, earliest).offset, 0);
    EXPECT_EQ(list_offset(client, "orders", 0, latest).offset, 20);
    auto at = list_offset(client, "orders", 0, first.ms + 3'500);
    EXPECT_EQ(at.offset, 8);
    EXPECT_EQ(at.timestamp, first.ms + 4'000);
    EXPECT_EQ(list_offset(client, "orders", 0, first.ms + 3'000).offset, 6);
    EXPECT_EQ(list_offset(client, "orders", 0, first.ms + 9'001).offset, -1);
    constexpr std::int64_t max_timestamp = -3;
    EXPECT_EQ(list_offset(client, "orders", 0, max_timestamp).offset, 18);
}

TEST_P(ProduceAndFetch, a_topic_with_log_append_time_gets_the_brokers_time) {
    auto client = cluster_.connect();
    create_topic(client, "orders", 1, {{"message.timestamp.type", "LogAppendTime"}});
    cluster_.run_for(10s);
    auto now = cluster_.wall();
    auto answer = produce_batch(client, "orders", 0, batch_of({"a"}, {now.ms - 5'000}));
    EXPECT_EQ(answer.error_code, ErrorCode::none);
    EXPECT_GE(answer.log_append_time_ms, now.ms);
    EXPECT_EQ(list_offset(client, "orders", 0, now.ms).offset, 0);
    EXPECT_EQ(read_all(client, "orders", 0), (std::vector<Got>{{0, "a"}})); // and its CRC fits
}

TEST_P(ProduceAndFetch, a_compacted_topic_wants_keys) {
    auto client = cluster_.connect();
    create_topic(client, "orders", 1, {{"cleanup.policy", "compact"}});
    auto answer = produce_batch(client, "orders", 0, batch_of({"a", "b"}, cluster_.wall()));
    EXPECT_EQ(answer.error_code, ErrorCode::invalid_record);
    EXPECT_EQ(answer.record_errors.size(), 2u);
}

TEST_P(ProduceAndFetch, a_transactional_batch_is_refused_by_name) {
    auto client = cluster_.connect();
    create_topic(client, "orders");
    auto request = produce_request("orders", 0, batch_of({"a"}, cluster_.wall(), {1, 0, 0}));
    request.transactional_id = "mine";
    EXPECT_EQ(answer_in(client.ask(request)).error_code, ErrorCode::invalid_txn_state);
    EXPECT_TRUE(read_all(client, "orders", 0).empty());
}

TEST_P(ProduceAndFetch, produces_of_one_connection_keep_their_order_while_they_wait_for_the_disk) {
    auto client = cluster_.connect();
    create_topic(client, "orders");
    std::vector<Pending<Client::Answer<kafka::ProduceRequest>>> under_way;
    for (int i = 0; i < 40; ++i)
        under_way.push_back(
            client.start(produce_request("orders", 0, batch_of({std::to_string(i)}, cluster_.wall()))));
    for (int i = 0; i < 40; ++i)
        EXPECT_EQ(answer_in(Client::answer_of(under_way[static_cast<std::size_t>(i)].get())).base_offset, i);
}

} // namespace
RIACHO_SCENARIOS(ProduceAndFetch);
} // namespace riacho::scenarios
