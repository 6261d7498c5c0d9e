#include "console/kind.hpp"

#include <gtest/gtest.h>

namespace riacho::console {
namespace {

kafka::ApiVersionsResponse with_apis(std::vector<std::int16_t> keys) {
    kafka::ApiVersionsResponse versions;
    for (std::int16_t key : keys)
        versions.api_keys.push_back({.api_key = key, .min_version = 0, .max_version = 1});
    return versions;
}

TEST(KindTest, goes_by_ids_numbers_and_features_and_says_nothing_otherwise) {
    constexpr std::string_view id = "MkU3OEVBNTcwNTJENDM2Qk";
    EXPECT_EQ(kind_of("redpanda.0e7a1a2b-3c4d", with_apis({0, 1})), "redpanda");
    EXPECT_EQ(kind_of("lkc-abc12", with_apis({0, 1})), "confluent");
    EXPECT_EQ(kind_of(id, with_apis({0, 1, 10'003})), "confluent");
    EXPECT_EQ(kind_of(id, with_apis({0, 1, 4, 5})), "kafka") << "with ZooKeeper";
    auto kraft = with_apis({0, 1, 68});
    EXPECT_EQ(kind_of(id, kraft), "");
    kraft.finalized_features.push_back({.name = "metadata.version", .max_version_level = 27});
    EXPECT_EQ(kind_of(id, kraft), "kafka");
}

} // namespace
} // namespace riacho::console
