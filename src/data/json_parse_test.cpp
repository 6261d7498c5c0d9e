#include "data/json_parse.hpp"

#include <gtest/gtest.h>

namespace riacho::data {
namespace {

std::string again(std::string_view text) {
    auto json = parse_json(text);
    return json ? write_json(*json) : "refused: " + json.error().detail;
}

TEST(JsonParse, KeepsOrderNamesAndTheTextOfNumbers) {
    for (std::string_view text :
         {R"({"b":1,"a":2,"b":3})", R"([1.0,1.00,1e2,1E+2,-0,-0.0,0.1e-7])",
          R"([12345678901234567890123456789])",
          R"([9223372036854775807,-9223372036854775808,18446744073709551615])",
          R"([3.141592653589793238462643383279502884])", R"({"":{"":[[],{}]}})", R"(null)", R"(-1)", R"("")",
          R"([1e400,1e-400])", R"({"a\"b":"c\\d\n"})", R"("ação 日本 😀")"})
        EXPECT_EQ(again(text), text);
}

TEST(JsonParse, TakesWhiteSpaceAndEscapesOfAllKinds) {
    EXPECT_EQ(again(" \t\r\n[ 1 ,\n2 ] "), "[1,2]");
    EXPECT_EQ(again(R"("\u0041\u00e7\u20ac\ud83d\ude00\/\b\f")"), "\"Aç€😀/\\b\\f\"");
    EXPECT_EQ(again(R"("\u0000")"), R"("\u0000")");
    // Longer than any piece in which a parser might deliver it.
    std::string long_text = "\"" + std::string(10'000, 'x') + R"(\n)" + std::string(10'000, 'y') + "\"";
    EXPECT_EQ(again(long_text), long_text);
    std::string digits(20'000, '7');
    EXPECT_EQ(again(digits), digits);
    EXPECT_EQ(again("{" + long_text + ":1}"), "{" + long_text + ":1}");
}

struct Refused {
    std::string_view text;
    JsonError        code;
    std::string_view detail;
};

TEST(JsonParse, SaysWhatIsWrongAndWhere) {
    for (const Refused& refused : std::initializer_list<Refused>{
             {"", JsonError::malformed, "line 1, column 1: the document ends too early"},
             {"  ", JsonError::malformed, "line 1, column 3: the document ends too early"},
             {"{\"a\":\n 1,\n x}", JsonError::malformed, "line 3, column 2: 'x' has no place here"},
             {"[1,]", JsonError::malformed, "line 1, column 4: ']' has no place here"},
             {"[1", JsonError::malformed, "line 1, column 3: the document ends too early"},
             {"[1] 2", JsonError::malformed, "line 1, column 5: something follows the document"},
             {"\"\xff\"", JsonError::not_utf8, "line 1, column 2: not valid UTF-8"},
             {"\"\xed\xa0\x80\"", JsonError::not_utf8, "not valid UTF-8"},
             {"\"a\nb\"", JsonError::malformed, "line 1, column 3: byte 0x0a has no place here"},
             {R"("\ud800")", JsonError::malformed, "half of a surrogate pair"},
             {R"("\ud800\u0041")", JsonError::malformed, "half of a surrogate pair"},
             {R"("\udc00")", JsonError::malformed, "half of a surrogate pair"},
             {R"("\u12g4")", JsonError::malformed, "four hexadecimal digits"},
             {"1e99999999999", JsonError::malformed, "the exponent is too large"}}) {
        auto json = parse_json(refused.text);
        ASSERT_FALSE(json) << refused.text;
        EXPECT_EQ(json.error().code, refused.code) << json.error().detail;
        EXPECT_NE(json.error().detail.find(refused.detail), std::string::npos)
            << refused.text << ": " << json.error().detail;
    }
}

TEST(JsonParse, RefusesWhatIsNotInTheRfc) {
    for (std::string_view text : {"'a'",
                                  "{a:1}",
                                  "[1,,2]",
                                  "{\"a\":1,}",
                                  "{\"a\" 1}",
                                  "{\"a\"}",
                                  "{1:2}",
                                  "NaN",
                                  "Infinity",
                                  "-Infinity",
                                  "+1",
                                  ".5",
                                  "1.",
                                  "01",
                                  "-01",
                                  "0x1",
                                  "1e",
                                  "1e+",
                                  "-",
                                  "tru",
                                  "TRUE",
                                  "nul",
                                  "[1 2]",
                                  "/* */1",
                                  "1//",
                                  "\"\\x41\"",
                                  "\"\\",
                                  "\"",
                                  "{",
                                  "[",
                                  "]",
                                  "}",
                                  "[}",
                                  "\xef\xbb\xbf{}",
                                  "{\"a\":1 \"b\":2}",
                                  "\"\t\"",
                                  "\v1"})
        EXPECT_FALSE(parse_json(text)) << text;
    EXPECT_FALSE(parse_json(std::string_view("1\0", 2)));
}

TEST(JsonParse, HasLimitsOfDepthSizeAndValues) {
    std::string deep = std::string(128, '[') + std::string(128, ']');
    EXPECT_EQ(again(deep), deep);
    EXPECT_EQ(parse_json("[" + deep + "]").error().code, JsonError::too_deep);
    EXPECT_EQ(parse_json(std::string(1'000'000, '[')).error().code, JsonError::too_deep);
    EXPECT_TRUE(parse_json("[1,2]", {.bytes_max = 5}));
    EXPECT_EQ(parse_json("[1,2]", {.bytes_max = 4}).error().code, JsonError::too_large);
    EXPECT_TRUE(parse_json("[[],{\"a\":1}]", {.values_max = 4}));
    EXPECT_EQ(parse_json("[[],{\"a\":1}]", {.values_max = 3}).error().code, JsonError::too_large);
    EXPECT_EQ(parse_json("[1,[2,[3]],4]", {.values_max = 2}).error().code, JsonError::too_large);
}

/// Writes down what it is told.
class Told : public JsonVisitor {
public:
    std::string all;
    void        begin_object() override { all += "{ "; }
    void        end_object() override { all += "} "; }
    void        begin_array() override { all += "[ "; }
    void        end_array() override { all += "] "; }
    void        name(std::string_view text) override { all += std::string(text) + ": "; }
    void        string(std::string_view text) override { all += "'" + std::string(text) + "' "; }
    void        number(std::string_view text) override { all += std::string(text) + " "; }
    void        boolean(bool value) override { all += value ? "true " : "false "; }
    void        null() override { all += "null "; }
};

TEST(JsonParse, TellsAVisitorEverythingInOrder) {
    Told told;
    ASSERT_TRUE(
        visit_json(R"({"a": [1.50, -2e3, "x\ny"], "\u0062": {"c": null}, "d": [true, false]})", told));
    EXPECT_EQ(told.all, "{ a: [ 1.50 -2e3 'x\ny' ] b: { c: null } d: [ true false ] } ");
}

} // namespace
} // namespace riacho::data
