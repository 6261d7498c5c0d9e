#include "browse/pattern.hpp"
#include "browse/required_text.hpp"

#include <gtest/gtest.h>
#include <random>
#include <vector>

namespace riacho::browse {
namespace {

TEST(RequiredText, is_the_longest_run_of_plain_characters) {
    struct Case {
        std::string_view pattern, required;
    };
    std::vector<Case> cases{{"", ""},
                            {"order-17", "order-17"},
                            {"user.*nobody", "nobody"},
                            {"^order$", "order"},
                            {"ab+cd", "ab"},
                            {"ab?cde", "cde"},
                            {"abc*", "ab"},
                            {"abc{2,3}de", "ab"},
                            {"a\\.b\\-c", "a.b-c"},
                            {"id=\\d+;", "id="},
                            {"cora\u00e7?ao", "cora"},
                            {"a.", "a"},
                            {"x\\+y\\\\z", "x+y\\z"}};
    for (const Case& one : cases) EXPECT_EQ(required_text(one.pattern), one.required) << one.pattern;
}

TEST(RequiredText, is_not_guessed) {
    for (std::string_view pattern : {"abc|def", "(?i)abc", "(abc)?", "[abc]def", "\\Qabc\\E", "abc\\",
                                     "\\x41bc", "abc\\Kd", "xyz{|b}", "xyz{", "x{a}bcd", "(*UTF)abc"})
        EXPECT_EQ(required_text(pattern), "") << pattern;
}

std::string drawn(std::mt19937& random, std::string_view letters, std::size_t size_max) {
    std::string text(random() % (size_max + 1), ' ');
    for (char& c : text) c = letters[random() % letters.size()];
    return text;
}

TEST(RequiredText, stands_in_whatever_matches) {
    std::mt19937 random(1);
    int          matched = 0;
    for (int i = 0; i < 20'000; i++) {
        std::string text = drawn(random, "aabb.?*+{}2,|\\d^$", 7);
        std::string required = required_text(text);
        if (required.empty() || !Pattern::compile(text)) continue;
        auto plain = Pattern::compile("(?:" + text + ")"); // of which nothing is known
        ASSERT_TRUE(plain) << text;
        for (int one = 0; one < 4; one++) {
            std::string subject = drawn(random, "aabb2,d{}|", 10);
            if (!plain->matches(subject)) continue;
            matched++;
            EXPECT_NE(subject.find(required), subject.npos) << text << " in " << subject;
        }
    }
    EXPECT_GT(matched, 1000);
}

} // namespace
} // namespace riacho::browse
