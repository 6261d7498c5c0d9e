#include "console/attention.hpp"

#include <gtest/gtest.h>

namespace riacho::console {
namespace {

PartitionPicture partition(std::int32_t leader, std::vector<std::int32_t> in_sync) {
    PartitionPicture made;
    made.leader = leader;
    made.replicas = {1, 2};
    made.in_sync = std::move(in_sync);
    made.start = 10;
    made.end = 30;
    return made;
}

/// Two brokers, a topic of one partition, all well.
Picture healthy() {
    Picture picture;
    picture.controller = 1;
    picture.brokers = {{1, "a", 9092, {}}, {2, "b", 9092, {}}};
    picture.topics["orders"] = {"orders", {}, false, {partition(1, {1, 2})}};
    return picture;
}

std::vector<std::string> codes(const Picture& picture) {
    std::vector<std::string> found;
    for (const Attention& one : attention_in({picture, "prod"}))
        found.push_back(std::string(one.code) + " " + one.name);
    return found;
}

using Codes = std::vector<std::string>;

TEST(Attention, is_not_asked_for_where_all_is_well) { EXPECT_EQ(codes(healthy()), Codes{}); }

TEST(Attention, names_what_is_missing_the_most_severe_first) {
    Picture picture = healthy();
    picture.topics["payments"] = {"payments", {}, false, {partition(-1, {})}};
    picture.topics["orders"].partitions[0].in_sync = {1};
    picture.brokers.pop_back();
    picture.controller = -1;
    EXPECT_EQ(codes(picture), (Codes{"no_controller prod", "broker_down 2", "offline_partition payments",
                                     "under_replicated orders"}));
    Attention behind = attention_in({picture, "prod"}).back();
    EXPECT_EQ(behind.values, (decltype(behind.values){{"partitions", "1"}}));
    EXPECT_EQ(behind.detail, "One partition of orders has fewer replicas in sync than it should.");
}

TEST(Attention, looks_at_the_folders_of_brokers) {
    Picture                        picture = healthy();
    kafka::DescribeLogDirsResponse full, failed;
    full.results.resize(1);
    full.results[0].log_dir = "/data";
    full.results[0].total_bytes = 1'000'000;
    full.results[0].usable_bytes = 99'999;
    failed.results = full.results;
    failed.results[0].usable_bytes = 500'000;
    failed.results[0].error_code = kafka::ErrorCode::kafka_storage_error;
    picture.log_folders = {{1, full}, {2, failed}};
    EXPECT_EQ(codes(picture), (Codes{"disk_full 1", "log_folder_failed 2"}));
    full.results[0].usable_bytes = 100'000;
    picture.log_folders = {{1, full}};
    EXPECT_EQ(codes(picture), Codes{}) << "a tenth is enough";
}

TEST(Attention, sees_a_group_that_nobody_works_for_while_messages_wait) {
    Picture       picture = healthy();
    GroupPicture& group = picture.groups["billing"];
    group.id = "billing";
    group.state = "Empty";
    group.offsets = {{"orders", 0, 25}};
    EXPECT_EQ(picture.lag_of(group), 5);
    EXPECT_EQ(codes(picture), Codes{"group_without_members billing"});
    group.offsets = {{"orders", 0, 3}};
    EXPECT_EQ(picture.lag_of(group), 20) << "what was deleted waits for nobody";
    group.offsets = {{"orders", 0, 30}};
    EXPECT_EQ(codes(picture), Codes{});
    group.offsets = {{"orders", 0, 31}, {"gone", 0, 1}};
    EXPECT_EQ(picture.lag_of(group), 0);
    EXPECT_EQ(picture.lag_of(group, "gone"), std::nullopt);
}

TEST(Attention, tells_who_refuses_producers_from_who_has_only_lost_a_replica) {
    Picture picture = healthy();
    auto&   orders = picture.topics["orders"];
    orders.partitions[0].in_sync = {1};
    orders.min_isr = 1;
    EXPECT_EQ(codes(picture), Codes{"under_replicated orders"});
    orders.min_isr = 2;
    EXPECT_EQ(codes(picture), Codes{"under_min_isr orders"});
    EXPECT_EQ(attention_in({picture, "prod"})[0].values,
              (decltype(Attention::values){{"partitions", "1"}, {"min_isr", "2"}}));
}

TEST(Attention, sees_committed_offsets_where_nothing_is_any_more) {
    Picture       picture = healthy();
    GroupPicture& group = picture.groups["billing"];
    group.id = "billing";
    group.members.resize(1);
    for (std::int64_t inside : {10, 30}) {
        group.offsets = {{"orders", 0, inside}};
        EXPECT_EQ(codes(picture), Codes{}) << inside;
    }
    for (std::int64_t outside : {9, 31}) {
        group.offsets = {{"orders", 0, outside}, {"gone", 0, 1}};
        EXPECT_EQ(codes(picture), Codes{"offset_out_of_range billing"}) << outside;
    }
    EXPECT_EQ(attention_in({picture, "prod"})[0].severity, Attention::Severity::warning);
    group.members.clear();
    EXPECT_EQ(attention_in({picture, "prod"})[0].severity, Attention::Severity::info)
        << "nobody is hit by it now";
}

TEST(Attention, sees_leaders_that_crowd_on_a_broker_and_topics_without_a_second_replica) {
    Picture picture = healthy();
    auto&   orders = picture.topics["orders"].partitions;
    orders.assign(40, partition(1, {1, 2}));
    for (std::size_t i = 0; i < 10; ++i) orders[i].leader = 2;
    EXPECT_EQ(codes(picture), Codes{}) << "30 of 40 are half more than its share, not more than that";
    orders[0].leader = 1;
    EXPECT_EQ(codes(picture), Codes{"leaders_unbalanced 1"});
    EXPECT_EQ(attention_in({picture, "prod"})[0].values[0].second, "77");
    for (PartitionPicture& one : orders) one.leader = 1 + (&one - orders.data()) % 2;
    picture.topics["logs"] = {"logs", {}, false, {partition(1, {1})}};
    picture.topics["logs"].partitions[0].replicas = {1};
    EXPECT_EQ(codes(picture), Codes{"single_replica prod"});
    picture.brokers.pop_back();
    picture.topics.erase("orders");
    EXPECT_EQ(codes(picture), Codes{}) << "one broker cannot do better";
}

/// Half an hour of samples, each as `sampled` says of its number.
class AttentionOverTime : public ::testing::Test {
protected:
    AttentionOverTime() { picture_.groups["billing"].id = "billing"; }

