#include "data/json.hpp"

#include <gtest/gtest.h>

namespace riacho::data {
namespace {

TEST(Json, IsWrittenInOrderAndWithTheTextOfItsNumbers) {
    Json json =
        Json::Object{{"zeta", 1},
                     {"alpha", Json::Array{nullptr, true, false, "text", *Number::from_text("1.50e+02")}},
                     {"largest", INT64_MAX},
                     {"unsigned", UINT64_MAX},
                     {"empty", Json::Object{}}};
    EXPECT_EQ(write_json(json),
              R"({"zeta":1,"alpha":[null,true,false,"text",1.50e+02],)"
              R"("largest":9223372036854775807,"unsigned":18446744073709551615,"empty":{}})");
}

TEST(Json, IsIndentedForPeople) {
    Json json =
        Json::Object{{"a", Json::Array{1, 2}}, {"b", Json::Array{}}, {"c", Json::Object{{"d", nullptr}}}};
    EXPECT_EQ(write_json(json, JsonLayout::indented), R"({
  "a": [
    1,
    2
  ],
  "b": [],
  "c": {
    "d": null
  }
})");
}

TEST(Json, EscapesWhatMustBeAndNothingElse) {
    EXPECT_EQ(write_json(Json("quote \" slash / back \\ bell \a tab \t line \n return \r feed \f back \b")),
              R"("quote \" slash / back \\ bell \u0007 tab \t line \n return \r feed \f back \b")");
    EXPECT_EQ(write_json(Json(std::string_view("\0\x1f\x7f", 3))), "\"\\u0000\\u001f\x7f\"");
    EXPECT_EQ(write_json(Json("ação 日本 😀")), "\"ação 日本 😀\"");
}

TEST(Json, WritesTheReplacementCharacterForBytesThatAreNoText) {
    EXPECT_EQ(write_json(Json("a\xff\"b")), "\"a\xef\xbf\xbd\\\"b\"");
    EXPECT_EQ(write_json(Json::Object{{"\xc3", 1}}), "{\"\xef\xbf\xbd\":1}");
}

TEST(Json, FindsTheLastOfSeveralMembersOfOneName) {
    Json json = Json::Object{{"a", 1}, {"b", 2}, {"a", 3}};
    ASSERT_NE(json.find("a"), nullptr);
    EXPECT_EQ(json.find("a")->int64(), 3);
    EXPECT_EQ(json.find("c"), nullptr);
    EXPECT_EQ(Json(1).find("a"), nullptr);
    EXPECT_EQ(write_json(json), R"({"a":1,"b":2,"a":3})");
}

TEST(Json, ComparesNumbersByValueAndMembersInOrder) {
    EXPECT_EQ(Json(*Number::from_text("1.0")), Json(1));
    EXPECT_NE(Json(1), Json("1"));
    EXPECT_NE(Json(1), Json(true));
    EXPECT_NE((Json(Json::Object{{"a", 1}, {"b", 2}})), (Json(Json::Object{{"b", 2}, {"a", 1}})));
    EXPECT_EQ(Number::from_text("1 000"), std::nullopt);
}

} // namespace
} // namespace riacho::data
