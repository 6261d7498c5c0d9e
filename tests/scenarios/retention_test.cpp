#include "scenario.hpp"

#include <algorithm>

namespace riacho::scenarios {
namespace {

class Retention : public Scenario {
protected:
    std::int64_t start_of(const Client& client) { return list_offset(client, "orders", 0, earliest).offset; }
    std::size_t  segments() {
        auto files = cluster_.world().disk().files();
        return static_cast<std::size_t>(std::ranges::count_if(files, [](const std::string& path) {
            return path.find("/orders-0/") != std::string::npos && path.ends_with(".log");
        }));
    }
};

TEST_P(Retention, records_older_than_retention_ms_are_gone_after_some_days) {
    create_topic(cluster_.connect(), "orders", 1, {{"retention.ms", "172800000"}, {"segment.ms", "3600000"}});
    for (int hour = 0; hour < 4 * 24; hour += 2) {
        EXPECT_EQ(produce(cluster_.connect(), "orders", 0, {std::to_string(hour)}), hour / 2);
        cluster_.run_for(2h);
    }
    auto client = cluster_.connect();
    auto left = read_all(client, "orders", 0);
    ASSERT_FALSE(left.empty());
    EXPECT_EQ(left.front().offset, start_of(client));
    EXPECT_GE(left.size(), 23u); // two days, and what waits for the next look
    EXPECT_LE(left.size(), 26u);
    EXPECT_EQ(fetch(client, "orders", 0, {.offset = 0}).error_code, ErrorCode::offset_out_of_range);
    cluster_.run(cluster_.broker().store().checkpoint());
    EXPECT_LE(segments(), 26u);

    cluster_.run_for(3 * 24h);
    client = cluster_.connect();
    EXPECT_TRUE(read_all(client, "orders", 0).empty());
    EXPECT_EQ(start_of(client), 48);
    EXPECT_EQ(produce(client, "orders", 0, {"new"}), 48);
}

TEST_P(Retention, a_partition_keeps_about_retention_bytes) {
    auto client = cluster_.connect();
    create_topic(client, "orders", 1, {{"retention.bytes", "20000"}, {"segment.bytes", "5000"}});
    for (int i = 0; i < 100; ++i) produce(client, "orders", 0, {std::string(1'000, 'x')});
    cluster_.run_for(6min);
    std::int64_t start = start_of(client);
    EXPECT_GE(start, 70);
    EXPECT_LE(start, 85);
    EXPECT_EQ(read_all(client, "orders", 0).front().offset, start);
}

TEST_P(Retention, what_is_gone_stays_gone_over_a_power_cut) {
    {
        auto client = cluster_.connect();
        create_topic(client, "orders", 1, {{"retention.bytes", "5000"}, {"segment.bytes", "2000"}});
        for (int i = 0; i < 20; ++i) produce(client, "orders", 0, {std::string(1'000, 'x')});
    }
    cluster_.run_for(6min);
    std::int64_t start = start_of(cluster_.connect());
    EXPECT_GT(start, 0);
    for (LifeEnd how : {LifeEnd::power_cut, LifeEnd::clean, LifeEnd::kill}) {
        cluster_.restart(how);
        auto client = cluster_.connect();
        EXPECT_EQ(start_of(client), start);
        EXPECT_EQ(read_all(client, "orders", 0).size(), static_cast<std::size_t>(20 - start));
    }
}

TEST_P(Retention, a_partition_that_nobody_has_used_since_a_start_is_retained_too) {
    create_topic(cluster_.connect(), "orders", 1, {{"retention.ms", "172800000"}, {"segment.ms", "3600000"}});
    for (int i = 0; i < 3; ++i) {
        produce(cluster_.connect(), "orders", 0, {"x"});
        cluster_.run_for(2h);
    }
    for (LifeEnd how : {LifeEnd::clean, LifeEnd::kill}) {
        cluster_.restart(how);
        EXPECT_EQ(segments(), 3u);
    }
    cluster_.run_for(4 * 24h);
    cluster_.run(cluster_.broker().store().checkpoint());
    EXPECT_EQ(segments(), 0u);
    EXPECT_EQ(start_of(cluster_.connect()), 3);
}

TEST_P(Retention, without_a_limit_everything_stays) {
    create_topic(cluster_.connect(), "orders", 1, {{"retention.ms", "-1"}, {"segment.ms", "3600000"}});
    for (int i = 0; i < 5; ++i) {
        produce(cluster_.connect(), "orders", 0, {"x"});
        cluster_.run_for(10 * 24h);
    }
    EXPECT_EQ(read_all(cluster_.connect(), "orders", 0).size(), 5u);
}

} // namespace
RIACHO_SCENARIOS(Retention);
} // namespace riacho::scenarios
