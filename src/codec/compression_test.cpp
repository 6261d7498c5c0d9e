#include "base/random.hpp"
#include "codec/compression.hpp"

#include <gtest/gtest.h>
#include <lz4frame.h>
#include <snappy.h>
#include <string>
#include <vector>
#include <zstd.h>

namespace riacho {
namespace {

constexpr std::size_t one_mib = 1 << 20;

class EachCompression : public testing::TestWithParam<Compression> {};

/// Text that compresses, in parts that do not.
std::string plain_text(std::size_t size) {
    SeededRandom random(size);
    std::string  text;
    while (text.size() < size) {
        if (random.between(0, 3) == 0) {
            for (int i = 0; i < 40; i++) text.push_back(static_cast<char>(random.bits()));
        } else {
            text += "the quick brown fox jumps over the lazy dog ";
        }
    }
    text.resize(size);
    return text;
}

Bytes joined(const Bytes& a, const Bytes& b) {
    std::string both(as_text(a.view()));
    both += as_text(b.view());
    return Bytes::copy_of(both);
}

TEST_P(EachCompression, GivesBackWhatItWasGiven) {
    for (std::size_t size : {0uz, 1uz, 100uz, 32767uz, 32768uz, 32769uz, 300'000uz}) {
        std::string text = plain_text(size);
        auto        packed = compress(GetParam(), as_bytes(text));
        ASSERT_TRUE(packed);
        auto plain = decompress(GetParam(), packed->view(), size);
        ASSERT_TRUE(plain) << size << plain.error().detail;
        EXPECT_EQ(as_text(plain->view()), text);
    }
}

TEST_P(EachCompression, TakesALevel) {
    std::string text = plain_text(50'000);
    for (int level : {-100, -1, 1, 9, 100}) {
        auto packed = compress(GetParam(), as_bytes(text), level);
        ASSERT_TRUE(packed);
        EXPECT_EQ(as_text(decompress(GetParam(), packed->view(), one_mib)->view()), text) << level;
    }
}

TEST_P(EachCompression, RefusesMoreThanTheLimit) {
    std::string text = plain_text(100'000);
    auto        packed = compress(GetParam(), as_bytes(text));
    for (std::size_t limit : {0uz, 1uz, 5000uz, 99'999uz}) {
        auto plain = decompress(GetParam(), packed->view(), limit);
        ASSERT_FALSE(plain) << limit;
        EXPECT_EQ(plain.error().code, CompressionError::too_large) << limit;
    }
}

TEST_P(EachCompression, StopsABombAtTheLimit) {
    std::string zeros(64 * one_mib, '\0');
    auto        bomb = compress(GetParam(), as_bytes(zeros));
    EXPECT_EQ(decompress(GetParam(), bomb->view(), one_mib).error().code, CompressionError::too_large);
}

TEST_P(EachCompression, RefusesEveryTruncation) {
    if (GetParam() == Compression::none) return;
    std::string text = plain_text(2000);
    auto        packed = compress(GetParam(), as_bytes(text));
    for (std::size_t cut = 0; cut < packed->size(); cut++) {
        auto plain = decompress(GetParam(), packed->view().first(cut), one_mib);
        // xerial's framing has no end: without its only block it is a whole stream of nothing.
        if (GetParam() == Compression::snappy && cut == 16) continue;
        EXPECT_FALSE(plain) << cut;
    }
}

TEST_P(EachCompression, SurvivesEveryFlippedByte) {
    std::string text = plain_text(1000);
    auto        packed = compress(GetParam(), as_bytes(text));
    for (std::size_t at = 0; at < packed->size(); at++) {
        for (unsigned flip : {0x01u, 0x80u, 0xffu}) {
            Bytes damaged = Bytes::copy_of(packed->view());
            damaged.writable()[at] ^= static_cast<std::byte>(flip);
            auto plain = decompress(GetParam(), damaged.view(), one_mib);
            if (plain) EXPECT_LE(plain->size(), one_mib);
        }
    }
}

TEST_P(EachCompression, ReadsStreamsThatFollowEachOther) {
    std::string first = plain_text(40'000);
    std::string second = plain_text(70'000);
    Bytes both = joined(*compress(GetParam(), as_bytes(first)), *compress(GetParam(), as_bytes(second)));
    auto  plain = decompress(GetParam(), both.view(), one_mib);
    ASSERT_TRUE(plain) << plain.error().detail;
    EXPECT_EQ(as_text(plain->view()), first + second);
}

INSTANTIATE_TEST_SUITE_P(, EachCompression,
                         testing::Values(Compression::none, Compression::gzip, Compression::snappy,
                                         Compression::lz4, Compression::zstd),
                         [](const auto& kind) { return std::string(name_of(kind.param)); });

TEST(Snappy, ReadsRawBlocksWithoutFraming) {
    std::string text = plain_text(100'000);
    std::string raw;
    snappy::Compress(text.data(), text.size(), &raw);
    auto plain = decompress(Compression::snappy, as_bytes(raw), one_mib);
    ASSERT_TRUE(plain);
    EXPECT_EQ(as_text(plain->view()), text);
}

TEST(Snappy, RefusesAClaimThatItsSizeCannotHold) {
    std::string claim("\xff\xff\xff\x0f", 4); // 33554431 bytes out of nothing
    EXPECT_EQ(decompress(Compression::snappy, as_bytes(claim), 1 << 30).error().code,
              CompressionError::damaged);
}

TEST(Lz4, ReadsLinkedBlocksChecksumsAndAContentSize) {
    std::string        text = plain_text(500'000);
    LZ4F_preferences_t preferences{};
    preferences.frameInfo.blockMode = LZ4F_blockLinked;
    preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
    preferences.frameInfo.blockChecksumFlag = LZ4F_blockChecksumEnabled;
    preferences.frameInfo.contentSize = text.size();
    std::string packed(LZ4F_compressFrameBound(text.size(), &preferences), '\0');
    packed.resize(LZ4F_compressFrame(packed.data(), packed.size(), text.data(), text.size(), &preferences));
    EXPECT_EQ(as_text(decompress(Compression::lz4, as_bytes(packed), one_mib)->view()), text);
}

TEST(Zstd, ReadsAStreamThatDoesNotSayItsSize) {
    std::string    text = plain_text(700'000);
    std::string    packed(ZSTD_compressBound(text.size()), '\0');
    ZSTD_CCtx*     context = ZSTD_createCCtx();
    ZSTD_inBuffer  in{text.data(), text.size(), 0};
    ZSTD_outBuffer out{packed.data(), packed.size(), 0};
    ASSERT_EQ(ZSTD_compressStream2(context, &out, &in, ZSTD_e_flush), 0u);
    ASSERT_EQ(ZSTD_compressStream2(context, &out, &in, ZSTD_e_end), 0u);
    ZSTD_freeCCtx(context);
    packed.resize(out.pos);
    ASSERT_EQ(ZSTD_getFrameContentSize(packed.data(), packed.size()), ZSTD_CONTENTSIZE_UNKNOWN);
    EXPECT_EQ(as_text(decompress(Compression::zstd, as_bytes(packed), one_mib)->view()), text);
    EXPECT_EQ(decompress(Compression::zstd, as_bytes(packed), 699'999).error().code,
              CompressionError::too_large);
}

TEST(Zstd, RefusesFormatsFromBeforeItsFirstVersion) {
    std::string_view of_version_0_6("\x26\xb5\x2f\xfd\x83\x83\x95\0\0\0", 10);
    auto             read = decompress(Compression::zstd, as_bytes(of_version_0_6), one_mib);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, CompressionError::damaged);
}

} // namespace
} // namespace riacho
