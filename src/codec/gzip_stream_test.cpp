#include "codec/compression.hpp"
#include "codec/gzip_stream.hpp"

#include <gtest/gtest.h>

namespace riacho {
namespace {

std::string unpacked(std::string_view packed) {
    auto plain = decompress(Compression::gzip, as_bytes(packed), 1 << 26);
    return plain ? std::string(as_text(plain->view())) : "damaged: " + plain.error().detail;
}

TEST(GzipStream, packs_pieces_that_come_one_after_the_other) {
    GzipStream  stream;
    std::string packed;
    std::string plain;
    for (int i = 0; i < 1000; ++i) {
        std::string piece = "row " + std::to_string(i) + "\n";
        stream.put(as_bytes(piece), i % 3 == 0 ? GzipStream::Flush::sync : GzipStream::Flush::none, packed);
        plain += piece;
    }
    stream.put({}, GzipStream::Flush::finish, packed);
    EXPECT_EQ(unpacked(packed), plain);
    EXPECT_LT(packed.size(), plain.size());
}

TEST(GzipStream, packs_nothing_and_much) {
    for (std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{16384}, std::size_t{5'000'000}}) {
        GzipStream  stream;
        std::string plain;
        for (std::size_t i = 0; i < size; ++i) plain.push_back(static_cast<char>(i * i >> 3));
        std::string packed;
        stream.put(as_bytes(plain), GzipStream::Flush::finish, packed);
        EXPECT_TRUE(unpacked(packed) == plain) << size;
    }
}

TEST(GzipStream, gives_all_of_a_piece_with_a_sync) {
    GzipStream  stream;
    std::string packed;
    stream.put(as_bytes("first"), GzipStream::Flush::sync, packed);
    std::size_t first = packed.size();
    stream.put(as_bytes("second"), GzipStream::Flush::finish, packed);
    // What follows a sync has nothing of the first piece: a member that is cut there lacks only the second.
    EXPECT_TRUE(packed.substr(0, first).ends_with(std::string_view("\0\0\xff\xff", 4)));
    EXPECT_EQ(unpacked(packed), "firstsecond");
}

} // namespace
} // namespace riacho
