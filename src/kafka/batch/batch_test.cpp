#include "base/random.hpp"
#include "kafka/batch/batch_builder.hpp"
#include "kafka/batch/patch.hpp"
#include "kafka/batch/record_cursor.hpp"
#include "kafka/batch/search.hpp"

#include <gtest/gtest.h>
#include <limits>
#include <string>
#include <vector>

namespace riacho::kafka {
namespace {

constexpr std::size_t batch_test_bytes_max = 1 << 20;

/// A record that owns its bytes.
struct KeptRecord {
    Timestamp                                                       timestamp;
    std::optional<std::string>                                      key;
    std::optional<std::string>                                      value;
    std::vector<std::pair<std::string, std::optional<std::string>>> headers;
    bool operator==(const KeptRecord&) const = default;
};

std::optional<ByteView> view_of(const std::optional<std::string>& text) {
    if (!text) return std::nullopt;
    return as_bytes(*text);
}

std::optional<std::string> kept(const std::optional<ByteView>& bytes) {
    if (!bytes) return std::nullopt;
    return std::string(as_text(*bytes));
}

std::optional<std::string> drawn_text(SeededRandom& random) {
    if (random.between(0, 4) == 0) return std::nullopt;
    std::string text(random.between(0, 200), ' ');
    for (char& c : text) c = static_cast<char>(random.between(0, 255));
    return text;
}

std::vector<KeptRecord> drawn_records(SeededRandom& random) {
    std::vector<KeptRecord> records(random.between(1, 80));
    for (KeptRecord& record : records) {
        record.timestamp = {static_cast<std::int64_t>(random.between(0, 1'800'000'000'000))};
        record.key = drawn_text(random);
        record.value = drawn_text(random);
        for (std::uint64_t i = random.between(0, 3); i > 0; i--) {
            record.headers.emplace_back(drawn_text(random).value_or(""), drawn_text(random));
        }
    }
    return records;
}

Bytes built_from(const std::vector<KeptRecord>& records, const BatchOptions& options) {
    BatchBuilder builder(options);
    for (const KeptRecord& record : records) {
        std::vector<RecordHeader> headers;
        for (const auto& [key, value] : record.headers) headers.push_back({key, view_of(value)});
        NewRecord   added{record.timestamp, view_of(record.key), view_of(record.value), headers};
        std::size_t before = builder.size();
        builder.add(added);
        EXPECT_LE(builder.size() - before, BatchBuilder::size_of(added));
    }
    return builder.build();
}

std::vector<KeptRecord> records_of(const Bytes& batch) {
    std::vector<KeptRecord> records;
    auto cursor = RecordCursor::open(*BatchView::first(batch.view()), batch_test_bytes_max);
    while (const Record* record = cursor->next()) {
        KeptRecord   copy{record->timestamp, kept(record->key), kept(record->value), {}};
        HeaderCursor headers = record->headers();
        while (auto header = headers.next()) copy.headers.emplace_back(header->key, kept(header->value));
        EXPECT_FALSE(headers.failed());
        records.push_back(std::move(copy));
    }
    EXPECT_FALSE(cursor->error());
    return records;
}

Bytes batch_at(std::int64_t offset, std::initializer_list<std::int64_t> timestamps,
               Compression compression = Compression::none) {
    BatchBuilder builder({.base_offset = Offset{offset}, .compression = compression});
    for (std::int64_t ms : timestamps) builder.add({.timestamp = {ms}, .value = as_bytes("value")});
    return builder.build();
}

TEST(Batch, GivesBackTheRecordsItWasBuiltFromWithEveryCompression) {
    SeededRandom random(1);
    for (int round = 0; round < 50; round++) {
        auto records = drawn_records(random);
        for (int kind = 0; kind < 5; kind++) {
            Bytes batch = built_from(records, {.compression = static_cast<Compression>(kind)});
            EXPECT_TRUE(BatchView::first(batch.view())->crc_matches());
            EXPECT_EQ(records_of(batch), records);
        }
    }
}

TEST(Batch, CarriesTheWidestTimestampsAndGapsInItsOffsets) {
    BatchBuilder builder({.base_offset = Offset{1000}, .last_offset_delta = 99});
    builder.add({.timestamp = {std::numeric_limits<std::int64_t>::max()}, .offset_delta = 3});
    builder.add({.timestamp = {std::numeric_limits<std::int64_t>::min()}, .offset_delta = 70});
    Bytes bytes = builder.build();
    auto  batch = *BatchView::first(bytes.view());
    EXPECT_EQ(batch.next_offset(), Offset{1100});
    EXPECT_EQ(batch.records_count(), 2);
    auto cursor = RecordCursor::open(batch, batch_test_bytes_max);
    EXPECT_EQ(cursor->next()->offset, Offset{1003});
    const Record* last = cursor->next();
    EXPECT_EQ(last->offset, Offset{1070});
    EXPECT_EQ(last->timestamp, Timestamp{std::numeric_limits<std::int64_t>::min()});
}

TEST(Batch, MayHaveNoRecordsAtAll) {
    Bytes bytes = BatchBuilder({.compression = Compression::zstd,
                                .producer_id = ProducerId{7},
                                .producer_epoch = 1,
                                .base_sequence = 12,
                                .last_offset_delta = 4})
                      .build();
    auto batch = BatchView::first(bytes.view());
    ASSERT_TRUE(batch);
    EXPECT_EQ(batch->size(), batch_layout::header_size);
    EXPECT_EQ(batch->last_sequence(), 16);
    EXPECT_EQ(batch->max_timestamp(), Timestamp{-1});
    EXPECT_TRUE(records_of(bytes).empty());
    EXPECT_EQ(*max_timestamp_record(*batch, {}), std::nullopt);
}

TEST(Batch, WrapsItsSequenceAfterTheLargestNumber) {
    BatchBuilder builder({.producer_id = ProducerId{7}, .producer_epoch = 0, .base_sequence = 2147483646});
    for (int i = 0; i < 4; i++) builder.add({});
    Bytes bytes = builder.build();
    EXPECT_EQ(BatchView::first(bytes.view())->last_sequence(), 1);
}

TEST(Batch, WithLogAppendTimeGivesEveryRecordThatTime) {
    BatchBuilder builder({.compression = Compression::lz4, .log_append_time = Timestamp{50}});
    builder.add({.timestamp = {1}}).add({.timestamp = {99}});
    for (const KeptRecord& record : records_of(builder.build())) EXPECT_EQ(record.timestamp, Timestamp{50});
}

TEST(BatchPatch, OfOffsetAndEpochLeavesTheCrcAlone) {
    Bytes bytes = batch_at(0, {1, 2, 3});
    set_base_offset(bytes.writable(), Offset{1'000'000'000'000});
    set_leader_epoch(bytes.writable(), LeaderEpoch{12});
    auto batch = *BatchView::first(bytes.view());
    EXPECT_TRUE(batch.crc_matches());
    EXPECT_EQ(batch.last_offset(), Offset{1'000'000'000'002});
    EXPECT_EQ(batch.leader_epoch(), LeaderEpoch{12});
}

TEST(BatchHeader, ComesBackAsItWasStored) {
    BatchHeader            header{.base_offset = Offset{0x0102030405060708},
                                  .batch_length = 49,
                                  .leader_epoch = LeaderEpoch{0x090a0b0c},
                                  .crc = 0xdeadbeef,
                                  .attributes = {0x7f},
                                  .last_offset_delta = -5,
                                  .base_timestamp = {-7},
                                  .max_timestamp = {std::numeric_limits<std::int64_t>::max()},
                                  .producer_id = ProducerId{0x1112131415161718},
                                  .producer_epoch = -2,
                                  .base_sequence = 0x191a1b1c,
                                  .records_count = -3};
    std::vector<std::byte> bytes(batch_layout::header_size);
    store_header(bytes, header);
    EXPECT_EQ(BatchView::first(bytes)->header(), header);
}

TEST(BatchCursor, WalksTheBatchesAndReportsWhatIsLeft) {
    std::string all;
    for (std::int64_t offset : {0, 3, 6}) all += as_text(batch_at(offset, {1, 2, 3}).view());
    BatchCursor whole(as_bytes(all));
    for (std::int64_t offset : {0, 3, 6}) EXPECT_EQ(whole.next()->base_offset(), Offset{offset});
    EXPECT_FALSE(whole.next());
    EXPECT_FALSE(whole.error());
    EXPECT_TRUE(whole.rest().empty());

    BatchCursor torn(as_bytes(all).first(all.size() - 1));
    EXPECT_TRUE(torn.next());
    EXPECT_TRUE(torn.next());
    EXPECT_FALSE(torn.next());
    EXPECT_EQ(torn.error(), BatchError::truncated);
    EXPECT_EQ(torn.rest().size(), all.size() / 3 - 1);
}

TEST(BatchCursor, StopsAtGarbageAndAtOlderFormats) {
    Bytes       garbage = Bytes::copy_of(std::string(200, '\0'));
    BatchCursor zeros(garbage.view());
    EXPECT_FALSE(zeros.next());
    EXPECT_EQ(zeros.error(), BatchError::corrupt);
    Bytes old = batch_at(0, {1});
    for (int magic : {0, 1, 3, -1}) {
        old.writable()[batch_layout::magic] = static_cast<std::byte>(magic);
        auto expected = magic == 0 || magic == 1 ? BatchError::unsupported_magic : BatchError::corrupt;
        EXPECT_EQ(BatchView::first(old.view()).error().code, expected) << magic;
    }
}

TEST(BatchSearch, FindsTheFirstRecordOfATimeInsideEveryCompression) {
    for (int kind = 0; kind < 5; kind++) {
        Bytes bytes = batch_at(100, {10, 30, 20, 40}, static_cast<Compression>(kind));
        auto  batch = *BatchView::first(bytes.view());
        EXPECT_EQ(*offset_of_timestamp(batch, {.at_least = {0}}), (TimestampedOffset{Offset{100}, {10}}));
        EXPECT_EQ(*offset_of_timestamp(batch, {.at_least = {11}}), (TimestampedOffset{Offset{101}, {30}}));
        EXPECT_EQ(*offset_of_timestamp(batch, {.at_least = {31}}), (TimestampedOffset{Offset{103}, {40}}));
        EXPECT_EQ(*offset_of_timestamp(batch, {.at_least = {41}}), std::nullopt);
        EXPECT_EQ(*offset_of_timestamp(batch, {.at_least = {11}, .from_offset = Offset{102}}),
                  (TimestampedOffset{Offset{102}, {20}}));
        EXPECT_EQ(*max_timestamp_record(batch, {}), (TimestampedOffset{Offset{103}, {40}}));
    }
}

TEST(BatchSearch, GivesTheFirstOfSeveralLargestTimes) {
    Bytes bytes = batch_at(5, {1, 9, 9});
    EXPECT_EQ(*max_timestamp_record(*BatchView::first(bytes.view()), {}),
              (TimestampedOffset{Offset{6}, {9}}));
    set_log_append_time(bytes.writable(), Timestamp{77});
    EXPECT_EQ(*max_timestamp_record(*BatchView::first(bytes.view()), {}),
              (TimestampedOffset{Offset{5}, {77}}));
}

TEST(BatchSearch, FindsTheLargestTimeOfThoseThatAreAskedFor) {
    Bytes bytes = batch_at(5, {50, 10, 40, 20, 40});
    auto  batch = *BatchView::first(bytes.view());
    EXPECT_EQ(*max_timestamp_record(batch, {.above = {49}}), (TimestampedOffset{Offset{5}, {50}}));
    EXPECT_EQ(*max_timestamp_record(batch, {.above = {50}}), std::nullopt);
    EXPECT_EQ(*max_timestamp_record(batch, {.from_offset = Offset{6}}), (TimestampedOffset{Offset{7}, {40}}));
    EXPECT_EQ(*max_timestamp_record(batch, {.from_offset = Offset{8}}), (TimestampedOffset{Offset{9}, {40}}));
    EXPECT_EQ(*max_timestamp_record(batch, {.from_offset = Offset{10}}), std::nullopt);
}

TEST(BatchSearch, StopsAtItsLimitInsideACompressedBatch) {
    BatchBuilder builder({.compression = Compression::gzip});
    std::string  large(100'000, 'x');
    Bytes        bytes = builder.add({.timestamp = {5}, .value = as_bytes(large)}).build();
    auto         batch = *BatchView::first(bytes.view());
    EXPECT_EQ(offset_of_timestamp(batch, {.at_least = {1}, .bytes_max = 1000}).error().code,
              BatchError::too_large);
    EXPECT_EQ(max_timestamp_record(batch, {.bytes_max = 1000}).error().code, BatchError::too_large);
}

} // namespace
} // namespace riacho::kafka
