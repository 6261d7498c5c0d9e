#include "broker/metadata/image.hpp"

#include <gtest/gtest.h>

namespace riacho::broker {
namespace {

Uuid id_of(std::uint8_t number) {
    Uuid id;
    id.bytes[15] = std::byte{number};
    return id;
}

Topic topic_named(std::string name, std::uint8_t id, std::int32_t partitions = 1) {
    Topic topic;
    topic.name = std::move(name);
    topic.id = id_of(id);
    topic.partitions = partitions;
    return topic;
}

TEST(Image, has_no_topic_at_first) {
    Image image;
    EXPECT_EQ(image.find("orders"), nullptr);
    EXPECT_EQ(image.find(id_of(1)), nullptr);
    EXPECT_TRUE(image.topics().empty());
}

TEST(Image, finds_a_topic_by_its_name_and_by_its_id) {
    Image image;
    image.apply(TopicCreated{topic_named("orders", 1, 3)});
    ASSERT_NE(image.find("orders"), nullptr);
    EXPECT_EQ(image.find("orders"), image.find(id_of(1)));
    EXPECT_TRUE(image.find("orders")->has(2));
    EXPECT_FALSE(image.find("orders")->has(3));
    EXPECT_FALSE(image.find("orders")->has(-1));
}

TEST(Image, lists_topics_in_the_order_of_their_names) {
    Image image;
    for (const char* name : {"b", "c", "a"})
        image.apply(TopicCreated{topic_named(name, static_cast<std::uint8_t>(name[0]))});
    std::string names;
    for (const auto& [name, topic] : image.topics()) names += name;
    EXPECT_EQ(names, "abc");
}

TEST(Image, keeps_a_deleted_topic_as_it_was_for_whoever_holds_it) {
    Image image;
    image.apply(TopicCreated{topic_named("orders", 1)});
    auto held = image.find("orders");
    image.apply(TopicDeleted{id_of(1)});
    EXPECT_EQ(image.find("orders"), nullptr);
    EXPECT_EQ(image.find(id_of(1)), nullptr);
    EXPECT_EQ(held->name, "orders");
}

TEST(Image, forgets_only_the_old_one_of_two_lives_of_a_name) {
    Image image;
    image.apply(TopicCreated{topic_named("orders", 1)});
    image.apply(TopicDeleted{id_of(1)});
    image.apply(TopicCreated{topic_named("orders", 2)});
    image.apply(TopicDeleted{id_of(1)});
    ASSERT_NE(image.find("orders"), nullptr);
    EXPECT_EQ(image.find("orders")->id, id_of(2));
    EXPECT_EQ(image.find(id_of(1)), nullptr);
}

TEST(Image, knows_a_topic_that_it_has_lost_from_one_that_it_does_not_have_yet) {
    Image ahead, behind;
    ahead.apply(TopicCreated{topic_named("orders", 1)});
    auto orders = ahead.find("orders");
    EXPECT_FALSE(ahead.has_lost(*orders));
    EXPECT_FALSE(behind.has_lost(*orders));
    behind.apply(TopicCreated{topic_named("orders", 1)});
    EXPECT_FALSE(behind.has_lost(*orders));
    behind.apply(TopicDeleted{id_of(1)});
    EXPECT_TRUE(behind.has_lost(*orders));
    behind.apply(TopicCreated{topic_named("orders", 2)});
    EXPECT_TRUE(behind.has_lost(*orders));
}

TEST(Image, gives_an_altered_topic_and_the_old_one_to_whoever_holds_it) {
    Image image;
    image.apply(TopicCreated{topic_named("orders", 1, 3)});
    auto  held = image.find("orders");
    Topic more = *held;
    more.partitions = 5;
    image.apply(TopicAltered{more});
    EXPECT_EQ(image.find("orders")->partitions, 5);
    EXPECT_EQ(image.find("orders"), image.find(id_of(1)));
    EXPECT_EQ(held->partitions, 3);
    EXPECT_FALSE(image.has_lost(*held));
    image.apply(TopicDeleted{id_of(1)});
    EXPECT_TRUE(image.has_lost(*held));
    EXPECT_TRUE(image.has_lost(more));
}

TEST(Image, does_not_bring_a_deleted_topic_back_by_altering_it) {
    Image image;
    image.apply(TopicAltered{topic_named("orders", 1)});
    EXPECT_EQ(image.find("orders"), nullptr);
}

TEST(Image, takes_the_removal_of_a_topic_that_it_does_not_know) {
    Image image;
    image.apply(TopicDeleted{id_of(9)});
    EXPECT_TRUE(image.topics().empty());
}

TEST(Topic, is_internal_when_it_is_one_of_kafkas_own) {
    EXPECT_TRUE(topic_named("__consumer_offsets", 1).is_internal());
    EXPECT_TRUE(topic_named("__transaction_state", 1).is_internal());
    EXPECT_FALSE(topic_named("__mine", 1).is_internal());
}

} // namespace
} // namespace riacho::broker
