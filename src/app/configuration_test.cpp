#include "app/configuration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace riacho::app {
namespace {

using testing::HasSubstr;

Configuration configured(const ConfigurationSources& sources) {
    auto result = configure(sources);
    EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().detail);
    return result.value_or(Configuration{});
}

std::string refusal(const ConfigurationSources& sources) {
    auto result = configure(sources);
    EXPECT_FALSE(result.has_value());
    return result ? std::string() : result.error().detail;
}

TEST(Configuration, set_wins_over_the_environment_and_the_environment_over_the_file) {
    ConfigurationSources sources;
    sources.file = {{"num.partitions", "2"}, {"message.max.bytes", "1000"}, {"log.segment.bytes", "2000000"}};
    sources.environment = {{"KAFKA_NUM_PARTITIONS", "3"}, {"KAFKA_CFG_MESSAGE_MAX_BYTES", "2000"}};
    sources.set = {{"num.partitions", "4"}};
    Configuration result = configured(sources);
    EXPECT_EQ(result.broker.num_partitions, 4);
    EXPECT_EQ(result.broker.topics.max_message_bytes, 2000);
    EXPECT_EQ(result.broker.topics.segment_bytes, 2'000'000);
}

TEST(Configuration, the_finer_unit_of_a_duration_wins_whatever_the_order) {
    ConfigurationSources sources;
    sources.file = {
        {"log.retention.ms", "5000"}, {"log.retention.hours", "1"}, {"log.retention.minutes", "2"}};
    EXPECT_EQ(configured(sources).broker.topics.retention_ms, std::chrono::milliseconds(5000));
}

TEST(Configuration, a_bad_value_is_refused_with_name_value_and_what_is_allowed) {
    ConfigurationSources sources;
    sources.set = {{"num.partitions", "zero"}};
    EXPECT_EQ(refusal(sources), "num.partitions=zero: must be a whole number from 1 to 2147483647");
    sources.set = {{"log.cleanup.policy", "shred"}};
    EXPECT_EQ(refusal(sources), "log.cleanup.policy=shred: each item must be one of compact, delete");
}

TEST(Configuration, names_that_change_nothing_are_listed_once_apart_from_unknown_ones) {
    ConfigurationSources sources;
    sources.set = {{"num.network.threads", "3"}, {"background.threads", "1"}, {"nmu.partitions", "2"}};
    auto notes = configured(sources).notes;
    ASSERT_EQ(notes.size(), 2u);
    EXPECT_EQ(notes[0], "known to Kafka, without effect here: background.threads, num.network.threads");
    EXPECT_EQ(notes[1], "no configuration of a broker, ignored: nmu.partitions");
}

TEST(Configuration, without_listeners_both_addresses_of_loopback_are_served) {
    auto listeners = configured({}).listeners;
    ASSERT_EQ(listeners.size(), 2u);
    EXPECT_EQ(listeners[0].bind, (io::Endpoint{"127.0.0.1", 9092}));
    EXPECT_EQ(listeners[1].bind, (io::Endpoint{"::1", 9092}));
    EXPECT_TRUE(listeners[0].advertised.host.empty());
}

TEST(Configuration, the_articles_compose_file_gives_two_listeners_and_no_controller) {
    ConfigurationSources sources;
    sources.environment = {
        {"KAFKA_LISTENERS",
         "PLAINTEXT://broker:29092,CONTROLLER://broker:29093,PLAINTEXT_HOST://0.0.0.0:9092"},
        {"KAFKA_LISTENER_SECURITY_PROTOCOL_MAP",
         "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,PLAINTEXT_HOST:PLAINTEXT"},
        {"KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER"},
        {"KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT://broker:29092,PLAINTEXT_HOST://localhost:9092"},
    };
    auto listeners = configured(sources).listeners;
    ASSERT_EQ(listeners.size(), 2u);
    EXPECT_EQ(listeners[0].advertised, (io::Endpoint{"broker", 29092}));
    EXPECT_EQ(listeners[1].bind, (io::Endpoint{"0.0.0.0", 9092}));
    EXPECT_EQ(listeners[1].advertised, (io::Endpoint{"localhost", 9092}));
}

