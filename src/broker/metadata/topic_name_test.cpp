#include "broker/metadata/topic_name.hpp"

#include <gtest/gtest.h>

namespace riacho::broker {
namespace {

TEST(TopicName, may_have_letters_digits_dots_dashes_and_underscores) {
    for (std::string_view name : {"a", "meu-topico", "A.b_C-9", "...", "_", "__consumer_offsets"})
        EXPECT_EQ(topic_name_problem(name), std::nullopt) << name;
}

TEST(TopicName, may_not_have_anything_else) {
    for (std::string_view name : std::initializer_list<std::string_view>{
             "a b", "a/b", "meu-tópico", "a\tb", "a:b", "a*", std::string_view("a\0b", 3)})
        EXPECT_NE(topic_name_problem(name), std::nullopt) << name;
}

TEST(TopicName, may_not_be_empty_nor_name_a_folder) {
    EXPECT_EQ(topic_name_problem(""), "Topic name is invalid: the empty string is not allowed");
    EXPECT_EQ(topic_name_problem("."), "Topic name is invalid: '.' is not allowed");
    EXPECT_EQ(topic_name_problem(".."), "Topic name is invalid: '..' is not allowed");
}

TEST(TopicName, is_at_most_249_characters_long) {
    EXPECT_EQ(topic_name_problem(std::string(249, 'a')), std::nullopt);
    auto problem = topic_name_problem(std::string(250, 'a'));
    ASSERT_TRUE(problem);
    EXPECT_TRUE(problem->ends_with("is longer than the max allowed length 249"));
}

TEST(TopicName, collides_with_one_that_differs_in_dots_and_underscores_only) {
    EXPECT_EQ(with_dots_unified("a.b_c"), with_dots_unified("a_b.c"));
    EXPECT_NE(with_dots_unified("a.b"), with_dots_unified("a-b"));
}

} // namespace
} // namespace riacho::broker
