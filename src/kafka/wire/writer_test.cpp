#include "kafka/wire/writer.hpp"

#include <gtest/gtest.h>
#include <string>

namespace riacho::kafka {

namespace {

const std::string long_text(Writer::reference_from, 'L');

std::string joined(const std::vector<Bytes>& pieces) {
    std::string text;
    for (const Bytes& piece : pieces) text += as_text(piece.view());
    return text;
}

} // namespace

TEST(Writer, WritesNumbersInNetworkOrder) {
    Writer out;
    out.big_endian(std::int16_t{-2});
    out.big_endian(std::uint32_t{5});
    out.unsigned_varint(300);
    EXPECT_EQ(as_text(out.to_bytes().view()), std::string_view("\xff\xfe\0\0\0\x05\xac\x02", 8));
}

TEST(Writer, GrowsBeyondItsHint) {
    Writer      out(0);
    std::string all;
    for (int i = 0; i < 100; ++i) {
        std::string piece(static_cast<std::size_t>(i), static_cast<char>('a' + i % 26));
        out.copy(as_bytes(piece));
        all += piece;
    }
    EXPECT_EQ(as_text(out.to_bytes().view()), all);
}

TEST(Writer, CopiesSmallSlicesAndReferencesLargeOnes) {
    Bytes  large = Bytes::copy_of(long_text);
    Writer out;
    out.append(Bytes::copy_of("a"));
    out.append(large);
    out.append(large);
    out.append(Bytes::copy_of("b"));
    EXPECT_EQ(out.size(), 2 + 2 * long_text.size());
    EXPECT_EQ(as_text(out.to_bytes().view()), "a" + long_text + long_text + "b");

    auto pieces = out.take();
    ASSERT_EQ(pieces.size(), 4);
    EXPECT_EQ(pieces[1].view().data(), large.view().data());
    EXPECT_EQ(joined(pieces), "a" + long_text + long_text + "b");
}

TEST(Writer, IsEmptyAfterItsPiecesAreTaken) {
    Writer out;
    out.copy(as_bytes("first"));
    auto pieces = out.take();
    EXPECT_EQ(out.size(), 0);
    out.copy(as_bytes("second"));
    EXPECT_EQ(joined(pieces), "first");
    EXPECT_EQ(joined(out.take()), "second");
    EXPECT_TRUE(out.take().empty());
}

TEST(Writer, AppendsAnotherWriterAndKeepsItsReferences) {
    Bytes  large = Bytes::copy_of(long_text);
    Writer inner;
    inner.copy(as_bytes("<"));
    inner.append(large);
    inner.copy(as_bytes(">"));
    Writer out;
    out.copy(as_bytes("("));
    out.append(inner);
    out.copy(as_bytes(")"));
    auto pieces = out.take();
    ASSERT_EQ(pieces.size(), 3);
    EXPECT_EQ(pieces[1].view().data(), large.view().data());
    EXPECT_EQ(joined(pieces), "(<" + long_text + ">)");
}

TEST(Writer, AHoleIsFilledLater) {
    Writer out(0);
    out.copy(as_bytes("x"));
    auto hole = out.hole();
    out.copy(as_bytes("yz"));
    out.fill(hole, 2);
    EXPECT_EQ(as_text(out.to_bytes().view()), std::string_view("x\0\0\0\x02yz", 7));
}

} // namespace riacho::kafka
