#include "broker/group/group_partition.hpp"

#include <gtest/gtest.h>
#include <string>

namespace riacho::broker {
namespace {

TEST(JavaHash, is_that_of_javas_strings) {
    EXPECT_EQ(java_hash(""), 0);
    EXPECT_EQ(java_hash("a"), 97);
    EXPECT_EQ(java_hash("hello"), 99162322);
    EXPECT_EQ(java_hash("console-consumer-12345"), 158455506);
    EXPECT_EQ(java_hash("polygenelubricants"), INT32_MIN);
}

TEST(JavaHash, counts_utf_16_units_not_bytes_or_code_points) {
    EXPECT_EQ(java_hash("\u00e9"), 0xe9);
    EXPECT_EQ(java_hash("\u20ac"), 0x20ac);
    EXPECT_EQ(java_hash("\U0001F600"), 31 * 0xd83d + 0xde00);
    EXPECT_EQ(java_hash("\U0010FFFF"), 31 * 0xdbff + 0xdfff);
}

TEST(JavaHash, takes_broken_utf_8_as_replacement_characters) {
    EXPECT_EQ(java_hash("\xff"), 0xfffd);
    EXPECT_EQ(java_hash("\xe2\x82"), 0xfffd);
    EXPECT_EQ(java_hash(std::string("\xc3") + "a"), 31 * 0xfffd + 'a');
}

TEST(OffsetsPartition, is_where_kafka_puts_the_group) {
    EXPECT_EQ(offsets_partition_of("a", 50), PartitionIndex{47});
    EXPECT_EQ(offsets_partition_of("hello", 50), PartitionIndex{22});
    EXPECT_EQ(offsets_partition_of("polygenelubricants", 50), PartitionIndex{0});
    EXPECT_EQ(offsets_partition_of("group", 1), PartitionIndex{0});
}

} // namespace
} // namespace riacho::broker
