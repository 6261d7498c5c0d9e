#include "console/listing.hpp"

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
