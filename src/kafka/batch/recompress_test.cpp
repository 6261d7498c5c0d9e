#include "kafka/batch/batch_builder.hpp"
#include "kafka/batch/recompress.hpp"
#include "kafka/batch/record_cursor.hpp"

#include <gtest/gtest.h>
#include <string>

namespace riacho::kafka {
namespace {

constexpr Compression every_kind[] = {Compression::none, Compression::gzip, Compression::snappy,
                                      Compression::lz4, Compression::zstd};

Bytes batch_of_three(Compression compression) {
    BatchBuilder builder({.base_offset = {7},
                          .leader_epoch = LeaderEpoch{2},
                          .compression = compression,
                          .producer_id = ProducerId{5},
                          .producer_epoch = 1,
                          .base_sequence = 40});
    std::string  value(500, 'v');
    for (std::int64_t time : {30, 10, 20}) builder.add({.timestamp = {time}, .value = as_bytes(value)});
    return builder.build();
}

std::string records_text(const BatchView& batch) {
    auto        cursor = RecordCursor::open(batch, 1 << 20).value();
    std::string text;
    while (const Record* record = cursor.next())
        text += std::to_string(record->offset.value) + "@" + std::to_string(record->timestamp.ms) + ":" +
                std::to_string(record->value->size()) + " ";
    EXPECT_FALSE(cursor.error());
    return text;
}

TEST(Recompress, keeps_everything_but_the_compression_from_any_kind_to_any) {
    for (Compression from : every_kind) {
        Bytes       before = batch_of_three(from);
        BatchView   old = BatchView::first(before.view()).value();
        BatchHeader expected = old.header();
        for (Compression to : every_kind) {
            Bytes     after = recompress(old, {.to = to}).value();
            BatchView batch = BatchView::first(after.view()).value();
            EXPECT_EQ(batch.size(), after.size());
            EXPECT_TRUE(batch.crc_matches());
            EXPECT_EQ(batch.attributes().compression(), to);
            EXPECT_EQ(records_text(batch), "7@30:500 8@10:500 9@20:500 ");
            BatchHeader header = batch.header();
            header.crc = expected.crc;
            header.batch_length = expected.batch_length;
            header.attributes = expected.attributes;
            EXPECT_EQ(header, expected);
        }
    }
}

TEST(Recompress, refuses_what_is_damaged_and_what_grows_too_large) {
    Bytes bomb = batch_of_three(Compression::gzip);
    auto  batch = BatchView::first(bomb.view()).value();
    EXPECT_EQ(recompress(batch, {.to = Compression::lz4, .bytes_max = 1000}).error().code,
              BatchError::too_large);
    bomb.writable()[batch_layout::header_size] ^= std::byte{0xff};
    EXPECT_EQ(recompress(batch, {.to = Compression::lz4}).error().code, BatchError::corrupt);
}

TEST(Recompress, takes_the_level_that_it_is_told) {
    Bytes     plain = batch_of_three(Compression::none);
    BatchView batch = BatchView::first(plain.view()).value();
    for (auto [to, low, high] : {std::tuple(Compression::gzip, 1, 9), std::tuple(Compression::zstd, 1, 19)}) {
        auto fast = recompress(batch, {.to = to, .level = low});
        auto small = recompress(batch, {.to = to, .level = high});
        ASSERT_TRUE(fast && small);
        EXPECT_LE(small->size(), fast->size());
    }
}

} // namespace
} // namespace riacho::kafka
