#include "console/exposed.hpp"

#include <gtest/gtest.h>

namespace riacho::console {
namespace {

Exposed exposed(std::string_view page) {
    Exposed                made;
    data::ExpositionReader reader([&](const data::ExpositionSample& sample) { made.take(sample); });
    EXPECT_TRUE(reader.feed(page));
    EXPECT_TRUE(reader.end());
    made.finish();
    return made;
}

TEST(ExposedTest, bytes_and_times_are_read_under_our_own_names) {
    Exposed page =
        exposed("kafka_server_brokertopicmetrics_bytesin_total 70\n"
                "kafka_server_brokertopicmetrics_bytesin_total{topic=\"a\"} 60\n"
                "kafka_server_brokertopicmetrics_bytesout_total{topic=\"a\"} 5\n"
                "kafka_server_brokertopicmetrics_bytesout_total{topic=\"b\"} 6\n"
                "kafka_server_brokertopicmetrics_messagesin_total 3\n"
                "kafka_network_requestmetrics_requests_total{request=\"Produce\",version=\"7\"} 2\n"
                "kafka_network_requestmetrics_requests_total{request=\"Produce\",version=\"9\"} 3\n"
                "kafka_network_requestmetrics_errors_total{request=\"Produce\",error=\"NONE\"} 9\n"
                "kafka_network_requestmetrics_errors_total{request=\"Produce\",error=\"X\"} 1\n"
                "kafka_network_requestmetrics_totaltimems{request=\"Produce\",quantile=\"0.5\"} 0.4\n"
                "kafka_network_requestmetrics_totaltimems{request=\"Produce\",quantile=\"0.99\"} 7\n"
                "kafka_network_requestmetrics_totaltimems_count{request=\"Produce\"} 5\n"
                "kafka_network_requestmetrics_localtimems{request=\"Produce\",quantile=\"0.99\"} 3\n"
                "riacho_wal_failed 0\n");
    EXPECT_EQ(page.all.in, 70);
    EXPECT_EQ(page.all.out, 11) << "only told for topics, so added up";
    EXPECT_EQ(page.topics.at("a").in, 60);
    const Exposed::Request& produce = page.requests.at("Produce");
    EXPECT_EQ(produce.count, 5);
    EXPECT_EQ(produce.errors, 1);
    EXPECT_EQ(produce.ms[0], 0.4);
    EXPECT_EQ(produce.ms[1], std::nullopt);
    EXPECT_EQ(produce.ms[2], 7);
    EXPECT_EQ(page.kind, "riacho");
}

TEST(ExposedTest, other_rules_and_no_rules_spell_the_same_otherwise) {
    for (std::string_view name : {"kafka_server_brokertopicmetrics_bytesin_total",
                                  "kafka_server_brokertopicmetrics_bytesinpersec_count",
                                  "kafka_server_brokertopicmetrics_bytesinpersec_total",
                                  "kafka_server_BrokerTopicMetrics_BytesInPerSec_Count",
                                  "kafka_server_broker_topic_metrics_bytesinpersec_total",
                                  "kafka_server_brokertopicmetrics_bytesinpersec_count_total",
                                  "kafka_server_BrokerTopicMetrics_Count{name=\"BytesInPerSec\",}"})
        EXPECT_EQ(exposed(std::string(name) + " 7\n").all.in, 7) << name;
    for (std::string_view name :
         {"kafka_network_requestmetrics_totaltimems{request=\"Fetch\",quantile=\"0.990\"}",
          "kafka_network_requestmetrics_totaltimems_99thpercentile{request=\"Fetch\"}",
          "kafka_network_RequestMetrics_99thPercentile{name=\"TotalTimeMs\",request=\"Fetch\"}"})
        EXPECT_EQ(exposed(std::string(name) + " 7\n").requests.at("Fetch").ms[2], 7) << name;
    Exposed page =
        exposed("kafka_network_RequestMetrics_999thPercentile{name=\"TotalTimeMs\",request=\"Fetch\"} 9\n"
                "kafka_network_RequestMetrics_Count{name=\"RequestsPerSec\",request=\"Fetch\"} 4\n"
                "kafka_network_RequestMetrics_Mean{name=\"TotalTimeMs\",request=\"Fetch\"} 4\n");
    EXPECT_EQ(page.requests.at("Fetch").ms[3], 9);
    EXPECT_EQ(page.requests.at("Fetch").count, 4);
    EXPECT_EQ(page.kind, "") << "Kafka has many forks with its names";
}

TEST(ExposedTest, rates_and_what_is_no_count_are_no_counters) {
    Exposed page = exposed("kafka_server_BrokerTopicMetrics_OneMinuteRate{name=\"BytesInPerSec\",} 7\n"
                           "kafka_server_brokertopicmetrics_bytesin_total NaN\n"
                           "kafka_server_brokertopicmetrics_bytesin_total{topic=\"a\"} -1\n"
                           "bytesin_total 4\n"
                           "kafka_network_requestmetrics_totaltimems{quantile=\"0.99\"} 3\n");
    EXPECT_EQ(page.all.in, std::nullopt);
    EXPECT_TRUE(page.requests.empty());
}

TEST(ExposedTest, redpanda_tells_its_bytes_for_each_topic) {
    Exposed page = exposed(
        "redpanda_kafka_request_bytes_total{redpanda_request=\"produce\",redpanda_topic=\"a\"} 12\n"
        "redpanda_kafka_request_bytes_total{redpanda_request=\"produce\",redpanda_topic=\"b\"} 3\n"
        "redpanda_kafka_request_bytes_total{redpanda_request=\"consume\",redpanda_topic=\"a\"} 4\n"
        "redpanda_kafka_request_bytes_total{redpanda_request=\"follower_consume\",redpanda_topic=\"a\"} 5\n");
    EXPECT_EQ(page.all.in, 15);
    EXPECT_EQ(page.all.out, 4);
    EXPECT_EQ(page.kind, "redpanda");
}

TEST(ExposedTest, names_without_an_end_take_bounded_memory) {
    std::string page;
    for (std::size_t i = 0; i < Exposed::topics_max + 10; ++i)
        page += "kafka_server_brokertopicmetrics_bytesin_total{topic=\"" + std::to_string(i) + "\"} 1\n";
    for (std::size_t i = 0; i < Exposed::requests_max + 10; ++i)
        page += "kafka_network_requestmetrics_requests_total{request=\"" + std::to_string(i) + "\"} 1\n";
    Exposed read = exposed(page);
    EXPECT_EQ(read.topics.size(), Exposed::topics_max);
    EXPECT_EQ(read.requests.size(), Exposed::requests_max);
}

} // namespace
} // namespace riacho::console
