#include "broker/server/api.hpp"
#include "broker/server/api_versions.hpp"
#include "kafka/messages/all.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <set>

namespace riacho::broker {
namespace {

using kafka::ApiKey;

TEST(ApiTable, is_sorted_by_key_without_duplicates) {
    auto table = api_table();
    auto key_of = [](const ApiRow& row) { return static_cast<std::int16_t>(row.api.key); };
    EXPECT_TRUE(std::ranges::is_sorted(table, {}, key_of));
    EXPECT_EQ(std::ranges::adjacent_find(table, {}, key_of), table.end());
    for (const ApiRow& row : table) EXPECT_EQ(find_api(key_of(row)), &row);
    EXPECT_EQ(find_api(-1), nullptr);
    EXPECT_EQ(find_api(4), nullptr); // LeaderAndIsr: between brokers only
}

TEST(ApiTable, serves_every_api_of_the_first_cut_at_the_versions_of_its_schema) {
    const std::set<std::int16_t> expected{0,  1,  2,  3,  8,  9,  10, 11, 12, 13, 14, 15, 16, 18,
                                          19, 20, 21, 22, 23, 32, 33, 35, 37, 42, 44, 47, 60};
    std::set<std::int16_t>       served;
    for (const ApiRow& row : api_table()) served.insert(static_cast<std::int16_t>(row.api.key));
    EXPECT_EQ(served, expected);
    EXPECT_EQ(find_api(0)->api.versions, kafka::ProduceRequest::api.versions);
    EXPECT_EQ(find_api(1)->api.versions, kafka::FetchRequest::api.versions);
    EXPECT_EQ(find_api(18)->api.versions, kafka::ApiVersionsRequest::api.versions);
}

TEST(ApiTable, lets_only_produce_go_on_before_it_is_answered) {
    for (const ApiRow& row : api_table())
        EXPECT_EQ(row.overlap == Overlap::while_waiting, row.api.key == ApiKey::produce) << row.api.name;
}

TEST(ApiVersionsAnswer, names_the_versions_that_are_served_and_produce_from_0) {
    auto response = api_versions_response(kafka::ErrorCode::none);
    ASSERT_EQ(response.api_keys.size(), api_table().size());
    for (std::size_t i = 0; i < response.api_keys.size(); ++i) {
        const ApiRow& row = api_table()[i];
        const auto&   said = response.api_keys[i];
        EXPECT_EQ(said.api_key, static_cast<std::int16_t>(row.api.key));
        EXPECT_EQ(said.max_version, row.api.versions.high);
        EXPECT_EQ(said.min_version, row.api.key == ApiKey::produce ? 0 : row.api.versions.low);
    }
    EXPECT_TRUE(response.supported_features.empty()); // a Java client before 3.9 stops at lowest version 0
}

} // namespace
} // namespace riacho::broker
