#include "codec/endian.hpp"
#include "codec/varint.hpp"

#include <gtest/gtest.h>
#include <limits>
#include <vector>

namespace riacho {
namespace {

std::vector<std::byte> bytes_of(std::initializer_list<int> values) {
    std::vector<std::byte> bytes;
    for (int value : values) bytes.push_back(static_cast<std::byte>(value));
    return bytes;
}

std::vector<std::int64_t> edges_of_varints() {
    std::vector<std::int64_t> values{0, -1, 1, std::numeric_limits<std::int64_t>::min(),
                                     std::numeric_limits<std::int64_t>::max()};
    for (int bit = 1; bit < 63; bit++) {
        for (std::int64_t around : {-1, 0, 1}) {
            values.push_back((std::int64_t{1} << bit) + around);
            values.push_back(-(std::int64_t{1} << bit) + around);
        }
    }
    return values;
}

TEST(Varint, WritesTheBytesKafkaWrites) {
    std::vector<std::byte> out;
    append_varint(out, 0);
    append_varint(out, -1);
    append_varint(out, 1);
    append_varint(out, 64);
    append_unsigned_varint(out, 300);
    EXPECT_EQ(out, bytes_of({0x00, 0x01, 0x02, 0x80, 0x01, 0xac, 0x02}));
}

TEST(Varint, GivesBackEveryLongAndRefusesEveryTruncation) {
    for (std::int64_t value : edges_of_varints()) {
        std::vector<std::byte> out;
        append_varlong(out, value);
        EXPECT_EQ(out.size(), varlong_size(value));
        auto read = decode_varlong(out);
        EXPECT_EQ(read.value, value);
        EXPECT_EQ(read.size, out.size());
        for (std::size_t cut = 0; cut < out.size(); cut++) {
            EXPECT_FALSE(decode_varlong(ByteView(out).first(cut))) << value << " cut to " << cut;
        }
    }
}

TEST(Varint, GivesBackEveryInt) {
    for (std::int64_t wide : edges_of_varints()) {
        auto                   value = static_cast<std::int32_t>(wide);
        std::vector<std::byte> out;
        append_varint(out, value);
        EXPECT_EQ(out.size(), varint_size(value));
        EXPECT_EQ(decode_varint(out).value, value);
        EXPECT_EQ(decode_varint(out).size, out.size());
        out.clear();
        append_unsigned_varint(out, static_cast<std::uint32_t>(value));
        EXPECT_EQ(decode_unsigned_varint(out).value, static_cast<std::uint32_t>(value));
    }
}

TEST(Varint, RefusesMoreBytesThanItsTypeAllows) {
    EXPECT_FALSE(decode_unsigned_varint(bytes_of({0x80, 0x80, 0x80, 0x80, 0x80, 0x01})));
    EXPECT_TRUE(decode_unsigned_varlong(bytes_of({0x80, 0x80, 0x80, 0x80, 0x80, 0x01})));
    std::vector<std::byte> endless(11, std::byte{0x80});
    EXPECT_FALSE(decode_unsigned_varlong(endless));
}

TEST(Varint, TakesPaddedFormsAsKafkaDoes) {
    EXPECT_EQ(decode_unsigned_varint(bytes_of({0x81, 0x00})).value, 1u);
    EXPECT_EQ(decode_unsigned_varint(bytes_of({0xff, 0xff, 0xff, 0xff, 0x7f})).value, 0xffffffffu);
}

TEST(Endian, PutsTheHighByteFirstOrLast) {
    std::byte bytes[4];
    store_big(bytes, std::uint32_t{0x01020304});
    EXPECT_EQ(bytes[0], std::byte{1});
    EXPECT_EQ(load_big<std::int32_t>(bytes), 0x01020304);
    EXPECT_EQ(load_little<std::int32_t>(bytes), 0x04030201);
    store_little(bytes, std::int16_t{-2});
    EXPECT_EQ(bytes[0], std::byte{0xfe});
    EXPECT_EQ(load_little<std::int16_t>(bytes), -2);
}

} // namespace
} // namespace riacho
