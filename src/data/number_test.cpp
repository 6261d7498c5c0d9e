#include "data/number.hpp"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace riacho::data {
namespace {

TEST(Numbers, AreWhatTheRfcCallsANumber) {
    for (std::string_view text : {"0", "-0", "1", "-17", "10", "0.5", "-0.50", "1e5", "1E+5", "1.25e-3",
                                  "0e0", "123456789012345678901"})
        EXPECT_TRUE(is_number(text)) << text;
    for (std::string_view text :
         {"",    "-",    "+1",  "01",       "-01", "00", ".5",  "1.",  "1.e5",  "1e",
          "1e+", "0x10", "NaN", "Infinity", "1 ",  " 1", "1,5", "--1", "1e5.5", "1_000"})
        EXPECT_FALSE(is_number(text)) << text;
}

TEST(Numbers, CompareByValueWhateverTheirNotation) {
    // Each group is smaller than the next; all of one group are equal.
    std::vector<std::vector<std::string_view>> groups{
        {"-1e400", "-10e399"},
        {"-9223372036854775809"},
        {"-9223372036854775808", "-9223372036854775808.0"},
        {"-1.5", "-15e-1", "-1.500"},
        {"-1", "-1.0", "-10e-1"},
        {"-1e-400"},
        {"0", "-0", "0.000", "0e99", "-0.0e-5"},
        {"1e-400", "0.1e-399"},
        {"0.001", "1e-3", "0.0010"},
        {"0.1", "1e-1", "100e-3"},
        {"0.10000000000000000000001"},
        {"9007199254740992", "9007199254740992.0"},
        {"9007199254740993"}, // no double lies here
        {"18446744073709551615", "1.8446744073709551615e19"},
        {"18446744073709551616"},
        {"1e400", "100e398", "0.1e401"},
        {"1e999999999999999999999", "1e1000000000000000000000"},
    };
    for (std::size_t i = 0; i < groups.size(); i++) {
        for (std::size_t j = 0; j < groups.size(); j++) {
            for (auto a : groups[i]) {
                for (auto b : groups[j]) EXPECT_TRUE(compare_numbers(a, b) == (i <=> j)) << a << ' ' << b;
            }
        }
    }
}

TEST(Numbers, AreInt64WhereTheyAreWholeAndFit) {
    EXPECT_EQ(int64_of("0"), 0);
    EXPECT_EQ(int64_of("-0.0"), 0);
    EXPECT_EQ(int64_of("5.0"), 5);
    EXPECT_EQ(int64_of("12.5e1"), 125);
    EXPECT_EQ(int64_of("1e3"), 1000);
    EXPECT_EQ(int64_of("120e-1"), 12);
    EXPECT_EQ(int64_of("9223372036854775807"), INT64_MAX);
    EXPECT_EQ(int64_of("-9223372036854775808"), INT64_MIN);
    for (std::string_view text :
         {"9223372036854775808", "-9223372036854775809", "0.5", "1e19", "1e999999999", "1e-1", "1.0000001"})
        EXPECT_EQ(int64_of(text), std::nullopt) << text;
}

} // namespace
} // namespace riacho::data
