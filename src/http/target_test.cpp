#include "http/fields.hpp"
#include "http/target.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace riacho::http {
namespace {

std::string told(std::string_view text) {
    auto target = target_of(text);
    if (!target) return "refused";
    std::string line;
    for (const std::string& segment : target->segments) line += "/" + segment;
    for (const auto& [name, value] : target->query) line += fmt::format(" [{}={}]", name, value);
    return line;
}

TEST(Target, is_split_first_and_decoded_then) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"/", "/"},
        {"/a/b", "/a/b"},
        {"/a/", "/a/"},
        {"/a%2Fb/c", "/a/b/c"},
        {"/a+b%20c", "/a+b c"},
        {"/%C3%a9", "/\xc3\xa9"},
        {"/a?", "/a"},
        {"/a?b=c&d&e=&&=f", "/a [b=c] [d=] [e=] [=f]"},
        {"/a?b=1+2%2B3%26=4", "/a [b=1 2+3&=4]"},
        {"/a?b=c?d=/e", "/a [b=c?d=/e]"},
        {"/%", "refused"},
        {"/%4", "refused"},
        {"/%4g", "refused"},
        {"/%00", "refused"},
        {"/a?b=%zz", "refused"},
    };
    for (const auto& [text, expected] : cases) EXPECT_EQ(told(text), expected) << text;
    EXPECT_EQ(target_of("/a%2Fb/c")->segments.size(), 2u);
}

TEST(Target, what_is_encoded_decodes_to_the_same) {
    std::string all;
    for (int c = 1; c < 256; ++c) all.push_back(static_cast<char>(c));
    EXPECT_EQ(percent_decoded(percent_encoded(all)), all);
    EXPECT_EQ(percent_decoded(percent_encoded(all), Plus::space), all);
    EXPECT_EQ(percent_encoded("a/b c~"), "a%2Fb%20c~");
}

TEST(Fields, are_found_in_any_case_and_set_in_place) {
    Fields fields{{"A", "1"}, {"b", "2"}, {"a", "3"}};
    EXPECT_EQ(*fields.find("a"), "1");
    EXPECT_EQ(fields.count("A"), 2u);
    fields.set("a", "4");
    EXPECT_EQ(fields, (Fields{{"a", "4"}, {"b", "2"}}));
    fields.remove("B");
    EXPECT_FALSE(fields.has("b"));
}

TEST(Fields, list_items_over_lines_and_in_any_case) {
    Fields fields{{"Connection", "te ,"}, {"connection", " ,Close"}};
    EXPECT_TRUE(fields.lists("Connection", "close"));
    EXPECT_TRUE(fields.lists("Connection", "TE"));
    EXPECT_FALSE(fields.lists("Connection", "t"));
}

} // namespace
} // namespace riacho::http
