#include "console/configs.hpp"

#include <gtest/gtest.h>

namespace riacho::console {
namespace {

TEST(Configs, of_topics_come_from_the_brokers_under_kafkas_names) {
    EXPECT_EQ(broker_config_name("retention.ms"), "log.retention.ms");
    EXPECT_EQ(broker_config_name("segment.ms"), "log.roll.ms");
    EXPECT_EQ(broker_config_name("max.message.bytes"), "message.max.bytes");
    EXPECT_EQ(broker_config_name("min.insync.replicas"), "min.insync.replicas");
}

TEST(Configs, are_shown_with_where_they_come_from_and_what_they_may_be) {
    DescribedConfig config;
    config.name = "compression.type";
    config.value = "zstd";
    config.config_source = 1;
    config.config_type = 2;
    config.synonyms = {{"compression.type", "zstd", 1}, {"compression.type", "producer", 5}};
    EXPECT_EQ(data::write_json(config_json(config)),
              R"({"name":"compression.type","value":"zstd","default":"producer","source":"topic",)"
              R"("type":"string","sensitive":false,"read_only":false,"documentation":null,)"
              R"("choices":["producer","uncompressed","gzip","snappy","lz4","zstd"],"synonyms":[)"
              R"({"name":"compression.type","value":"zstd","source":"topic"},)"
              R"({"name":"compression.type","value":"producer","source":"default"}]})");
}

} // namespace
} // namespace riacho::console
