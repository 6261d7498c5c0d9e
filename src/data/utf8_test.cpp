#include "data/utf8.hpp"

#include <gtest/gtest.h>

namespace riacho::data {
namespace {

TEST(Utf8, TakesTheFirstAndTheLastOfEachLength) {
    for (std::string_view text :
         {"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
          "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "plain text, ação, 日本語, 😀"})
        EXPECT_TRUE(is_utf8(text)) << text;
    EXPECT_TRUE(is_utf8(std::string_view("\0\0", 2)));
}

TEST(Utf8, RefusesOverlongFormsSurrogatesAndWhatIsCutOff) {
    for (std::string_view bad :
         {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41", "\xe0\x80\x80", "\xe0\x9f\xbf",
          "\xe0\xa0", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf0\x90\x80",
          "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xfe", "\xff"}) {
        EXPECT_FALSE(is_utf8(bad));
        std::string text = "eight or more " + std::string(bad);
        EXPECT_EQ(utf8_prefix(text), 14);
    }
}

TEST(Utf8, IsRepairedByteByByte) {
    EXPECT_EQ(repaired_utf8("as it is"), "as it is");
    EXPECT_EQ(repaired_utf8("a\xff\xfe z"), "a\xef\xbf\xbd\xef\xbf\xbd z");
    EXPECT_EQ(repaired_utf8("caf\xe9"), "caf\xef\xbf\xbd");
}

} // namespace
} // namespace riacho::data
