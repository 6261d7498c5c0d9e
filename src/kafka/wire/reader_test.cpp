#include "kafka/wire/reader.hpp"

#include <gtest/gtest.h>

namespace riacho::kafka {

TEST(Reader, ReadsNumbersInNetworkOrder) {
    Reader in(Bytes::copy_of(std::string_view("\x01\xff\xfe\0\0\0\x05", 7)));
    EXPECT_EQ(in.big_endian<std::int8_t>(), 1);
    EXPECT_EQ(in.big_endian<std::int16_t>(), -2);
    EXPECT_EQ(in.big_endian<std::int32_t>(), 5);
    EXPECT_TRUE(in.done());
}

TEST(Reader, ReadsVarintsOfUpToFiveBytes) {
    Reader in(Bytes::copy_of("\x7f\x80\x01\xff\xff\xff\xff\x0f"));
    EXPECT_EQ(in.unsigned_varint(), 127);
    EXPECT_EQ(in.unsigned_varint(), 128);
    EXPECT_EQ(in.unsigned_varint(), 0xffffffff);
    EXPECT_TRUE(in.done());
}

TEST(Reader, RefusesAVarintThatDoesNotEnd) {
    Reader cut(Bytes::copy_of("\x80\x80"));
    EXPECT_EQ(cut.unsigned_varint(), 0);
    EXPECT_TRUE(cut.failed());
    Reader longer(Bytes::copy_of("\x80\x80\x80\x80\x80\x01"));
    EXPECT_EQ(longer.unsigned_varint(), 0);
    EXPECT_TRUE(longer.failed());
}

TEST(Reader, FailureLatches) {
    Reader in(Bytes::copy_of("abc"));
    EXPECT_EQ(in.big_endian<std::int32_t>(), 0);
    EXPECT_TRUE(in.failed());
    EXPECT_EQ(in.remaining(), 0);
    EXPECT_EQ(in.big_endian<std::int8_t>(), 0);
    EXPECT_TRUE(in.take(1).empty());
    EXPECT_TRUE(in.share(1).empty());
    EXPECT_TRUE(in.take(0).empty());
    EXPECT_FALSE(in.done());
}

TEST(Reader, SharedSlicesOutliveTheReader) {
    Bytes slice;
    {
        Reader in(Bytes::copy_of("headbody"));
        in.take(4);
        slice = in.share(4);
    }
    EXPECT_EQ(as_text(slice.view()), "body");
}

TEST(Reader, AnEmptyFrameIsDoneAtOnce) {
    Reader in{Bytes{}};
    EXPECT_TRUE(in.done());
    EXPECT_TRUE(in.share(0).empty());
    EXPECT_FALSE(in.failed());
    in.unsigned_varint();
    EXPECT_TRUE(in.failed());
}

} // namespace riacho::kafka
