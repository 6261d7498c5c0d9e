#include "cli/run/go_text.hpp"

#include <gtest/gtest.h>

namespace riacho::cli {
namespace {

TEST(GoText, a_position_is_topic_partition_and_offset) {
    EXPECT_EQ(go_text(Position{"meu-topico", 0, 1, {}}), "meu-topico[0]@1");
    EXPECT_EQ(go_text(Position{"t", 11, 9'223'372'036'854'775'807, {}}), "t[11]@9223372036854775807");
    EXPECT_EQ(go_text(Position{"t", -1, -2, {}}), "t[-1]@beginning");
    EXPECT_EQ(go_text(Position{"t", 0, -1, {}}), "t[0]@end");
    EXPECT_EQ(go_text(Position{"t", 0, -1000, {}}), "t[0]@stored");
    EXPECT_EQ(go_text(Position{"t", 0, -1001, {}}), "t[0]@unset");
    EXPECT_EQ(go_text(Position{"t", 0, -3, {}}), "t[0]@-3");
}

TEST(GoText, a_position_with_an_error_has_it_in_parentheses) {
    Error error{.code = 3, .meaning = "Broker: Unknown topic or partition"};
    EXPECT_EQ(go_text(Position{"t", 0, 1, error}), "t[0]@1(Broker: Unknown topic or partition)");
}

TEST(GoText, a_list_is_separated_by_single_spaces) {
    EXPECT_EQ(go_text(std::vector<Position>{}), "[]");
    EXPECT_EQ(go_text(std::vector{Position{"a", 0, 1, {}}}), "[a[0]@1]");
    EXPECT_EQ(go_text(std::vector{Position{"a", 0, 1, {}}, Position{"a", 1, 5, {}}}), "[a[0]@1 a[1]@5]");
}

TEST(GoText, headers_show_null_empty_and_long_values) {
    std::string               digits = "0123456789";
    std::string               fifty = digits + digits + digits + digits + digits;
    const std::vector<Header> headers{
        {"a", "b\n\"é"}, {"n", std::nullopt}, {"e", ""}, {"long", fifty + fifty}};
    EXPECT_EQ(go_text(headers), "[a=\"b\\n\\\"é\" n=nil e=<empty> long=\"" + fifty + "\"(50 more bytes)]");
}

TEST(GoText, a_header_value_is_cut_from_66_bytes_on_and_perhaps_inside_a_character) {
    std::string whole(65, 'x');
    EXPECT_EQ(go_text(std::vector{Header{"h", whole}}), "[h=\"" + whole + "\"]");
    EXPECT_EQ(go_text(std::vector{Header{"h", whole + "x"}}),
              "[h=\"" + std::string(50, 'x') + "\"(16 more bytes)]");
    std::string split = std::string(49, 'x') + "é" + std::string(49, 'x');
    EXPECT_EQ(go_text(std::vector{Header{"h", split}}),
              "[h=\"" + std::string(49, 'x') + "\\xc3\"(50 more bytes)]");
}

struct Quoted {
    std::string_view bytes;
    std::string_view expected;
};

TEST(GoQuote, is_as_strconv_quotes) {
    using namespace std::string_view_literals;
    const Quoted cases[] = {
        {"", R"("")"},
        {"Hello", R"("Hello")"},
        {"a\"b\\c'd", R"("a\"b\\c'd")"},
        {"\a\b\f\n\r\t\v", R"("\a\b\f\n\r\t\v")"},
        {"\0\x01\x1b\x7f"sv, R"("\x00\x01\x1b\x7f")"},
        {"ação 日本 😀", R"("ação 日本 😀")"},
        {"\xc2\x80\xc2\xa0\xc2\xad", R"("\u0080\u00a0\u00ad")"}, // control, no-break space, soft hyphen
        {"\xe2\x80\x8b\xe3\x80\x80", R"("\u200b\u3000")"},       // zero width space, ideographic space
        {"\xef\xbb\xbf\xef\xbf\xbd", "\"\\ufeff\xef\xbf\xbd\""}, // byte order mark, replacement character
        {"\xf3\xa0\x80\x81", R"("\U000e0001")"},
        {"\xff\xc3\x28\xe2\x28\xa1", R"("\xff\xc3(\xe2(\xa1")"},                               // no UTF-8
        {"\xc0\xaf\xe0\x80\xaf\xf0\x80\x80\xaf", R"("\xc0\xaf\xe0\x80\xaf\xf0\x80\x80\xaf")"}, // too long
        {"\xed\xa0\x80\xf4\x90\x80\x80", R"("\xed\xa0\x80\xf4\x90\x80\x80")"}, // surrogate, beyond Unicode
        {"\xe2\x82", R"("\xe2\x82")"},
    };
    for (const auto& [bytes, expected] : cases) EXPECT_EQ(go_quote(bytes), expected);
}

TEST(GoQuote, knows_what_is_printable_at_the_edges_of_its_ranges) {
    EXPECT_FALSE(go_is_printable(0x1f));
    EXPECT_TRUE(go_is_printable(0x20));
    EXPECT_TRUE(go_is_printable(0x7e));
    EXPECT_FALSE(go_is_printable(0xa0));
    EXPECT_TRUE(go_is_printable(0xa1));
    EXPECT_FALSE(go_is_printable(0x378));
    EXPECT_TRUE(go_is_printable(0x1f600));
    EXPECT_TRUE(go_is_printable(0xe01ef));
    EXPECT_FALSE(go_is_printable(0xe01f0));
    EXPECT_FALSE(go_is_printable(0x10ffff));
}

} // namespace
} // namespace riacho::cli
