#include "browse/time_text.hpp"

#include <gtest/gtest.h>

namespace riacho::browse {
namespace {

TEST(TimeText, IsReadInTheFormsOfPeopleAndOfItsRfc) {
    EXPECT_EQ(parse_time("1970-01-01"), Timestamp{0});
    EXPECT_EQ(parse_time("2024-02-29"), Timestamp{1709164800000});
    EXPECT_EQ(parse_time("2024-02-29T12:30"), Timestamp{1709209800000});
    EXPECT_EQ(parse_time("2024-02-29 12:30:01"), Timestamp{1709209801000});
    EXPECT_EQ(parse_time("2024-02-29T12:30:01.5Z"), Timestamp{1709209801500});
    EXPECT_EQ(parse_time("2024-02-29t12:30:01.123456789z"), Timestamp{1709209801123});
    EXPECT_EQ(parse_time("2024-02-29T12:30:01-03:00"), Timestamp{1709220601000});
    EXPECT_EQ(parse_time("2024-02-29T12:30:01+0530"), Timestamp{1709190001000});
    EXPECT_EQ(parse_time("1969-12-31T23:59:59.999Z"), Timestamp{-1});
}

TEST(TimeText, IsRefusedWhereThereIsNoSuchTime) {
    for (std::string_view text :
         {"", "2024", "2024-13-01", "2024-02-30", "2023-02-29", "2024-1-1", "2024-01-01T", "2024-01-01T24:00",
          "2024-01-01T10:60", "2024-01-01T10:00:61", "2024-01-01T10:00:00.", "2024-01-01T10:00:00X",
          "-024-01-01", "2024-01-01T10:00:00+25:00", "2024-01-01Z10:00", "2024-01-01T10:00:00Z ", "yesterday",
          "20240-01-01"})
        EXPECT_EQ(parse_time(text), std::nullopt) << text;
}

TEST(TimeText, IsWrittenInUtcAndReadAgain) {
    EXPECT_EQ(time_text({1709209801500}), "2024-02-29T12:30:01.500Z");
    EXPECT_EQ(time_text({-1}), "1969-12-31T23:59:59.999Z");
    EXPECT_EQ(time_text({INT64_MAX}), "9223372036854775807");
    for (std::int64_t ms : {-62'167'219'200'000, 0L, 951'782'400'000, 253'402'300'799'999})
        EXPECT_EQ(parse_time(time_text({ms})), Timestamp{ms});
}

} // namespace
} // namespace riacho::browse