    template <class Sampled> void sample(int count, Sampled sampled) {
        for (int i = 0; i < count; ++i) {
            history_.begin(History::step * ++slot_);
            sampled(i);
        }
    }
    void sample_lag(int count, double first, double each) {
        sample(count, [&](int i) { history_.put({Metric::lag, "", "billing"}, first + each * i); });
    }
    std::vector<Attention> found() { return attention_in({picture_, "prod", &history_}); }
    Codes                  found_codes() {
        Codes listed;
        for (const Attention& one : found()) listed.push_back(std::string(one.code) + " " + one.name);
        return listed;
    }

    Picture picture_ = healthy();
    History history_;
    int     slot_ = 60;
};

TEST_F(AttentionOverTime, sees_lag_that_grows_minute_by_minute) {
    sample_lag(12, 1000, 50);
    EXPECT_EQ(found_codes(), Codes{}) << "two minutes are no trend";
    sample_lag(30, 2000, 50);
    EXPECT_EQ(found_codes(), Codes{"lag_grows billing"});
    EXPECT_EQ(found()[0].values, (decltype(Attention::values){{"lag", "3450"}, {"per_minute", "300"}}));
    sample_lag(6, 3450, 0);
    EXPECT_EQ(found_codes(), Codes{}) << "it stands still";
    sample_lag(60, 1, 1);
    EXPECT_EQ(found_codes(), Codes{}) << "so little is no worry";
}

TEST_F(AttentionOverTime, takes_no_gap_for_a_trend) {
    sample_lag(30, 1000, 50);
    EXPECT_EQ(found_codes(), Codes{"lag_grows billing"});
    history_.note_gap();
    slot_ += 12;
    sample_lag(6, 9000, 50);
    EXPECT_EQ(found_codes(), Codes{});
}

TEST_F(AttentionOverTime, sees_a_group_that_comes_to_no_rest) {
    auto rebalancing = [&](int i) { history_.put({Metric::rebalancing, "", "billing"}, i % 3 ? 1 : 0); };
    sample(11, rebalancing);
    EXPECT_EQ(found_codes(), Codes{});
    sample(20, rebalancing);
    EXPECT_EQ(found_codes(), Codes{"group_keeps_rebalancing billing"});
    EXPECT_EQ(found()[0].values[0].second, "65");
    sample(30, [&](int i) { history_.put({Metric::rebalancing, "", "billing"}, i == 0 ? 1 : 0); });
    EXPECT_EQ(found_codes(), Codes{});
}

TEST_F(AttentionOverTime, sees_messages_that_come_to_where_nobody_could_work_on_them) {
    for (std::string name : {"orders.DLQ", "orders-dlt", "dlq.orders", "orders_dead_letter", "orders.dlqx"})
        picture_.topics[name] = {name, {}, false, {partition(1, {1, 2})}};
    sample(30, [&](int i) {
        for (const auto& [name, topic] : picture_.topics)
            history_.put({Metric::messages_in, name}, i == 20 ? 0.2 : 0);
    });
    EXPECT_EQ(found_codes(), (Codes{"dead_letters dlq.orders", "dead_letters orders-dlt",
                                    "dead_letters orders.DLQ", "dead_letters orders_dead_letter"}));
    EXPECT_EQ(found()[0].values[0].second, "2");
    sample(40, [&](int) {
        for (const auto& [name, topic] : picture_.topics) history_.put({Metric::messages_in, name}, 0);
    });
    EXPECT_EQ(found_codes(), Codes{}) << "they came long ago";
}

} // namespace
} // namespace riacho::console
