#include "kafka/messages/offset_for_leader_epoch.hpp"
#include "scenario.hpp"

namespace riacho::scenarios {
namespace {

class Restart : public Scenario {
protected:
    void prepare(broker::BrokerOptions& options) override {
        options.store.wal_file_bytes = 64 << 10;
        options.store.wal_bytes_max = 1 << 20;
        options.wal_external_bytes = 8 << 10;
    }
};

kafka::OffsetForLeaderEpochResponse::Topic::Partition end_of_epoch(const Client& client, std::int32_t epoch) {
    kafka::OffsetForLeaderEpochRequest request;
    auto&                              topic = request.topics.emplace_back();
    topic.topic = "orders";
    auto& partition = topic.partitions.emplace_back();
    partition.partition = 0;
    partition.leader_epoch = epoch;
    return client.ask(std::move(request)).topics.at(0).partitions.at(0);
}

TEST_P(Restart, everything_acknowledged_is_there_after_every_end) {
    std::vector<Got> expected;
    Uuid             id;
    int              life = 0;
    for (LifeEnd how : {LifeEnd::power_cut, LifeEnd::kill, LifeEnd::clean, LifeEnd::clean, LifeEnd::kill,
                        LifeEnd::power_cut, LifeEnd::power_cut, LifeEnd::clean}) {
        {
            auto client = cluster_.connect();
            if (life++ == 0) id = create_topic(client, "orders", 1, {{"segment.bytes", "20000"}});
            for (std::size_t i = 0; i < 12; ++i) {
                // every fourth is external, and several fill a segment
                std::string value(i % 4 == 3 ? 9'000 : 700, static_cast<char>('a' + life));
                auto        offset = produce(client, "orders", 0, {value});
                ASSERT_EQ(offset, static_cast<std::int64_t>(expected.size()));
                expected.push_back({offset, value});
            }
        }
        cluster_.restart(how);
        auto client = cluster_.connect();
        EXPECT_EQ(look_up(client, "orders").topic_id, id);
        ASSERT_EQ(read_all(client, "orders", 0), expected) << "life " << life;
    }
}

TEST_P(Restart, a_checkpoint_in_the_middle_changes_nothing) {
    std::vector<Got> expected;
    for (LifeEnd how : {LifeEnd::power_cut, LifeEnd::kill, LifeEnd::clean}) {
        auto client = cluster_.connect();
        if (expected.empty()) create_topic(client, "orders", 1, {{"segment.bytes", "5000"}});
        for (int i = 0; i < 30; ++i) {
            std::string value = std::to_string(i) + std::string(300, 'x');
            expected.push_back({produce(client, "orders", 0, {value}), value});
            if (i % 10 == 9) cluster_.run(cluster_.broker().store().checkpoint());
        }
        cluster_.restart(how);
        ASSERT_EQ(read_all(cluster_.connect(), "orders", 0), expected);
    }
}

TEST_P(Restart, leader_epochs_rise_and_tell_where_each_life_ended) {
    {
        auto client = cluster_.connect();
        create_topic(client, "orders");
        produce(client, "orders", 0, {"a", "b"});
    }
    auto epoch_now = [&](const Client& client) {
        return look_up(client, "orders").partitions.at(0).leader_epoch;
    };
    std::int32_t first = epoch_now(cluster_.connect());
    cluster_.restart(LifeEnd::power_cut);
    auto         client = cluster_.connect();
    std::int32_t second = epoch_now(client);
    EXPECT_GT(second, first);
    produce(client, "orders", 0, {"c"});
    auto ended = end_of_epoch(client, first);
    EXPECT_EQ(ended.error_code, ErrorCode::none);
    EXPECT_EQ(ended.leader_epoch, first);
    EXPECT_EQ(ended.end_offset, 2);
    EXPECT_EQ(end_of_epoch(client, second).end_offset, 3);
    auto stale = fetch_request("orders", 0, {});
    stale.topics[0].partitions[0].current_leader_epoch = first;
    EXPECT_EQ(answer_in(client.ask_in(fetch_by_name, stale)).error_code, ErrorCode::fenced_leader_epoch);
}

TEST_P(Restart, a_diverging_reader_is_told_where_its_history_left_ours) {
    auto client = cluster_.connect();
    create_topic(client, "orders");
    produce(client, "orders", 0, {"a", "b"});
    std::int32_t epoch = look_up(client, "orders").partitions.at(0).leader_epoch;
    auto         ahead = fetch_request("orders", 0, {.offset = 2});
    ahead.topics[0].partitions[0].last_fetched_epoch = epoch;
    EXPECT_EQ(answer_in(client.ask_in(fetch_by_name, ahead)).diverging_epoch.end_offset, -1);
    ahead.topics[0].partitions[0].fetch_offset = 5;
    EXPECT_EQ(answer_in(client.ask_in(fetch_by_name, ahead)).diverging_epoch.end_offset, 2);
}

TEST_P(Restart, a_folder_is_held_by_one_broker_at_a_time) {
    auto           world = cluster_.world().world();
    broker::Broker other(world, cluster_.options());
    auto           started = cluster_.run(other.start(cluster_.world().folder()));
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, storage::StoreError::in_use);
}

TEST_P(Restart, the_cluster_keeps_its_id) {
    std::string id = cluster_.broker().cluster_id();
    for (LifeEnd how : {LifeEnd::power_cut, LifeEnd::clean, LifeEnd::kill}) {
        cluster_.restart(how);
        EXPECT_EQ(cluster_.broker().cluster_id(), id);
    }
}

TEST_P(Restart, with_durability_os_a_kill_loses_nothing_and_a_power_cut_no_more_than_the_end) {
    cluster_.options().store.durability = storage::Durability::os;
    cluster_.restart(LifeEnd::clean);
    {
        auto client = cluster_.connect();
        create_topic(client, "orders");
        produce(client, "orders", 0, {"a", "b"});
    }
    cluster_.restart(LifeEnd::kill);
    EXPECT_EQ(read_all(cluster_.connect(), "orders", 0), (std::vector<Got>{{0, "a"}, {1, "b"}}));
    produce(cluster_.connect(), "orders", 0, {"c"});
    cluster_.restart(LifeEnd::power_cut); // it starts, with a prefix
    auto client = cluster_.connect();
    auto left = read_all(client, "orders", 0);
    ASSERT_LE(left.size(), 3u);
    for (std::size_t i = 0; i < left.size(); ++i) EXPECT_EQ(left[i].offset, static_cast<std::int64_t>(i));
}

} // namespace
RIACHO_SCENARIOS(Restart);
} // namespace riacho::scenarios
