#include "http/date.hpp"

#include <gtest/gtest.h>

namespace riacho::http {
namespace {

TEST(Date, is_written_as_in_RFC_9110) {
    EXPECT_EQ(date_text({784111777000}), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(date_text({0}), "Thu, 01 Jan 1970 00:00:00 GMT");
    EXPECT_EQ(date_text({1709164799999}), "Wed, 28 Feb 2024 23:59:59 GMT");
    EXPECT_EQ(date_text({1709164800000}), "Thu, 29 Feb 2024 00:00:00 GMT");
}

} // namespace
} // namespace riacho::http
