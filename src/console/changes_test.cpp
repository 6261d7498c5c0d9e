#include "console/changes.hpp"

#include <gtest/gtest.h>

namespace riacho::console {
namespace {

using namespace std::chrono_literals;

TopicPicture topic(std::string name, std::vector<std::optional<std::int64_t>> ends) {
    TopicPicture made{std::move(name), {}, false, {}};
    for (std::size_t i = 0; i < ends.size(); ++i) {
        PartitionPicture& partition = made.partitions.emplace_back();
        partition.index = static_cast<std::int32_t>(i);
        partition.leader = 1;
        partition.start = 0;
        partition.end = ends[i];
    }
    return made;
}

/// At `at`, with topic "orders" and group "billing" of these ends and offsets.
Picture picture(Time at, std::vector<std::optional<std::int64_t>> ends, std::vector<std::int64_t> committed) {
    Picture made;
    made.taken = at;
    made.are_groups_known = true;
    made.topics["orders"] = topic("orders", std::move(ends));
    GroupPicture& group = made.groups["billing"];
    group.id = "billing";
    for (std::size_t i = 0; i < committed.size(); ++i)
        group.offsets.push_back({"orders", static_cast<std::int32_t>(i), committed[i]});
    return made;
}

constexpr std::nullopt_t unknown = std::nullopt;

TEST(ChangesTest, are_what_ends_and_offsets_moved_in_a_second) {
    Changes changes = changes_between(picture(10s, {100, 0}, {5, 0}), picture(20s, {150, 50}, {45, 0}));
    EXPECT_EQ(Changes::of(changes.in_topic, "orders"), 10);
    EXPECT_EQ(changes.in, 10);
    EXPECT_EQ(Changes::of(changes.out_group, "billing"), 4);
    EXPECT_EQ(Changes::of(changes.out_topic, "orders"), 4);
    EXPECT_EQ(Changes::of(changes.out_group_topic.at("billing"), "orders"), 4);
    EXPECT_EQ(changes.out, 4);
    EXPECT_EQ(Changes::of(changes.in_topic, "nix"), unknown);
}

TEST(ChangesTest, are_zero_where_nothing_moved_or_nothing_is_there) {
    Changes still = changes_between(picture(10s, {100}, {5}), picture(20s, {100}, {5}));
    EXPECT_EQ(still.in, 0);
    EXPECT_EQ(still.out, 0);
    Picture empty, later;
    empty.are_groups_known = later.are_groups_known = true;
    later.taken = 10s;
    EXPECT_EQ(changes_between(empty, later).in, 0);
    EXPECT_EQ(changes_between(empty, later).out, 0);
    later.are_groups_known = false;
    EXPECT_EQ(changes_between(empty, later).out, unknown);
}

TEST(ChangesTest, are_unknown_where_an_offset_goes_back_or_is_not_told) {
    Picture before = picture(10s, {100, 7}, {50, 1});
    for (auto& ends : {std::vector<std::optional<std::int64_t>>{99, 8}, {unknown, 8}, {200}}) {
        Changes changes = changes_between(before, picture(20s, ends, {49, 3}));
        EXPECT_EQ(Changes::of(changes.in_topic, "orders"), unknown);
        EXPECT_EQ(changes.in, unknown);
        EXPECT_EQ(Changes::of(changes.out_group, "billing"), unknown);
        EXPECT_EQ(changes.out, unknown);
    }
    Changes first = changes_between(picture(10s, {1}, {}), picture(20s, {1}, {1}));
    EXPECT_EQ(first.out, unknown) << "a first commit tells of no way that was gone";
}

TEST(ChangesTest, are_unknown_for_a_topic_that_was_made_again) {
    Picture before = picture(10s, {100}, {}), now = picture(20s, {500}, {});
    now.topics["orders"].id.bytes[0] = std::byte{7};
    before.topics["other"] = topic("other", {1});
    now.topics["other"] = topic("other", {11});
    Changes changes = changes_between(before, now);
    EXPECT_EQ(Changes::of(changes.in_topic, "orders"), unknown);
    EXPECT_EQ(changes.in, 1) << "of what is known";
}

TEST(ChangesTest, count_what_added_partitions_have_and_leave_out_those_without_a_leader) {
    Picture before = picture(10s, {100, 5}, {}), now = picture(20s, {110, unknown, 20}, {});
    now.topics["orders"].partitions[1].leader = -1;
    EXPECT_EQ(changes_between(before, now).in, 3);
}

TEST(ChangesTest, do_not_count_kafkas_own_topics_in_the_clusters) {
    Picture before = picture(10s, {100}, {}), now = picture(20s, {110}, {});
    before.topics["__consumer_offsets"] = topic("__consumer_offsets", {1});
    now.topics["__consumer_offsets"] = topic("__consumer_offsets", {101});
    now.topics["__consumer_offsets"].is_internal = true;
    Changes changes = changes_between(before, now);
    EXPECT_EQ(changes.in, 1);
    EXPECT_EQ(Changes::of(changes.in_topic, "__consumer_offsets"), 10);
}

} // namespace
} // namespace riacho::console
