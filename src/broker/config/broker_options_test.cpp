#include "broker/config/broker_options.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>

namespace riacho::broker {
namespace {

using namespace std::chrono_literals;

std::string value_of(std::string_view name, const BrokerOptions& options = {}) {
    const auto* option = find_broker_option(name);
    return option ? option->get(options) : "(no such option)";
}

std::string refusal_of(std::string_view name, std::string_view value) {
    BrokerOptions options;
    auto          set = find_broker_option(name)->set(options, value);
    return set ? "" : set.error();
}

TEST(BrokerOptions, are_found_by_name_each_once) {
    auto table = broker_options();
    EXPECT_TRUE(std::ranges::is_sorted(table, {}, &Option<BrokerOptions>::name));
    EXPECT_EQ(std::ranges::adjacent_find(table, {}, &Option<BrokerOptions>::name), table.end());
    for (const auto& option : table) {
        EXPECT_EQ(find_broker_option(option.name), &option) << option.name;
        EXPECT_TRUE(option.about.ends_with('.')) << option.name;
    }
    EXPECT_EQ(find_broker_option("retention.ms"), nullptr);
    EXPECT_EQ(find_broker_option(""), nullptr);
}

TEST(BrokerOptions, have_kafkas_defaults) {
    const std::map<std::string_view, std::string_view> kafkas{
        {"auto.create.topics.enable", "true"},
        {"connections.max.idle.ms", "600000"},
        {"default.replication.factor", "1"},
        {"delete.topic.enable", "true"},
        {"fetch.max.bytes", "57671680"},
        {"group.max.session.timeout.ms", "1800000"},
        {"group.max.size", "2147483647"},
        {"group.min.session.timeout.ms", "6000"},
        {"log.retention.check.interval.ms", "300000"},
        {"log.retention.hours", "168"},
        {"log.roll.hours", "168"},
        {"log.segment.bytes", "1073741824"},
        {"max.connection.creation.rate", "2147483647"},
        {"max.connections", "2147483647"},
        {"max.connections.per.ip", "2147483647"},
        {"max.connections.per.ip.overrides", ""},
        {"message.max.bytes", "1048588"},
        {"num.partitions", "1"},
        {"offset.metadata.max.bytes", "4096"},
        {"offsets.retention.check.interval.ms", "600000"},
        {"offsets.retention.minutes", "10080"},
        {"offsets.topic.num.partitions", "50"},
        {"offsets.topic.replication.factor", "3"},
        {"offsets.topic.segment.bytes", "104857600"},
        {"producer.id.expiration.ms", "86400000"},
        {"socket.request.max.bytes", "104857600"},
    };
    for (const auto& [name, value] : kafkas) EXPECT_EQ(value_of(name), value) << name;
}

TEST(BrokerOptions, have_other_defaults_only_where_the_documentation_says_so) {
    EXPECT_EQ(value_of("group.initial.rebalance.delay.ms"), "0");    // Kafka: 3000
    EXPECT_EQ(value_of("node.id"), "1");                             // Kafka: none
    EXPECT_EQ(value_of("strict.replication.factor"), "false");       // ours
    EXPECT_EQ(value_of("queued.max.request.bytes"), "134217728");    // Kafka: -1, no limit
    EXPECT_EQ(value_of("queued.max.response.bytes"), "134217728");   // ours
    EXPECT_EQ(value_of("connection.max.in.flight.requests"), "64");  // ours
    EXPECT_EQ(value_of("connection.max.request.bytes"), "33554432"); // ours
    EXPECT_EQ(value_of("open.files.max"), "2000");                   // ours
    EXPECT_EQ(value_of("tail.max.bytes"), "268435456");              // ours
    EXPECT_EQ(value_of("durability"), "synced");                     // ours
    EXPECT_EQ(value_of("wal.external.bytes"), "1048576");            // ours
    EXPECT_EQ(value_of("wal.file.bytes"), "16777216");               // ours
    EXPECT_EQ(value_of("wal.bytes.max"), "1073741824");              // ours
}

TEST(BrokerOptions, limit_single_addresses_of_both_families) {
    BrokerOptions options;
    const auto*   option = find_broker_option("max.connections.per.ip.overrides");
    ASSERT_TRUE(option->set(options, "127.0.0.1:200, ::1:0"));
    EXPECT_EQ(options.max_connections_per_ip_overrides, (AddressLimits{{"127.0.0.1", 200}, {"::1", 0}}));
    EXPECT_EQ(option->get(options), "127.0.0.1:200,::1:0");
    for (std::string_view wrong : {"127.0.0.1", ":5", "127.0.0.1:", "127.0.0.1:-1", "a:b"})
        EXPECT_NE(refusal_of("max.connections.per.ip.overrides", wrong), "") << wrong;
}

TEST(BrokerOptions, take_every_default_as_a_value_and_stay_as_they_are) {
    for (const auto& option : broker_options()) {
        BrokerOptions options;
        std::string   before = option.get(options);
        if (option.is_unset_by_default && before.empty()) continue; // there is none
        EXPECT_TRUE(option.set(options, before)) << option.name << "=" << before;
        EXPECT_EQ(option.get(options), before) << option.name;
    }
}

TEST(BrokerOptions, refuse_what_makes_no_sense_with_what_is_allowed) {
    EXPECT_EQ(refusal_of("durability", "sometimes"), "must be one of synced, os");
    EXPECT_EQ(refusal_of("num.partitions", "0"), "must be a whole number from 1 to 2147483647");
    EXPECT_EQ(refusal_of("auto.create.topics.enable", "maybe"), "must be true or false");
    for (auto [name, value] :
         std::initializer_list<std::pair<const char*, const char*>>{{"node.id", "-1"},
                                                                    {"wal.file.bytes", "100"},
                                                                    {"wal.bytes.max", "100"},
                                                                    {"wal.external.bytes", "1"},
                                                                    {"socket.request.max.bytes", "0"},
                                                                    {"log.segment.bytes", "5"},
                                                                    {"log.retention.ms", "-2"},
                                                                    {"log.retention.hours", "-2"},
                                                                    {"offsets.topic.num.partitions", "0"},
                                                                    {"group.min.session.timeout.ms", "0"}})
        EXPECT_NE(refusal_of(name, value), "") << name << "=" << value;
}

TEST(BrokerOptions, do_not_take_more_than_their_type_holds) {
    // What does not fit must not wrap around to something else.
    for (const auto& option : broker_options()) {
        if (option.type == OptionType::real) continue; // says it in another way
        BrokerOptions options;
        auto          set = option.set(options, "9223372036854775807");
        if (set) EXPECT_EQ(option.get(options), "9223372036854775807") << option.name;
    }
}

TEST(BrokerOptions, set_the_defaults_of_topics) {
    BrokerOptions options;
    ASSERT_TRUE(find_broker_option("log.retention.ms")->set(options, "1000"));
    ASSERT_TRUE(find_broker_option("message.max.bytes")->set(options, "2000"));
    EXPECT_EQ(options.topics.retention_ms, 1s);
    EXPECT_EQ(options.topics.max_message_bytes, 2000);
}

TEST(BrokerOptions, take_the_coarser_names_of_retention_and_roll) {
    BrokerOptions options;
    ASSERT_TRUE(find_broker_option("log.retention.minutes")->set(options, "90"));
    EXPECT_EQ(options.topics.retention_ms, 90min);
    ASSERT_TRUE(find_broker_option("log.retention.hours")->set(options, "-1"));
    EXPECT_EQ(options.topics.retention_ms, std::nullopt);
    EXPECT_EQ(value_of("log.retention.ms", options), "-1");
    ASSERT_TRUE(find_broker_option("log.roll.hours")->set(options, "2"));
    EXPECT_EQ(options.topics.segment_ms, 2h);
    EXPECT_NE(refusal_of("log.retention.hours", "9223372036854775807"), "");
}

TEST(BrokerOptions, give_every_log_what_the_broker_says_for_all_topics) {
    BrokerOptions options;
    ASSERT_TRUE(find_broker_option("wal.external.bytes")->set(options, "8192"));
    ASSERT_TRUE(find_broker_option("producer.id.expiration.ms")->set(options, "60000"));
    TopicConfig topic;
    topic.segment_bytes = 2048;
    auto log = log_options(options, "orders", topic);
    EXPECT_EQ(log.wal_external_bytes, 8192u);
    EXPECT_EQ(log.producer_id_expiration_ms, 1min);
    EXPECT_EQ(log.segment_bytes, 2048u);
    EXPECT_FALSE(log.keeps_snapshot);
    EXPECT_TRUE(log_options(options, offsets_topic_name, topic).keeps_snapshot);
}

} // namespace
} // namespace riacho::broker
