#include "browse/expression.hpp"
#include "browse/record_testing.hpp"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace riacho::browse {
namespace {

constexpr PartitionIndex third{3};

/// Every case is asked about this order, unless it says otherwise.
TestRecord order() {
    return {.key = "order-17",
            .value = R"({"id": 9007199254740993, "user": {"id": 42, "name": "Zoë", "vip": true, "note": null},
                         "price": 19.90, "items": [{"sku": "x", "n": 1}, {"sku": "y", "n": 20}],
                         "tags": ["new", "gift"], "big": 123456789012345678901234567890, "a.b": {"c d": 1},
                         "status": "OPEN", "text": "line\nbreak", "empty": "", "matrix": [[1, 2], [3]]})",
            .headers = {{"trace", "abc-1"},
                        {"trace", "abc-2"},
                        {"none", std::nullopt},
                        {"content-type", "text"},
                        {"meta", R"({"hop": 2})"}},
            .offset = 120,
            .timestamp = 1'709'209'801'500}; // 2024-02-29T12:30:01.5Z
}

bool finds(std::string_view search, const TestRecord& record = order()) {
    auto compiled = Expression::compile(search);
    EXPECT_TRUE(compiled) << search << ": " << (compiled ? "" : compiled.error().message);
    if (!compiled) return false;
    return with_record(record, [&](const kafka::Record& r) { return compiled->matches(third, r); });
}

struct Case {
    std::string_view search;
    bool             finds;
};

void all_of(const std::vector<Case>& cases) {
    for (auto [search, expected] : cases) EXPECT_EQ(finds(search), expected) << search;
}

TEST(Search, FindsTextInKeyValueAndHeaders) {
    all_of({{"", true},
            {"  ", true},
            {"order-17", true},
            {"\"order-17\"", true},
            {"Zoë", true},
            {"abc-2", true},
            {"content-type", true},
            {"order-18", false},
            {"ORDER-17", false},
            {"order-17 OPEN", true},
            {"order-17 CLOSED", false},
            {"order-18 or OPEN", true},
            {"not order-18", true},
            {"!order-17", false},
            {"'\"vip\": true'", true},
            {"42", true},
            {"4711", false},
            {"(order-17)", true},
            {"valuable", false},
            {R"("\u005aoë")", true},
            {"\"line\\\\nbreak\"", true}}); // the bytes of the value have a backslash and an n
}

TEST(Search, ComparesNumbersExactly) {
    all_of({{"value.user.id == 42", true},
            {"value.user.id = 42", true},
            {"value.user.id == 42.0", true},
            {"value.user.id == 4.2e1", true},
            {"value.user.id == \"42\"", false},
            {"value.user.id != 42", false},
            {"value.user.id <> 43", true},
            {"value.user.id >= 42 and value.user.id <= 42", true},
            {"value.user.id > 42", false},
            {"value.user.id < 42.0000000000000000001", true},
            {"value.id == 9007199254740993", true},
            {"value.id == 9007199254740992", false},
            {"value.id > 9007199254740992", true},
            {"value.big == 123456789012345678901234567890", true},
            {"value.big > 123456789012345678901234567889.999", true},
            {"value.big < 1e29", false},
            {"value.price == 19.9", true},
            {"value.price > 19.8999999999999999999", true},
            {"value.price in (1, 2, 1.99e1)", true},
            {"value.price < -5", false},
            {"value.status > 5", false}});
}

