#include "broker/config/broker_options.hpp"
#include "broker/config/topic_config.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>

namespace riacho::broker {
namespace {

/// Kafka 3.9's list of topic configurations with its defaults, as `kafka-configs --describe --all` prints
/// them.
const std::map<std::string_view, std::string_view> kafkas_defaults{
    {"cleanup.policy", "delete"},
    {"compression.gzip.level", "-1"},
    {"compression.lz4.level", "9"},
    {"compression.type", "producer"},
    {"compression.zstd.level", "3"},
    {"delete.retention.ms", "86400000"},
    {"file.delete.delay.ms", "60000"},
    {"flush.messages", "9223372036854775807"},
    {"flush.ms", "9223372036854775807"},
    {"follower.replication.throttled.replicas", ""},
    {"index.interval.bytes", "4096"},
    {"leader.replication.throttled.replicas", ""},
    {"local.retention.bytes", "-2"},
    {"local.retention.ms", "-2"},
    {"max.compaction.lag.ms", "9223372036854775807"},
    {"max.message.bytes", "1048588"},
    {"message.timestamp.after.max.ms", "3600000"},
    {"message.timestamp.before.max.ms", "9223372036854775807"},
    {"message.timestamp.type", "CreateTime"},
    {"min.cleanable.dirty.ratio", "0.5"},
    {"min.compaction.lag.ms", "0"},
    {"min.insync.replicas", "1"},
    {"preallocate", "false"},
    {"remote.log.copy.disable", "false"},
    {"remote.log.delete.on.disable", "false"},
    {"remote.storage.enable", "false"},
    {"retention.bytes", "-1"},
    {"retention.ms", "604800000"},
    {"segment.bytes", "1073741824"},
    {"segment.index.bytes", "10485760"},
    {"segment.jitter.ms", "0"},
    {"segment.ms", "604800000"},
    {"unclean.leader.election.enable", "false"},
};

std::string refusal(std::string name, std::string value) {
    auto config = with_overrides(TopicConfig{}, {{std::move(name), std::move(value)}});
    return config ? "" : config.error();
}

TEST(TopicConfig, has_kafkas_names_and_defaults_and_no_others) {
    std::map<std::string_view, std::string> ours;
    for (const auto& option : topic_options()) ours[option.name] = option.get(TopicConfig{});
    for (const auto& [name, value] : kafkas_defaults) EXPECT_EQ(ours[name], value) << name;
    EXPECT_EQ(ours.size(), kafkas_defaults.size());
}

TEST(TopicConfig, finds_each_option_by_its_name) {
    EXPECT_TRUE(std::ranges::is_sorted(topic_options(), {}, &Option<TopicConfig>::name));
    for (const auto& option : topic_options()) {
        EXPECT_EQ(find_topic_option(option.name), &option);
        EXPECT_FALSE(option.about.empty()) << option.name;
        EXPECT_TRUE(option.about.ends_with('.')) << option.name;
    }
    EXPECT_EQ(find_topic_option("retention"), nullptr);
    EXPECT_EQ(find_topic_option(""), nullptr);
}

TEST(TopicConfig, takes_every_default_as_a_value) {
    for (const auto& [name, value] : kafkas_defaults)
        EXPECT_EQ(refusal(std::string(name), std::string(value)), "") << name;
}

TEST(TopicConfig, refuses_what_no_topic_can_have_in_kafkas_words) {
    EXPECT_EQ(refusal("retention", "1"), "Unknown topic config name: retention");
    EXPECT_EQ(refusal("retention.ms", "week"), "Invalid value week for configuration retention.ms: must be a "
                                               "whole number of at least -1");
    for (auto [name, value] :
         std::initializer_list<std::pair<const char*, const char*>>{{"cleanup.policy", "squash"},
                                                                    {"compression.type", "brotli"},
                                                                    {"compression.gzip.level", "10"},
                                                                    {"compression.zstd.level", "23"},
                                                                    {"max.message.bytes", "-1"},
                                                                    {"max.message.bytes", "2147483648"},
                                                                    {"message.timestamp.type", "createtime"},
                                                                    {"min.cleanable.dirty.ratio", "1.5"},
                                                                    {"min.insync.replicas", "0"},
                                                                    {"preallocate", "perhaps"},
                                                                    {"segment.bytes", "13"},
                                                                    {"segment.bytes", "99999999999"},
                                                                    {"segment.index.bytes", "3"},
                                                                    {"segment.ms", "0"}})
        EXPECT_NE(refusal(name, value), "") << name << "=" << value;
}

TEST(TopicConfig, puts_overrides_over_the_brokers_defaults) {
    TopicConfig defaults;
    defaults.segment_bytes = 1 << 20;
    defaults.index_interval_bytes = 100;
    auto config = with_overrides(defaults, {{"cleanup.policy", "compact,delete"}, {"segment.bytes", "2048"}});
    ASSERT_TRUE(config);
    EXPECT_EQ(config->segment_bytes, 2048);
    EXPECT_EQ(config->index_interval_bytes, 100);
    EXPECT_TRUE(config->is_compacted());
    EXPECT_TRUE(config->is_deleted());
}

TEST(TopicConfig, gives_the_log_what_it_acts_on) {
    auto config = with_overrides(TopicConfig{}, {{"cleanup.policy", "compact"},
                                                 {"segment.bytes", "2048"},
                                                 {"segment.ms", "60000"},
                                                 {"retention.bytes", "4096"},
                                                 {"retention.ms", "-1"},
                                                 {"index.interval.bytes", "512"},
                                                 {"segment.index.bytes", "1024"}});
    ASSERT_TRUE(config);
    storage::LogOptions options = log_options(*config);
    EXPECT_EQ(options.segment_bytes, 2048u);
    EXPECT_EQ(options.segment_ms, std::chrono::minutes(1));
    EXPECT_EQ(options.retention_bytes, 4096u);
    EXPECT_EQ(options.retention_ms, std::nullopt);
    EXPECT_EQ(options.index_interval_bytes, 512u);
    EXPECT_EQ(options.segment_index_bytes, 1024u);
    EXPECT_TRUE(options.is_compacted);
    EXPECT_FALSE(options.is_deleted);
}

TEST(TopicConfig, has_its_default_from_a_broker_option_where_kafka_has_one) {
    EXPECT_EQ(broker_synonym("retention.ms"), "log.retention.ms");
    EXPECT_EQ(broker_synonym("max.message.bytes"), "message.max.bytes");
    EXPECT_EQ(broker_synonym("segment.ms"), "log.roll.ms");
    EXPECT_EQ(broker_synonym("segment.index.bytes"), "log.index.size.max.bytes");
    EXPECT_EQ(broker_synonym("file.delete.delay.ms"), "log.segment.delete.delay.ms");
    EXPECT_EQ(broker_synonym("remote.storage.enable"), "");
    for (const auto& option : topic_options()) {
        std::string_view broker_name = broker_synonym(option.name);
        if (broker_name.empty()) continue;
        ASSERT_NE(find_broker_option(broker_name), nullptr) << broker_name;
        EXPECT_EQ(find_broker_option(broker_name)->get(BrokerOptions{}), option.get(TopicConfig{}));
    }
}

} // namespace
} // namespace riacho::broker
