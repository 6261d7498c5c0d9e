#include "base/random.hpp"
#include "storage/wal/frame.hpp"
#include "storage/wal/wal_file.hpp"

#include <gtest/gtest.h>
#include <string>

namespace riacho::storage {
namespace {

std::vector<Entry> sample_entries(std::size_t count, std::size_t bytes) {
    std::vector<Entry> entries(count);
    for (std::size_t i = 0; i < count; ++i) {
        entries[i].volume = static_cast<std::uint16_t>(i);
        entries[i].partition.topic_id.bytes[3] = std::byte{9};
        entries[i].partition.index = PartitionIndex{static_cast<std::int32_t>(i)};
        entries[i].base_offset = {static_cast<std::int64_t>(i) << 40};
        entries[i].leader_epoch = LeaderEpoch{7};
        entries[i].bytes = Bytes::copy_of(std::string(bytes + i, static_cast<char>('a' + i % 26)));
    }
    return entries;
}

Bytes framed(FrameNumber number, Salt salt, const std::vector<Entry>& entries) {
    std::vector<const Entry*> pointers;
    for (const Entry& entry : entries) pointers.push_back(&entry);
    EncodedFrame           frame = encode_frame(number, salt, pointers);
    std::vector<std::byte> content;
    for (ByteView piece : frame.pieces) content.insert(content.end(), piece.begin(), piece.end());
    EXPECT_EQ(content.size(), frame.size);
    return Bytes::copy_of(content);
}

TEST(Frame, comes_back_as_it_was_written) {
    for (std::size_t count : {1u, 2u, 40u}) {
        for (std::size_t bytes : {0u, 1u, 4095u, 4096u, 10'000u}) {
            auto  entries = sample_entries(count, bytes);
            Bytes frame = framed({42}, {99}, entries);
            EXPECT_EQ(frame.size() % wal_block, 0u);
            ASSERT_TRUE(frame_validates(frame.view(), {99}));
            DecodedFrame decoded = decode_frame(frame);
            EXPECT_EQ(decoded.damage, FrameDamage::none);
            EXPECT_EQ(decoded.number, FrameNumber{42});
            ASSERT_EQ(decoded.entries.size(), count);
            for (std::size_t i = 0; i < count; ++i) {
                EXPECT_EQ(decoded.entries[i].kind, entries[i].kind);
                EXPECT_EQ(decoded.entries[i].volume, entries[i].volume);
                EXPECT_EQ(decoded.entries[i].partition, entries[i].partition);
                EXPECT_EQ(decoded.entries[i].base_offset, entries[i].base_offset);
                EXPECT_EQ(decoded.entries[i].leader_epoch, entries[i].leader_epoch);
                EXPECT_EQ(decoded.entries[i].bytes, entries[i].bytes);
            }
        }
    }
}

TEST(Frame, does_not_validate_with_the_salt_of_another_use) {
    Bytes frame = framed({42}, {99}, sample_entries(3, 100));
    EXPECT_FALSE(frame_validates(frame.view(), {98}));
    EXPECT_FALSE(frame_validates(frame.view(), {99ull << 32}));
}

TEST(Frame, is_refused_after_any_truncation_to_whole_blocks) {
    Bytes frame = framed({1}, {5}, sample_entries(3, 5000));
    for (std::size_t size = 0; size < frame.size(); size += 512)
        EXPECT_FALSE(frame_validates(frame.view().first(size), {5})) << size;
}

TEST(Frame, is_refused_when_any_bit_of_it_flips_padding_included) {
    Bytes frame = framed({1}, {5}, sample_entries(2, 700));
    auto  bytes = frame.writable();
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        std::byte mask = std::byte{1} << (bit % 8);
        bytes[bit / 8] ^= mask;
        EXPECT_FALSE(frame_validates(frame.view(), {5})) << bit;
        bytes[bit / 8] ^= mask;
    }
    EXPECT_TRUE(frame_validates(frame.view(), {5}));
}

TEST(Frame, is_refused_when_any_sector_of_it_was_lost) {
    Bytes frame = framed({8}, {5}, sample_entries(4, 3000));
    Bytes old = framed({7}, {5}, sample_entries(4, 3001));
    for (std::size_t at = 0; at < std::min(frame.size(), old.size()); at += 512) {
        Bytes torn = Bytes::copy_of(frame.view());
        std::ranges::copy(old.view().subspan(at, 512),
                          torn.writable().begin() + static_cast<std::ptrdiff_t>(at));
        if (torn == frame) continue; // the same bytes: zeros of the padding
        EXPECT_FALSE(frame_validates(torn.view(), {5})) << at;
    }
}

TEST(Frame, of_random_bytes_is_refused_and_never_crashes) {
    SeededRandom random(1);
    for (int i = 0; i < 2000; ++i) {
        std::vector<std::byte> bytes(wal_block * (1 + random.bits() % 3));
        for (std::size_t at = 0; at < 64; ++at) bytes[at] = static_cast<std::byte>(random.bits() % 5);
        EXPECT_FALSE(frame_validates(bytes, {random.bits()}));
    }
}

TEST(Frame, with_an_entry_of_an_unknown_kind_says_so) {
    auto entries = sample_entries(2, 10);
    entries[1].kind = static_cast<EntryKind>(77);
    EXPECT_EQ(decode_frame(framed({1}, {5}, entries)).damage, FrameDamage::unknown_kind);
}

TEST(Frame, keeps_a_small_entry_without_keeping_the_whole_frame) {
    auto entries = sample_entries(40, 1000);
    auto decoded = decode_frame(framed({1}, {5}, entries));
    EXPECT_LT(decoded.entries[3].bytes.held_bytes(), 2000u);
}

TEST(WalFileHeader, comes_back_and_any_flipped_bit_of_it_is_refused) {
    WalFileHeader header{12, {0x1234567890}, Durability::os};
    Bytes         block = encode(header);
    ASSERT_EQ(block.size(), wal_block);
    EXPECT_EQ(*decode_wal_file_header(block.view()), header);
    for (std::size_t bit = 0; bit < wal_block * 8; ++bit) {
        std::byte mask = std::byte{1} << (bit % 8);
        block.writable()[bit / 8] ^= mask;
        EXPECT_FALSE(decode_wal_file_header(block.view())) << bit;
        block.writable()[bit / 8] ^= mask;
    }
}

TEST(WalFileHeader, of_a_newer_format_names_both_versions) {
    Bytes block = encode(WalFileHeader{1, {2}, Durability::synced});
    block.writable()[8] = std::byte{3};
    auto decoded = decode_wal_file_header(block.view());
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().code, HeaderProblem::newer_format);
    EXPECT_EQ(decoded.error().detail, "format version 3, this program knows 1");
}

TEST(WalFileName, has_twenty_digits_and_nothing_else) {
    EXPECT_EQ(wal_file_path("/d", 7), "/d/00000000000000000007.wal");
    EXPECT_EQ(wal_file_number("00000000000000000007.wal"), 7u);
    for (const char* name :
         {"7.wal", "0000000000000000000x.wal", "00000000000000000007.wal.filling", "checkpoint"})
        EXPECT_EQ(wal_file_number(name), std::nullopt) << name;
}

} // namespace
} // namespace riacho::storage
