#include "broker/config/config_change.hpp"

#include <gtest/gtest.h>

namespace riacho::broker {
namespace {

using Operation = ConfigChange::Operation;

std::expected<Overrides, std::string> changed(Overrides overrides, std::vector<ConfigChange> changes) {
    return with_changes(std::move(overrides), TopicConfig{}, changes);
}

std::string policy_after(Overrides overrides, Operation operation, std::string value) {
    auto after = changed(std::move(overrides), {{"cleanup.policy", operation, std::move(value)}});
    return after && after->contains("cleanup.policy") ? after->at("cleanup.policy") : "not set";
}

std::string problem_of(Overrides overrides) {
    auto config = checked_config(TopicConfig{}, overrides);
    return config ? "" : config.error();
}

TEST(ConfigChange, sets_and_takes_away_single_configurations) {
    Overrides before{{"retention.ms", "1"}, {"segment.ms", "2"}};
    auto      after = changed(before, {{"retention.ms", Operation::remove},
                                       {"segment.ms", Operation::set, "3"},
                                       {"retention.bytes", Operation::set, "4"}});
    EXPECT_EQ(*after, (Overrides{{"segment.ms", "3"}, {"retention.bytes", "4"}}));
    EXPECT_EQ(*changed(before, {{"cleanup.policy", Operation::remove}}), before);
    EXPECT_EQ(*changed(before, {}), before);
}

TEST(ConfigChange, appends_to_a_list_what_it_does_not_have) {
    EXPECT_EQ(policy_after({}, Operation::append, "compact"), "delete,compact") << "the default counts";
    EXPECT_EQ(policy_after({{"cleanup.policy", "compact"}}, Operation::append, "delete"), "compact,delete");
    EXPECT_EQ(policy_after({{"cleanup.policy", "compact"}}, Operation::append, "compact"), "compact");
    EXPECT_EQ(policy_after({}, Operation::append, "delete"), "delete") << "the topic's own from now on";
    EXPECT_EQ(policy_after({}, Operation::append, ""), "delete");
}

TEST(ConfigChange, subtracts_from_a_list_what_it_has) {
    EXPECT_EQ(policy_after({}, Operation::subtract, "compact"), "delete");
    EXPECT_EQ(policy_after({}, Operation::subtract, "delete"), "");
    EXPECT_EQ(policy_after({{"cleanup.policy", "compact,delete"}}, Operation::subtract, "compact"), "delete");
    EXPECT_EQ(policy_after({{"cleanup.policy", "compact,delete"}}, Operation::subtract, "delete, compact"),
              "");
}

TEST(ConfigChange, appends_to_lists_alone) {
    EXPECT_EQ(changed({}, {{"retention.ms", Operation::append, "1"}}).error(),
              "Can't APPEND to key retention.ms because its type is not LIST.");
    EXPECT_EQ(changed({}, {{"retention", Operation::subtract, "1"}}).error(),
              "Can't SUBTRACT to key retention because its type is not LIST.");
}

TEST(ConfigChange, takes_no_empty_items) {
    EXPECT_EQ(changed({}, {{"cleanup.policy", Operation::append, "compact,"}}).error(),
              "Configuration 'cleanup.policy' values must not be empty.");
    EXPECT_NE(problem_of({{"cleanup.policy", "compact,"}}), "");
    EXPECT_EQ(checked_config(TopicConfig{}, {{"cleanup.policy", "compact, compact"}})->cleanup_policy,
              std::vector<std::string>{"compact"});
}

TEST(CheckedConfig, refuses_what_contradicts_itself) {
    EXPECT_EQ(problem_of({{"min.compaction.lag.ms", "2000"}, {"max.compaction.lag.ms", "1000"}}),
              "conflict topic config setting min.compaction.lag.ms (2000) > max.compaction.lag.ms (1000)");
    EXPECT_EQ(problem_of({{"min.compaction.lag.ms", "1000"}, {"max.compaction.lag.ms", "1000"}}), "");
}

TEST(CheckedConfig, refuses_what_is_not_here) {
    EXPECT_TRUE(problem_of({{"remote.storage.enable", "true"}}).starts_with("Tiered Storage functionality"));
    EXPECT_EQ(problem_of({{"remote.storage.enable", "false"}}), "");
    EXPECT_NE(problem_of({{"compression.gzip.level", "0"}}), "");
}

TEST(CheckedConfig, takes_throttled_replicas_as_kafka_writes_them) {
    const char* name = "leader.replication.throttled.replicas";
    for (const char* value : {"", "*", "0:1", "0:1,12:34"})
        EXPECT_EQ(problem_of({{name, value}}), "") << value;
    for (const char* value : {"x", "0", "0:", ":1", "0:1,x", "*,0:1", "0:-1"})
        EXPECT_NE(problem_of({{name, value}}), "") << value;
}

TEST(CheckedConfig, refuses_unknown_names_and_values_of_its_options) {
    EXPECT_EQ(problem_of({{"retention", "1"}}), "Unknown topic config name: retention");
    EXPECT_NE(problem_of({{"retention.ms", "week"}}), "");
    EXPECT_EQ(problem_of({{"cleanup.policy", ""}}), "") << "as Kafka: nothing is ever removed";
}

} // namespace
} // namespace riacho::broker