TEST(Search, FollowsPathsIntoDocuments) {
    all_of({{"value.user.name == \"Zoë\"", true},
            {"value.user.name == Zoë", true},
            {"value.items[*].sku == \"x\"", true},
            {"value.items[*].sku == \"z\"", false},
            {"value.items[1].sku == 'y'", true},
            {"value.items[0].sku == 'y'", false},
            {"value.items[2] exists", false},
            {"value.items[*].n > 10", true},
            {"value.tags[*] in (\"old\", \"gift\")", true},
            {"value.matrix[*][*] == 3", true},
            {"value.matrix[1][0] == 3", true},
            {"value.matrix[0][*] == 3", false},
            {"value.*.name == Zoë", true},
            {"value.user.* == 42", true},
            {"value[\"a.b\"][\"c d\"] == 1", true},
            {"value['a.b'] exists", true},
            {"value.a.b exists", false},
            {"value.user.vip == true", true},
            {"value.user.vip == TRUE", true},
            {"value.user.vip == \"true\"", false},
            {"value.user.vip != false", true},
            {"value.text == \"line\\nbreak\"", true},
            {"value.empty == \"\"", true},
            {"headers.meta.hop == 2", true},
            {"headers.meta.hop > 2", false}});
}

TEST(Search, TellsNullFromMissing) {
    all_of({{"value.user exists", true},
            {"value.user.note exists", true},
            {"value.user.note is null", true},
            {"value.user.note == null", true},
            {"value.user.note is not null", false},
            {"value.user.nothing exists", false},
            {"value.user.nothing not exists", true},
            {"not value.user.nothing exists", true},
            {"value.user.nothing is null", false},
            {"value.user.nothing != 1", true}, // != is the opposite of ==, also where there is nothing
            {"value.user.nothing > 1", false},
            {"value is null", false},
            {"key is not null", true},
            {"key exists and value exists", true},
            {"headers.none exists", true},
            {"headers.none is null", true},
            {"headers.other exists", false},
            {"headers.other is null", false}});
}

TEST(Search, ComparesTexts) {
    all_of({{"key == \"order-17\"", true},
            {"key == order-17", true},
            {"key ~ \"^order-\\d+$\"", true},
            {"key matches '(?i)ORDER'", true},
            {"key !~ \"abc\"", true},
            {"key starts with order-", true},
            {"key ends with \"-17\"", true},
            {"key not starts with \"order\"", false},
            {"key > \"order-16\"", true},
            {"key in (a, \"order-17\")", true},
            {"key not in (a, b)", true},
            {"key contains 17", true},
            {"value contains \"Zoë\"", true},
            {"value not contains Zoe", true},
            {"value.status contains PE", true},
            {"value.id ~ \"993$\"", true},
            {"value.user contains 42", false},
            {"headers.trace == \"abc-2\"", true},
            {"headers.trace contains abc", true},
            {"headers[\"content-type\"] == text", true},
            {"headers.content-type == text", true}});
}

TEST(Search, KnowsWhereAndWhenARecordIs) {
    all_of({{"offset == 120", true},
            {"offset >= 100 and offset < 121", true},
            {"partition == 3", true},
            {"partition in (1, 2)", false},
            {"offset >= 100 and timestamp > \"2024-01-01T00:00:00Z\"", true},
            {"timestamp > 2024-02-29T12:30:01.499Z", true},
            {"timestamp >= 2024-02-29T12:30:01.501Z", false},
            {"timestamp < \"2024-02-29 09:30:02-03:00\"", true},
            {"timestamp < 2024-03-01", true},
            {"timestamp == 1709209801500", true}});
}

TEST(Search, JoinsConditions) {
    all_of({{"value.user.id == 42 and key ~ \"abc\" or headers.trace exists", true},
            {"value.user.id == 42 and (key ~ \"abc\" or headers.trace exists)", true},
            {"value.user.id == 41 and (key ~ \"abc\" or headers.trace exists)", false},
            {"not (value.user.id == 41 and key exists)", true},
            {"NOT value.user.id == 42 OR key == x", false},
            {"value.user.id == 42 && key exists || key == x", true},
            {"not not key exists", true},
            {"!(key == x) and !(key == y)", true},
            {"key == x or key == y or key == order-17", true},
            {"order-17 and value.user.id == 42", true}});
}

