#include "app/properties.hpp"

#include <gtest/gtest.h>

namespace riacho::app {
namespace {

TEST(Properties, names_end_at_equals_colon_or_blank) {
    EXPECT_EQ(parse_properties("a=1\nb : 2\nc 3\nd\n"),
              (Properties{{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", ""}}));
}

TEST(Properties, comments_and_empty_lines_say_nothing) {
    EXPECT_EQ(parse_properties("# x=1\n\n  ! y=2\r\n z=3\r\n"), (Properties{{"z", "3"}}));
}

TEST(Properties, a_backslash_at_the_end_joins_lines_and_two_do_not) {
    EXPECT_EQ(parse_properties("a=1,\\\n   2\nb=x\\\\\nc=3"),
              (Properties{{"a", "1,2"}, {"b", "x\\"}, {"c", "3"}}));
}

TEST(Properties, escapes_are_javas) {
    EXPECT_EQ(parse_properties("a\\=b=t\\tn\\u00e9\\:"), (Properties{{"a=b", "t\tn\xc3\xa9:"}}));
}

} // namespace
} // namespace riacho::app