TEST(Configuration, a_flag_advertises_over_the_file) {
    ConfigurationSources sources;
    sources.file = {{"advertised.listeners", "PLAINTEXT://a:1"}};
    sources.advertise = {"PLAINTEXT=b:2"};
    EXPECT_EQ(configured(sources).listeners[0].advertised, (io::Endpoint{"b", 2}));
    sources.advertise = {"OTHER=b:2"};
    EXPECT_THAT(refusal(sources), HasSubstr("OTHER is not one of the listeners"));
}

TEST(Configuration, a_listener_that_wants_tls_is_refused_and_told_what_is_supported) {
    ConfigurationSources sources;
    sources.set = {{"listeners", "SSL://:9093"}};
    EXPECT_EQ(refusal(sources), "listeners=SSL://:9093: listener SSL wants SSL; supported is PLAINTEXT");
}

TEST(Configuration, the_port_offset_moves_every_listener_but_not_what_is_advertised) {
    ConfigurationSources sources;
    sources.port_offset = 100;
    EXPECT_EQ(configured(sources).listeners[0].bind.port, 9192);
}

TEST(Configuration, ops_listens_where_the_broker_does_or_where_it_is_told_to) {
    ConfigurationSources sources;
    sources.port_offset = 10;
    EXPECT_EQ(configured(sources).ops, (std::vector<io::Endpoint>{{"127.0.0.1", 9111}, {"::1", 9111}}));
    sources.bind = "10.0.0.1";
    sources.is_bind_given = true;
    EXPECT_EQ(configured(sources).ops, (std::vector<io::Endpoint>{{"10.0.0.1", 9111}}));
    sources.set = {{"ops.listeners", "http://:1,http://[::]:2"}};
    EXPECT_EQ(configured(sources).ops, (std::vector<io::Endpoint>{{"10.0.0.1", 11}, {"::", 12}}));
    sources.set = {{"ops.listeners", ""}};
    EXPECT_TRUE(configured(sources).ops.empty());
    sources.set = {{"ops.listeners", "https://:1"}};
    EXPECT_EQ(refusal(sources), "ops.listeners=https://:1: https is not supported; http is");
}

TEST(Configuration, the_console_is_on_loopback_unless_it_is_told_otherwise_itself) {
    ConfigurationSources sources;
    sources.bind = "10.0.0.1";
    sources.is_bind_given = true;
    sources.port_offset = 10;
    EXPECT_EQ(configured(sources).console, (std::vector<io::Endpoint>{{"127.0.0.1", 9031}, {"::1", 9031}}));
    sources.set = {{"console.listeners", "http://:1"}};
    EXPECT_EQ(configured(sources).console, (std::vector<io::Endpoint>{{"10.0.0.1", 11}}));
}

TEST(Configuration, the_console_is_configured_as_the_broker_is) {
    ConfigurationSources sources;
    sources.file = {{"console.password", "of the file"}, {"console.read.only", "true"}};
    sources.environment = {{"KAFKA_CONSOLE_PASSWORD", "of the environment"}};
    Configuration made = configured(sources);
    EXPECT_EQ(made.console_settings.password, "of the environment");
    EXPECT_TRUE(made.console_settings.is_read_only);
    EXPECT_TRUE(made.notes.empty());
    sources.set = {{"console.password", "of the command line"}};
    made = configured(sources);
    EXPECT_EQ(made.console_settings.password, "of the command line");
    EXPECT_EQ(made.notes.front(), "--set console.password can be read by everybody on this machine: take "
                                  "console.password.file");
    sources.set = {{"console.password", "short"}};
    EXPECT_EQ(refusal(sources), "console.password: must be 8 to 1024 characters");
}

TEST(Configuration, an_offset_past_the_last_port_is_refused) {
    ConfigurationSources sources;
    sources.port_offset = 70'000;
    EXPECT_EQ(refusal(sources), "--port-offset: 9092 + 70000 is past the last port, 65535");
}

TEST(Configuration, names_of_the_environment_are_unfolded_as_the_images_fold_them) {
    EXPECT_EQ(name_of_environment("KAFKA_LOG_RETENTION_MS"), "log.retention.ms");
    EXPECT_EQ(name_of_environment("KAFKA_A__B___C"), "a_b-c");
    EXPECT_EQ(name_of_environment("PATH"), "");
}

} // namespace
} // namespace riacho::app
