#include "console/listing.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <string>

namespace riacho::console {
namespace {

struct Item {
    std::string  name;
    std::int64_t size;
};
const std::vector<Item> items{{"a", 3}, {"b", 1}, {"c", 3}, {"d", 2}};

std::string listed(std::string_view query) {
    auto target = http::target_of("/x?" + std::string(query));
    auto paging = paging_in(*target, {"name", "size"});
    if (!paging) return paging.error().detail;
    auto order = paging->sort == "size" ? by<Item>([](const Item& item) { return item.size; })
                                        : by<Item>([](const Item& item) { return item.name; });
    auto json = listing(items, *paging, order, [](const Item& item) { return data::Json(item.name); });
    return data::write_json(json);
}

TEST(Listing, sorts_and_cuts_and_says_how_many_there_are) {
    EXPECT_EQ(listed(""), R"({"total":4,"items":["a","b","c","d"]})");
    EXPECT_EQ(listed("sort=size"), R"({"total":4,"items":["b","d","a","c"]})");
    EXPECT_EQ(listed("sort=size&order=desc"), R"({"total":4,"items":["a","c","d","b"]})");
    EXPECT_EQ(listed("offset=1&limit=2"), R"({"total":4,"items":["b","c"]})");
    EXPECT_EQ(listed("offset=9"), R"({"total":4,"items":[]})");
}

TEST(Listing, refuses_what_it_cannot_sort_or_count_by) {
    EXPECT_EQ(listed("sort=age"), "sort: one of name, size, not 'age'");
    EXPECT_EQ(listed("order=up"), "order: one of asc, desc, not 'up'");
    EXPECT_EQ(listed("limit=0"), "limit: a whole number from 1 to 1000, not '0'");
    EXPECT_EQ(listed("offset=1x"), "offset: a whole number from 0 to 2147483647, not '1x'");
}

TEST(Listing, refuses_a_text_that_is_longer_than_it_may_be_in_characters) {
    std::string letter = "%C3%A1"; // á
    std::string some, more;
    for (int i = 0; i < 255; ++i) some += letter;
    more = some + letter;
    EXPECT_TRUE(listed("search=" + some).starts_with(R"({"total":)"));
    EXPECT_EQ(listed("search=" + more), "search: from 0 to 255 characters");
    for (const char* name : {"", "a%2Fb", "a%20b", "%C3%A1"})
        EXPECT_FALSE(topic_name_in(*http::target_of(fmt::format("/x?topic={}", name)))) << name;
    EXPECT_TRUE(topic_name_in(*http::target_of("/x?topic=my.Orders_1-2")));
}

TEST(Listing, reads_an_object_in_a_body_to_its_last_member) {
    data::Json one = data::Json::Object{{"name", "a"}, {"value", nullptr}, {"more", 1}};
    Body       body = *Body::of(one, "changes");
    EXPECT_EQ(*body.text("name", {1, 1}), "a");
    EXPECT_EQ(body.text("value").error().detail, "changes.value: must be a text");
    EXPECT_EQ(body.text("other").error().detail, "changes.other is missing");
    EXPECT_EQ(body.end().error().detail, "changes.more is unknown here");
    EXPECT_EQ(Body::of(data::Json(1), "changes").error().detail, "changes: must be an object");
}

TEST(Listing, finds_names_whatever_their_case) {
    auto target = http::target_of("/x?search=OrD");
    auto paging = paging_in(*target, {"name"});
    EXPECT_TRUE(paging->finds("my.ORDERS"));
    EXPECT_FALSE(paging->finds("payments"));
}

TEST(Listing, writes_64_bits_as_text_and_what_is_unknown_as_null) {
    EXPECT_EQ(data::write_json(int64_json(INT64_MAX)), R"("9223372036854775807")");
    EXPECT_EQ(data::write_json(int64_json(std::nullopt)), "null");
    EXPECT_EQ(data::write_json(rate_json(1234567.8)), "1.23457e+06");
    EXPECT_EQ(data::write_json(rate_json(std::nullopt)), "null");
}

} // namespace
} // namespace riacho::console
