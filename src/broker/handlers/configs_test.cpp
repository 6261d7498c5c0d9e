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

const Overrides nothing;

BrokerConfigs configs_of(const BrokerOptions& broker) { return {broker, nothing, nothing, broker}; }

std::string chain(const DescribedConfig& config) {
    std::string text;
    for (const ConfigSynonym& synonym : config.synonyms)
        text += synonym.name + "=" + synonym.value.value_or("null") + "/" +
                std::to_string(static_cast<int>(synonym.source)) + " ";
    return text;
}

TEST(DescribedTopic, lists_every_topic_configuration) {
    BrokerOptions broker;
    EXPECT_EQ(describe_topic(configs_of(broker), topic_with(broker, {})).size(), topic_options().size());
}

TEST(DescribedTopic, says_the_default_where_nobody_said_anything) {
    BrokerOptions broker;
    auto config = described(describe_topic(configs_of(broker), topic_with(broker, {})), "retention.ms");
    EXPECT_EQ(config.value, "604800000");
    EXPECT_EQ(config.source, ConfigSource::default_value);
    EXPECT_EQ(config.type, OptionType::int64);
    EXPECT_EQ(chain(config), "") << "of the three names of it only another one has a default";
}

TEST(DescribedTopic, says_the_brokers_value_before_the_default) {
    BrokerOptions broker;
    ASSERT_TRUE(find_broker_option("log.retention.ms")->set(broker, "1000"));
    auto config = described(describe_topic(configs_of(broker), topic_with(broker, {})), "retention.ms");
    EXPECT_EQ(config.value, "1000");
    EXPECT_EQ(config.source, ConfigSource::static_broker);
    EXPECT_EQ(chain(config), "log.retention.ms=1000/4 log.retention.hours=168/5 ");
}

TEST(DescribedTopic, says_the_topics_own_value_first) {
    BrokerOptions broker;
    ASSERT_TRUE(find_broker_option("log.retention.ms")->set(broker, "1000"));
    auto topic = topic_with(broker, {{"retention.ms", "5"}});
    auto config = described(describe_topic(configs_of(broker), topic), "retention.ms");
    EXPECT_EQ(config.value, "5");
    EXPECT_EQ(config.source, ConfigSource::topic);
    EXPECT_EQ(chain(config), "retention.ms=5/1 log.retention.ms=1000/4 log.retention.hours=168/5 ");
}

TEST(DescribedTopic, knows_a_configuration_without_a_broker_option_by_its_value_alone) {
    BrokerOptions broker;
    auto          config =
        described(describe_topic(configs_of(broker), topic_with(broker, {})), "remote.storage.enable");
    EXPECT_EQ(config.value, "false");
    EXPECT_EQ(config.source, ConfigSource::default_value);
    EXPECT_EQ(chain(config), "");
}

TEST(DescribedBroker, says_what_was_set_and_what_would_be) {
    BrokerOptions broker;
    broker.num_partitions = 6;
    auto configs = describe_broker(configs_of(broker));
    EXPECT_EQ(chain(described(configs, "num.partitions")), "num.partitions=6/4 num.partitions=1/5 ");
    EXPECT_EQ(described(configs, "auto.create.topics.enable").source, ConfigSource::default_value);
}

TEST(DescribedBroker, has_every_configuration_but_kafkas_internal_ones) {
    auto configs = describe_broker(configs_of({}));
    EXPECT_EQ(configs.size(), 340u + 17u) << "Kafka's, and our own";
    EXPECT_TRUE(find_broker_option("unstable.api.versions.enable"));
    EXPECT_EQ(std::ranges::find(configs, "unstable.api.versions.enable", &DescribedConfig::name),
              configs.end());
    for (const DescribedConfig& config : configs) {
        EXPECT_TRUE(config.about.ends_with('.')) << config.name;
        EXPECT_TRUE(config.type) << config.name;
    }
}

TEST(DescribedBroker, keeps_what_it_does_not_act_on_and_shows_no_secret) {
    BrokerOptions broker;
    ASSERT_TRUE(find_broker_option("num.io.threads")->set(broker, "4"));
    EXPECT_FALSE(find_broker_option("num.io.threads")->set(broker, "0"));
    EXPECT_FALSE(find_broker_option("security.inter.broker.protocol")->set(broker, "plain"));
    ASSERT_TRUE(find_broker_option("ssl.key.password")->set(broker, "secret"));
    auto configs = describe_broker(configs_of(broker));
    EXPECT_EQ(chain(described(configs, "num.io.threads")), "num.io.threads=4/4 num.io.threads=8/5 ");
    EXPECT_EQ(described(configs, "num.io.threads").dynamic, Dynamic::cluster_wide);
    EXPECT_EQ(described(configs, "sasl.login.class").value, std::nullopt);
    EXPECT_EQ(chain(described(configs, "sasl.login.class")), "");
    EXPECT_EQ(chain(described(configs, "ssl.key.password")), "ssl.key.password=null/4 ");
    EXPECT_TRUE(described(configs, "ssl.key.password").is_sensitive());
}

TEST(DescribedBroker, tells_each_name_of_a_duration_by_itself) {
    BrokerOptions broker;
    ASSERT_TRUE(find_broker_option("log.retention.minutes")->set(broker, "100"));
    auto configs = describe_broker(configs_of(broker));
    EXPECT_EQ(described(configs, "log.retention.ms").source, ConfigSource::default_value);
    EXPECT_EQ(described(configs, "log.retention.ms").value, std::nullopt);
    EXPECT_EQ(chain(described(configs, "log.retention.minutes")),
              "log.retention.minutes=100/4 log.retention.hours=168/5 ");
    EXPECT_EQ(chain(described(configs, "log.retention.hours")), "log.retention.hours=168/5 ");
}

TEST(DescribedBroker, says_what_was_altered_before_what_it_was_started_with) {
    BrokerOptions broker;
    Overrides     own{{"max.connections", "5"}}, of_all{{"max.connections", "6"}, {"num.io.threads", "3"}};
    BrokerConfigs all{broker, own, of_all, broker};
    auto          configs = describe_broker(all);
    EXPECT_EQ(chain(described(configs, "max.connections")),
              "max.connections=5/2 max.connections=6/3 max.connections=2147483647/5 ");
    EXPECT_EQ(described(configs, "max.connections").value, "5");
    EXPECT_EQ(described(configs, "num.io.threads").source, ConfigSource::dynamic_default_broker);
    auto common = describe_all_brokers(all);
    EXPECT_EQ(common.size(), 2u);
    EXPECT_EQ(chain(described(common, "max.connections")), "max.connections=6/3 ");
}

TEST(DescribedGroup, has_the_brokers_values_under_shorter_names) {
    BrokerOptions broker;
    ASSERT_TRUE(find_broker_option("group.consumer.session.timeout.ms")->set(broker, "50000"));
    auto configs = describe_group(configs_of(broker));
    EXPECT_EQ(configs.size(), 17u);
    auto config = described(configs, "consumer.session.timeout.ms");
    EXPECT_EQ(config.value, "50000");
    EXPECT_EQ(chain(config),
              "group.consumer.session.timeout.ms=50000/4 group.consumer.session.timeout.ms=45000/5 ");
    EXPECT_EQ(chain(described(configs, "share.auto.offset.reset")), "share.auto.offset.reset=latest/5 ");
}

} // namespace
} // namespace riacho::broker
