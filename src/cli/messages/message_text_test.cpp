#include "browse/expression.hpp"
#include "cli/messages/message_text.hpp"

#include <gtest/gtest.h>

namespace riacho::cli {
namespace {

browse::Payload payload_from(std::string_view text) { return browse::payload_of(as_bytes(text), SIZE_MAX); }

std::string line_of(const browse::Message& message) {
    std::string line;
    append_text_line(line, message);
    return line;
}

std::string refusal_of(std::string_view search) {
    auto compiled = browse::Expression::compile(search);
    return compiled ? "" : text_of_problem(search, compiled.error());
}

TEST(MessageText, is_a_line_of_place_time_key_and_value) {
    browse::Message message{.partition = PartitionIndex{3},
                            .offset = {17},
                            .timestamp = {1706704200000},
                            .key = payload_from("order-17"),
                            .value = payload_from("{\"n\": 1}"),
                            .headers = {}};
    EXPECT_EQ(line_of(message), "3:17\t2024-01-31T12:30:00.000Z\torder-17\t{\"n\": 1}\n");
    message.headers = {{"trace", payload_from("abc")}, {"none", {}}};
    EXPECT_EQ(line_of(message),
              "3:17\t2024-01-31T12:30:00.000Z\torder-17\t{\"n\": 1}\ttrace=abc, none=(null)\n");
}

TEST(MessageText, what_is_not_there_is_told_from_what_is_empty) {
    browse::Message message{
        .offset = {0}, .timestamp = {-1}, .key = {}, .value = payload_from(""), .headers = {}};
    EXPECT_EQ(line_of(message), "0:0\t-\t(null)\t\n");
}

TEST(MessageText, nothing_that_a_terminal_would_obey_reaches_it) {
    browse::Message message{.offset = {0}, .timestamp = {-1}, .key = {}, .value = {}, .headers = {}};
    message.key = {.format = browse::PayloadFormat::text, .text = "two\nlines\tand\r\x1b[31mred\x7f"};
    message.value = {.format = browse::PayloadFormat::text,
                     .text = "a\xC2\x9B"
                             "31m \xC3\xA7 b"};
    message.headers = {{"na\nme", payload_from("x")}};
    EXPECT_EQ(line_of(message),
              "0:0\t-\ttwo\\nlines\\tand\\r\\u001b[31mred\\u007f\ta\\u009b31m \xC3\xA7 b\tna\\nme=x\n");
}

TEST(MessageText, a_refused_search_is_shown_with_the_place_and_a_hint) {
    EXPECT_EQ(refusal_of("value.n >="),
              "a value is missing here (at character 11)\n  value.n >=\n            ^\n"
              "  a number, true, false, null or a text in quotes");
}

TEST(MessageText, the_mark_counts_characters_and_not_bytes) {
    std::string text = refusal_of("value.\xC3\xA7\xC3\xA3o >=");
    EXPECT_NE(text.find("\n  value.\xC3\xA7\xC3\xA3o >=\n              ^\n"), text.npos) << text;
}

TEST(MessageText, a_search_that_a_terminal_would_obey_is_shown_without_a_mark) {
    std::string text = refusal_of("value.n >= \x1b[2J (");
    EXPECT_EQ(text.find('\x1b'), text.npos) << text;
    EXPECT_EQ(text.find('^'), text.npos) << text;
}

} // namespace
} // namespace riacho::cli
