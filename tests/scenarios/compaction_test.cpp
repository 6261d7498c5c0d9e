#include "kafka/batch/batch_builder.hpp"
#include "kafka/batch/record_cursor.hpp"
#include "scenario.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <map>
#include <optional>

namespace riacho::scenarios {
namespace {

class Compaction : public Scenario {
protected:
    void prepare(broker::BrokerOptions& options) override {
        options.store.cleaner.backoff_ms = 15s;
        options.store.checkpoint_interval_ms = 60s;
    }
    std::int64_t put(const Client& client, std::string key, std::optional<std::string> value) {
        kafka::BatchBuilder builder({});
        kafka::NewRecord    record{.timestamp = cluster_.wall(), .key = as_bytes(key)};
        if (value) record.value = as_bytes(*value);
        builder.add(record);
        auto answer = produce_batch(client, "state", 0, builder.build());
        EXPECT_EQ(answer.error_code, ErrorCode::none);
        return answer.base_offset;
    }
    /// What a consumer that begins at the start makes of it.
    std::map<std::string, std::string> table(const Client& client) {
        std::map<std::string, std::string> rows;
        records_ = 0;
        std::int64_t end = list_offset(client, "state", 0, latest).offset;
        for (std::int64_t at = list_offset(client, "state", 0, earliest).offset; at < end;) {
            FetchAnswer        answer = fetch(client, "state", 0, {.offset = at});
            kafka::BatchCursor batches(answer.records->view());
            std::int64_t       before = at;
            while (auto batch = batches.next()) {
                auto cursor = kafka::RecordCursor::open(*batch, 1 << 20);
                while (const kafka::Record* record = cursor->next()) {
                    std::string key(as_text(*record->key));
                    ++records_;
                    if (record->value)
                        rows[key] = as_text(*record->value);
                    else
                        rows.erase(key);
                }
                at = batch->next_offset().value;
            }
            EXPECT_GT(at, before);
            if (at <= before) break;
        }
        return rows;
    }
    std::size_t records_ = 0; // that the last look found
};

TEST_P(Compaction, a_reader_from_the_start_builds_the_same_table_from_fewer_records) {
    auto client = cluster_.connect();
    create_topic(
        client, "state", 1,
        {{"cleanup.policy", "compact"}, {"segment.bytes", "4000"}, {"delete.retention.ms", "60000"}});
    std::map<std::string, std::string> expected;
    for (int i = 0; i < 300; ++i) {
        std::string key = fmt::format("user-{}", i * 7 % 20);
        if (i % 9 == 8) {
            put(client, key, std::nullopt);
            expected.erase(key);
        } else {
            put(client, key, fmt::format("{}-{}", i, std::string(100, 'x')));
            expected[key] = fmt::format("{}-{}", i, std::string(100, 'x'));
        }
    }
    EXPECT_EQ(table(client), expected);
    EXPECT_EQ(records_, 300u);
    cluster_.run_for(5min);
    client = cluster_.connect();
    EXPECT_EQ(table(client), expected);
    EXPECT_LT(records_, 80u) << "by itself: nobody asked for it";
    EXPECT_EQ(list_offset(client, "state", 0, latest).offset, 300);
    EXPECT_EQ(list_offset(client, "state", 0, earliest).offset, 0);
    EXPECT_EQ(put(client, "new", "1"), 300);
    expected["new"] = "1";
    for (LifeEnd how : {LifeEnd::power_cut, LifeEnd::kill, LifeEnd::clean}) {
        cluster_.restart(how);
        client = cluster_.connect();
        EXPECT_EQ(table(client), expected);
        EXPECT_LT(records_, 80u);
    }
    EXPECT_TRUE(
        cluster_.world().disk().content(cluster_.world().folder() + "/log/cleaner-offset-checkpoint"));
}

TEST_P(Compaction, a_topic_without_the_policy_keeps_everything) {
    auto client = cluster_.connect();
    create_topic(client, "state", 1, {{"segment.bytes", "4000"}});
    for (int i = 0; i < 100; ++i) put(client, "same", std::string(100, 'x'));
    cluster_.run_for(5min);
    table(cluster_.connect());
    EXPECT_EQ(records_, 100u);
}

TEST_P(Compaction, idempotent_producers_go_on_where_they_were) {
    auto client = cluster_.connect();
    create_topic(client, "state", 1, {{"cleanup.policy", "compact"}, {"segment.bytes", "3000"}});
    std::int64_t producer = new_producer_id(client);
    auto         send = [&](std::int32_t sequence) {
        kafka::BatchBuilder builder(
            {.producer_id = ProducerId{producer}, .producer_epoch = 0, .base_sequence = sequence});
        std::string value(100, 'v');
        builder.add({.timestamp = {1'000}, .key = as_bytes("k"), .value = as_bytes(value)});
        return produce_batch(cluster_.connect(), "state", 0, builder.build());
    };
    for (std::int32_t i = 0; i < 60; ++i) ASSERT_EQ(send(i).base_offset, i);
    for (int i = 0; i < 60; ++i) put(client, "k", std::string(100, 'w'));
    cluster_.run_for(5min);
    EXPECT_EQ(send(59).base_offset, 59) << "a duplicate of what was compacted away";
    cluster_.restart(LifeEnd::power_cut);
    EXPECT_EQ(send(58).base_offset, 58);
    EXPECT_EQ(send(62).error_code, ErrorCode::out_of_order_sequence_number);
    EXPECT_EQ(send(60).base_offset, 120);
}

TEST_P(Compaction, produce_goes_on_and_a_topic_may_go_in_the_middle_of_it) {
    auto client = cluster_.connect();
    create_topic(client, "state", 1, {{"cleanup.policy", "compact,delete"}, {"segment.bytes", "4000"}});
    for (int round = 0; round < 20; ++round) {
        for (int i = 0; i < 20; ++i) put(client, fmt::format("user-{}", i % 3), std::string(100, 'x'));
        cluster_.run_for(round % 2 == 0 ? 3s : 20s);
        client = cluster_.connect();
    }
    EXPECT_EQ(table(client).size(), 3u);
    delete_topic(client, "state");
    cluster_.run_for(1min);
    client = cluster_.connect();
    create_topic(client, "state", 1, {{"cleanup.policy", "compact"}});
    EXPECT_EQ(put(client, "first", "1"), 0);
    cluster_.run_for(1min);
    EXPECT_EQ(table(cluster_.connect()).size(), 1u);
}

} // namespace
RIACHO_SCENARIOS(Compaction);
} // namespace riacho::scenarios
