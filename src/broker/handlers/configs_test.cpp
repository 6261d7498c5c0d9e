#include "broker/handlers/configs.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace riacho::broker {
namespace {

DescribedConfig described(const std::vector<DescribedConfig>& configs, std::string_view name) {
    auto found = std::ranges::find(configs, name, &DescribedConfig::name);
    EXPECT_NE(found, configs.end()) << name;
    return found == configs.end() ? DescribedConfig{} : *found;
}

Topic topic_with(const BrokerOptions& broker, Overrides overrides) {
    Topic topic;
    topic.name = "orders";
    topic.config = with_overrides(broker.topics, overrides).value();
    topic.overrides = std::move(overrides);
    return topic;
}

std::string chain(const DescribedConfig& config) {
    std::string text;
    for (const ConfigSynonym& synonym : config.synonyms)
        text +=
            synonym.name + "=" + synonym.value + "/" + std::to_string(static_cast<int>(synonym.source)) + " ";
    return text;
}

TEST(DescribedTopic, lists_every_topic_configuration) {
    BrokerOptions broker;
    EXPECT_EQ(describe_topic(broker, topic_with(broker, {})).size(), topic_options().size());
}

TEST(DescribedTopic, says_the_default_where_nobody_said_anything) {
    BrokerOptions broker;
    auto          config = described(describe_topic(broker, topic_with(broker, {})), "retention.ms");
    EXPECT_EQ(config.value, "604800000");
    EXPECT_EQ(config.source, ConfigSource::default_value);
    EXPECT_EQ(config.type, OptionType::int64);
    EXPECT_EQ(chain(config), "log.retention.ms=604800000/5 ");
}

TEST(DescribedTopic, says_the_brokers_value_before_the_default) {
    BrokerOptions broker;
    ASSERT_TRUE(find_broker_option("log.retention.ms")->set(broker, "1000"));
    auto config = described(describe_topic(broker, topic_with(broker, {})), "retention.ms");
    EXPECT_EQ(config.value, "1000");
    EXPECT_EQ(config.source, ConfigSource::static_broker);
    EXPECT_EQ(chain(config), "log.retention.ms=1000/4 log.retention.ms=604800000/5 ");
}

TEST(DescribedTopic, says_the_topics_own_value_first) {
    BrokerOptions broker;
    ASSERT_TRUE(find_broker_option("log.retention.ms")->set(broker, "1000"));
    auto topic = topic_with(broker, {{"retention.ms", "5"}});
    auto config = described(describe_topic(broker, topic), "retention.ms");
    EXPECT_EQ(config.value, "5");
    EXPECT_EQ(config.source, ConfigSource::topic);
    EXPECT_EQ(chain(config), "retention.ms=5/1 log.retention.ms=1000/4 log.retention.ms=604800000/5 ");
}

TEST(DescribedTopic, names_a_configuration_without_a_broker_option_by_itself) {
    BrokerOptions broker;
    auto          config = described(describe_topic(broker, topic_with(broker, {})), "remote.storage.enable");
    EXPECT_EQ(chain(config), "remote.storage.enable=false/5 ");
}

TEST(DescribedBroker, says_what_was_set_and_what_would_be) {
    BrokerOptions broker;
    broker.num_partitions = 6;
    auto configs = describe_broker(broker);
    EXPECT_EQ(configs.size(), broker_options().size());
    EXPECT_EQ(chain(described(configs, "num.partitions")), "num.partitions=6/4 num.partitions=1/5 ");
    EXPECT_EQ(described(configs, "auto.create.topics.enable").source, ConfigSource::default_value);
}

} // namespace
} // namespace riacho::broker
