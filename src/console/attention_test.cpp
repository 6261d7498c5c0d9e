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
    for (const Attention& one : attention_in(picture, "prod"))
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
    Attention behind = attention_in(picture, "prod").back();
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
    group.described.group_state = "Empty";
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

} // namespace
} // namespace riacho::console
