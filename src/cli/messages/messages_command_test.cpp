#include "cli/groups_command.hpp"
#include "cli/messages/messages_command.hpp"
#include "cli/testing.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace riacho::cli {
namespace {

constexpr std::int64_t one_day_ms = 1706659200000; // 2024-01-31

Printed print_messages(std::vector<std::string> words) {
    words.insert(words.begin(), "messages");
    return print_of({messages_command(), groups_command()}, std::move(words));
}

TEST(MessagesCommand, begins_and_ends_where_people_and_the_api_say) {
    EXPECT_TRUE(std::holds_alternative<browse::Earliest>(*parse_from("beginning")));
    EXPECT_TRUE(std::holds_alternative<browse::Earliest>(*parse_from("earliest")));
    EXPECT_TRUE(std::holds_alternative<browse::Latest>(*parse_from("end")));
    EXPECT_EQ(std::get<Offset>(*parse_from("17")), Offset{17});
    EXPECT_EQ(std::get<Timestamp>(*parse_from("2024-01-31")).ms, one_day_ms);
    EXPECT_EQ(std::get<Timestamp>(*parse_from("time:1706659200000")).ms, one_day_ms);
    EXPECT_EQ(std::get<browse::Newest>(*parse_from("last:5")).count, 5u);
    EXPECT_EQ(std::get<Offset>(*parse_to("17")), Offset{17});
    EXPECT_EQ(std::get<Timestamp>(*parse_to("2024-01-31")).ms, one_day_ms);
    for (std::string_view text : {"", "x", "-1", "17x", "last:0"}) EXPECT_FALSE(parse_from(text)) << text;
    for (std::string_view text : {"", "end", "-1", "last:5"}) EXPECT_FALSE(parse_to(text)) << text;
}

TEST(MessagesCommand, wrong_use_is_refused_before_anybody_is_asked) {
    struct Case {
        std::vector<std::string> words;
        std::string              part;
    };
    std::vector<Case> cases{{{}, "riacho messages: TOPIC is required"},
                            {{"t", "u"}, "unexpected argument \"u\""},
                            {{"t", "--from", "x"}, "--from: 'x' is no place to begin at"},
                            {{"t", "--from", "end"}, "--from end: nothing is there yet; add --follow"},
                            {{"t", "--to", "x"}, "--to: 'x' is no place to end at"},
                            {{"t", "--to", "5", "--follow"}, "--to and --follow exclude each other"},
                            {{"t", "--partition", "a"}, "--partition takes a number, not \"a\""},
                            {{"t", "--format", "xml"}, "--format"},
                            {{"t", "-X", "nix"}, "-X takes KEY=VALUE, not \"nix\""},
                            {{"t", "-X", "security.protocol=NONE"}, "security.protocol"},
                            {{"t", "--where", "value.n >="}, "--where: a value is missing here"}};
    for (const Case& one : cases) {
        Printed printed = print_messages(one.words);
        EXPECT_EQ(printed.code, exit_usage) << one.part;
        EXPECT_EQ(printed.out, "");
        EXPECT_NE(printed.err.find(one.part), std::string::npos) << printed.err;
    }
}

TEST(MessagesCommand, nobody_there_is_one_line_and_exit_3) {
    Printed printed = print_messages({"t", "--bootstrap-servers", "127.0.0.1:1", "--timeout", "1"});
    EXPECT_EQ(printed.code, exit_timeout);
    EXPECT_EQ(printed.out, "");
    EXPECT_NE(printed.err.find("127.0.0.1:1"), std::string::npos) << printed.err;
}

TEST(GroupsCommand, a_group_goes_where_it_is_told) {
    auto rule = [](std::string_view text) { return *parse_reset(text); };
    EXPECT_EQ(rule("earliest").to, browse::ResetTo::earliest);
    EXPECT_EQ(rule("latest").to, browse::ResetTo::latest);
    EXPECT_EQ(rule("current").to, browse::ResetTo::current);
    EXPECT_EQ(rule("17").to, browse::ResetTo::offset);
    EXPECT_EQ(rule("17").value, 17);
    EXPECT_EQ(rule("2024-01-31").to, browse::ResetTo::time);
    EXPECT_EQ(rule("2024-01-31").value, one_day_ms);
    EXPECT_EQ(rule("shift:-3").to, browse::ResetTo::shift);
    EXPECT_EQ(rule("shift:-3").value, -3);
    for (std::string_view text : {"", "-3", "shift:", "shift:x", "beginning"})
        EXPECT_FALSE(parse_reset(text)) << text;
}

TEST(GroupsCommand, wrong_use_is_one_line_and_exit_2) {
    struct Case {
        std::vector<std::string> words;
        std::string              part;
    };
    std::vector<Case> cases{{{"reset"}, "GROUP is required"},
                            {{"reset", "g"}, "--topic is missing"},
                            {{"reset", "g", "--topic", "t"}, "--to is missing"},
                            {{"reset", "g", "--topic", "t:x", "--to", "latest"}, "not \"t:x\""},
                            {{"reset", "g", "--topic", "t:0,", "--to", "latest"}, "not \"t:0,\""},
                            {{"reset", "g", "--topic", "t", "--to", "soon"}, "not \"soon\""}};
    for (Case& one : cases) {
        one.words.insert(one.words.begin(), "groups");
        Printed printed = print_of({messages_command(), groups_command()}, one.words);
        EXPECT_EQ(printed.code, exit_usage) << one.part;
        EXPECT_EQ(std::ranges::count(printed.err, '\n'), 1) << printed.err;
        EXPECT_NE(printed.err.find(one.part), std::string::npos) << printed.err;
    }
}

} // namespace
} // namespace riacho::cli
