#include "browse/pattern.hpp"

#include <gtest/gtest.h>

namespace riacho::browse {
namespace {

Pattern pattern(std::string_view text) {
    auto compiled = Pattern::compile(text);
    EXPECT_TRUE(compiled) << text;
    return *std::move(compiled);
}

TEST(Pattern, MatchesAnywhereInTextOfAnyLanguage) {
    EXPECT_TRUE(pattern("b+c").matches("abbbcd"));
    EXPECT_FALSE(pattern("^b").matches("abc"));
    EXPECT_TRUE(pattern("(?i)AÇÃO$").matches("uma ação"));
    EXPECT_TRUE(pattern(R"(^\w+$)").matches("coração"));
    EXPECT_TRUE(pattern(R"((?<=id=)\d+(?! )\b)").matches("id=42"));
    EXPECT_TRUE(pattern("a.c").matches("a😀c"));
    EXPECT_TRUE(pattern("").matches(""));
    EXPECT_TRUE(pattern("").matches(std::string_view()));
    EXPECT_FALSE(pattern("a").matches(std::string_view()));
    EXPECT_TRUE(pattern("a.b").matches(std::string_view("a\0b", 3)));
}

TEST(Pattern, FindsTextBetweenBytesThatAreNone) {
    EXPECT_TRUE(pattern("abc").matches("\xff\xfe\x80"
                                       "abc\xc3"));
    EXPECT_FALSE(pattern("a.c").matches("a\xff"
                                        "c"));
}

TEST(Pattern, SaysWhereItIsWrong) {
    EXPECT_EQ(Pattern::compile("ab(c").error().at, 4);
    EXPECT_EQ(Pattern::compile("[z-a]").error().at, 3);
    EXPECT_FALSE(Pattern::compile("*").error().message.empty());
    EXPECT_FALSE(Pattern::compile(R"(\C)"));
    EXPECT_FALSE(Pattern::compile(std::string(1001, 'a')));
}

TEST(Pattern, GivesUpWhereAMatchCostsTooMuch) {
    auto greedy = pattern("^(a+)+$");
    EXPECT_TRUE(greedy.matches("aaaaaaaaaa"));
    EXPECT_EQ(greedy.gave_up(), 0);
    EXPECT_FALSE(greedy.matches(std::string(60, 'a') + "b"));
    EXPECT_EQ(greedy.gave_up(), 1);
    EXPECT_TRUE(greedy.matches("aaa"));
}

} // namespace
} // namespace riacho::browse
