#include "broker/metrics/broker_metrics.hpp"
#include "scenario.hpp"

#include <fmt/format.h>
#include <string>

namespace riacho::scenarios {
namespace {

class Metrics : public Scenario {
protected:
    /// The value of one series; throws where there is none.
    double value(const std::string& series) {
        std::string page = text();
        std::size_t at = page.find("\n" + series + " ");
        if (at == std::string::npos) throw std::runtime_error("no series " + series);
        return std::stod(page.substr(at + series.size() + 2));
    }
    bool has(std::string_view part) { return text().contains(part); }

    std::string text() {
        MetricsPage page;
        cluster_.run(broker::write_metrics(cluster_.broker(), page));
        return page.text();
    }
};

constexpr const char* messages_in = "kafka_server_brokertopicmetrics_messagesin_total";
constexpr const char* failed = "kafka_server_brokertopicmetrics_failedproducerequests_total";

TEST_P(Metrics, of_all_shards_are_added_up_by_topic) {
    std::vector<Client> clients;
    for (int i = 0; i < 4; ++i) clients.push_back(cluster_.connect()); // on shards in turn
    create_topic(clients[0], "orders", 4);
    create_topic(clients[0], "payments", 1);
    for (std::int32_t i = 0; i < 4; ++i)
        produce(clients[static_cast<std::size_t>(i)], "orders", i, {"a", "b"});
    produce(clients[1], "payments", 0, {"x"});
    EXPECT_EQ(value(messages_in), 9);
    EXPECT_EQ(value(std::string(messages_in) + R"({topic="orders"})"), 8);
    EXPECT_EQ(value(std::string(messages_in) + R"({topic="payments"})"), 1);
    EXPECT_EQ(value(R"(kafka_network_requestmetrics_totaltimems_count{request="Produce"})"), 5);
    EXPECT_EQ(value(R"(kafka_server_socket_server_metrics_connection_count{listener="PLAINTEXT"})"), 4);
    EXPECT_EQ(value(R"(kafka_log_log_logendoffset{topic="orders",partition="3"})"), 2);
}

TEST_P(Metrics, of_a_deleted_topic_are_gone_and_count_on_in_all) {
    auto client = cluster_.connect();
    create_topic(client, "orders");
    produce(client, "orders", 0, {"a", "b"});
    delete_topic(client, "orders");
    EXPECT_EQ(value(messages_in), 2);
    EXPECT_FALSE(has(R"(topic="orders")"));
    EXPECT_EQ(value("kafka_controller_kafkacontroller_globaltopiccount"), 0);
}

TEST_P(Metrics, say_what_was_refused_and_who_waits) {
    auto client = cluster_.connect();
    create_topic(client, "orders");
    auto batch =
        batch_of({"a"}, cluster_.wall(), {.producer_id = new_producer_id(client), .epoch = 0, .first = 7});
    EXPECT_EQ(produce_batch(client, "orders", 0, batch).error_code, ErrorCode::none);
    batch = batch_of({"a"}, cluster_.wall());
    batch.writable()[60] ^= std::byte{1};
    EXPECT_EQ(produce_batch(client, "orders", 0, batch).error_code, ErrorCode::corrupt_message);
    EXPECT_EQ(value(failed), 1);
    EXPECT_EQ(value(std::string(failed) + R"({topic="orders"})"), 1);
    EXPECT_EQ(value(messages_in), 1);

    constexpr const char* waiting =
        R"(kafka_server_delayedoperationpurgatory_purgatorysize{delayedOperation="Fetch"})";
    EXPECT_EQ(value(waiting), 0);
    auto poll =
        client.start_in(fetch_by_name, fetch_request("orders", 0, {.offset = 1, .max_wait_ms = 3'000}));
    cluster_.run_for(1s);
    EXPECT_EQ(value(waiting), 1);
    poll.get();
    EXPECT_GE(value(R"(riacho_request_stage_seconds_sum{request="Fetch",stage="remote"})"), 2.9);
    EXPECT_LT(value(R"(riacho_request_stage_seconds_sum{request="Fetch",stage="local"})"), 0.5);
}

TEST_P(Metrics, name_every_error_that_answers_carry) {
    auto client = cluster_.connect();
    create_topic(client, "orders", 2);
    for (std::int32_t partition : {0, 1, 7, 8})
        (void)produce_batch(client, "orders", partition, batch_of({"a"}, cluster_.wall()));
    auto of = [&](std::string_view request, std::string_view error) {
        return value(fmt::format(R"(kafka_network_requestmetrics_errors_total{{request="{}",error="{}"}})",
                                 request, error));
    };
    EXPECT_EQ(of("Produce", "NONE"), 2);
    EXPECT_EQ(of("Produce", "UNKNOWN_TOPIC_OR_PARTITION"), 2);
    EXPECT_EQ(of("CreateTopics", "NONE"), 1);
}

TEST_P(Metrics, tell_of_syncs_and_of_the_threads_that_serve) {
    auto client = cluster_.connect();
    create_topic(client, "orders");
    double before = value("kafka_log_logflushstats_logflushrateandtimems_count");
    for (int i = 0; i < 5; ++i) produce(client, "orders", 0, {"a"});
    EXPECT_GE(value("riacho_wal_sync_seconds_count"), before + 5); // each had its answer before the next
    EXPECT_GT(value("riacho_wal_sync_seconds_sum"), 0);
    EXPECT_EQ(value("kafka_network_socketserver_networkprocessoravgidle_percent"), 1); // simulated
    EXPECT_EQ(value(R"(kafka_network_processor_idle_percent{networkProcessor="0"})"), 1);
    EXPECT_EQ(value(R"(kafka_cluster_partition_insyncreplicascount{topic="orders",partition="0"})"), 1);
    EXPECT_EQ(value(R"(kafka_cluster_partition_underreplicated{topic="orders",partition="0"})"), 0);
}

} // namespace
RIACHO_SCENARIOS(Metrics);
} // namespace riacho::scenarios