TEST(Search, ReadsKeysAndValuesThatAreNoDocuments) {
    TestRecord number{.key = "42", .value = " -1.50\n"};
    EXPECT_TRUE(finds("key == 42", number));
    EXPECT_TRUE(finds("key == \"42\"", number));
    EXPECT_TRUE(finds("value < -1.4 and value == -15e-1", number));
    TestRecord json_text{.key = R"("quoted")", .value = "true"};
    EXPECT_TRUE(finds("key == quoted", json_text));
    EXPECT_TRUE(finds("key == '\"quoted\"'", json_text));
    EXPECT_TRUE(finds("value == true", json_text));
    TestRecord binary{.key = std::string("\0\0\0\x2a", 4),
                      .value = std::string("\xff\xff\xff\xff\xff\xff\xff\xfe", 8)};
    EXPECT_TRUE(finds("key == 42 and value == -2 and value in (1, -2)", binary));
    TestRecord tombstone{.key = "k"};
    EXPECT_TRUE(finds("value is null and value == null and value not exists", tombstone));
    EXPECT_FALSE(finds("value == \"\" or value.x exists or value contains \"\"", tombstone));
    TestRecord empty{.key = "", .value = ""};
    EXPECT_TRUE(finds("value == \"\" and value exists and key == ''", empty));
    EXPECT_TRUE(finds("value contains '' and value not contains a and not value ~ a", empty));
    TestRecord no_json{.value = R"({"a": 1)"};
    EXPECT_FALSE(finds("value.a == 1", no_json));
    EXPECT_TRUE(finds("value.a != 1", no_json));
    TestRecord array{.key = "[1, {\"a\": 2}]"};
    EXPECT_TRUE(finds("key[1].a == 2 and key[*] == 1", array));
    TestRecord twice{.value = R"({"a": 1, "a": 2})"};
    EXPECT_TRUE(finds("value.a == 1 and value.a == 2", twice));
}

TEST(Search, TakesATextAsItIs) {
    auto finds_text = [](std::string_view text) {
        auto search = Expression::containing(text);
        return with_record(order(), [&](auto& r) { return search.matches(third, r); });
    };
    EXPECT_TRUE(finds_text("\"user\": {\"id\": 42"));
    EXPECT_TRUE(finds_text("abc-2"));
    EXPECT_FALSE(finds_text("order-17 OPEN"));
}

TEST(Search, CountsPatternsItGaveUpOn) {
    auto search = Expression::compile("value ~ \"^(a+)+$\" or value.x ~ \"^(a+)+$\"");
    ASSERT_TRUE(search);
    TestRecord record{.value = std::string(60, 'a') + "b"};
    EXPECT_FALSE(with_record(record, [&](auto& r) { return search->matches(third, r); }));
    EXPECT_EQ(search->gave_up(), 1);
}

struct Refused {
    std::string_view search;
    std::size_t      at;
    std::size_t      length;
    std::string_view message;
    std::string_view hint;
};

TEST(Search, SaysWhatIsWrongWhereAndWhatToWrite) {
    for (const Refused& refused :
         std::vector<Refused>{{"value.user.id 42", 0, 13, "a comparison must follow", "contains \"text\""},
                              {"value", 0, 5, "a comparison must follow", "in quotes"},
                              {"user.id == 42", 0, 7, "there is no field 'user.id'", "value.user.id"},
                              {"\"a\" == value", 0, 3, "a text stands on the right", ""},
                              {"value.a == ", 11, 0, "a value is missing", "a number"},
                              {"value.a == key", 11, 3, "a field cannot be compared with a field", "\"key\""},
                              {"value.a == 1 value.b == 2", 13, 7, "cannot stand here", "and, or"},
                              {"value.a == 1 2", 13, 1, "cannot stand here", "quotes"},
                              {"(key exists", 0, 1, "never closed", "add a )"},
                              {"key exists)", 10, 1, "closes nothing", ""},
                              {"key exists and", 14, 0, "a condition is missing", ""},
                              {"\"abc", 0, 4, "never closed", "add a \""},
                              {"key ~ \"a(b\"", 6, 5, "this pattern is wrong at character 4", "contains"},
                              {"key is 5", 7, 1, "followed by null", "=="},
                              {"key in 5", 7, 1, "followed by a list", "(1, 2"},
                              {"key in (5", 9, 0, "a list ends", "commas"},
                              {"key starts x", 11, 1, "followed by with", ""},
                              {"value..a == 1", 0, 8, "a name is missing", "dots"},
                              {"value. == 1", 0, 6, "a name is missing", ""},
                              {"value.a[x] == 1", 8, 1, "brackets hold", "[\"x\"]"},
                              {"value.a[1 == 1", 10, 2, "never closed", "add a ]"},
                              {"headers exists", 0, 7, "which header", "headers.trace"},
                              {"offset.x == 1", 0, 8, "nothing inside offset", ""},
                              {"offset == abc", 10, 3, "offset is a number", "offset >= 100"},
                              {"offset contains 1", 0, 17, "this field is a number", "in"},
                              {"timestamp > yesterday", 12, 9, "'yesterday' is no time", "2024-01-31"},
                              {"value.a > true", 10, 4, "nothing is more or less than true", "=="},
                              {"key & x", 4, 1, "'&' means nothing here", "quotes"},
                              {"key == \"\\ud800\"", 8, 2, "four hexadecimal digits", ""},
                              {"key == \xff", 7, 1, "no UTF-8", ""}}) {
        auto compiled = Expression::compile(refused.search);
        ASSERT_FALSE(compiled) << refused.search;
        const Problem& problem = compiled.error();
        EXPECT_EQ(problem.at, refused.at) << refused.search << ": " << problem.message;
        EXPECT_EQ(problem.length, refused.length) << refused.search;
        EXPECT_NE(problem.message.find(refused.message), std::string::npos)
            << refused.search << ": " << problem.message;
        EXPECT_NE(problem.hint.find(refused.hint), std::string::npos)
            << refused.search << ": " << problem.hint;
    }
}

TEST(Search, HasLimits) {
    auto message = [](const std::string& search) {
        auto compiled = Expression::compile(search);
        return compiled ? "" : compiled.error().message;
    };
    auto repeated = [](std::size_t count, std::string_view text) {
        std::string all;
        while (count-- > 0) all += text;
        return all;
    };
    EXPECT_EQ(message(repeated(63, "(") + "a" + repeated(63, ")")), "");
    EXPECT_NE(message(repeated(64, "(") + "a" + repeated(64, ")")).find("parentheses"), std::string::npos);
    EXPECT_NE(message(repeated(2000, "not ") + "a").find("parentheses"), std::string::npos);
    EXPECT_EQ(message(repeated(63, "value.a == 1 or ") + "a"), "");
    EXPECT_NE(message(repeated(64, "value.a == 1 or ") + "a").find("64 conditions"), std::string::npos);
    EXPECT_EQ(message("value" + repeated(32, ".a") + " exists"), "");
    EXPECT_NE(message("value" + repeated(33, ".a") + " exists").find("too long"), std::string::npos);
    EXPECT_NE(message(std::string(8193, 'a')).find("8192 bytes"), std::string::npos);
    // Sixty-four conditions on one document are still told apart.
    std::string all;
    for (int i = 0; i < 64; i++)
        all += (i > 0 ? " and value[" : "value[") + std::to_string(i) + "] == " + std::to_string(i);
    std::string array = "[0";
    for (int i = 1; i < 64; i++) array += "," + std::to_string(i);
    EXPECT_TRUE(finds(all, {.value = array + "]"}));
    EXPECT_FALSE(finds(all, {.value = array.substr(0, array.size() - 1) + "4]"}));
}

} // namespace
} // namespace riacho::browse
