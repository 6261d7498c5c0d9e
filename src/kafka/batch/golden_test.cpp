#include "base/random.hpp"
#include "codec/base64.hpp"
#include "kafka/batch/batch_builder.hpp"
#include "kafka/batch/control.hpp"
#include "kafka/batch/golden_batches.hpp"
#include "kafka/batch/patch.hpp"
#include "kafka/batch/record_cursor.hpp"
#include "kafka/batch/validate.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace riacho::kafka {
namespace {

constexpr std::size_t golden_bytes_max = 1 << 20;

Bytes bytes_of_golden(const golden::Batch& batch) {
    auto bytes = parse_hex(batch.hex);
    EXPECT_TRUE(bytes) << batch.name;
    return Bytes::copy_of(ByteView(*bytes));
}

std::string text_or_null(const std::optional<ByteView>& bytes) {
    return bytes ? std::string(as_text(*bytes)) : "<null>";
}

std::vector<std::string> headers_of(const Record& record) {
    std::vector<std::string> headers;
    HeaderCursor             cursor = record.headers();
    while (auto header = cursor.next())
        headers.push_back(std::string(header->key) + "=" + text_or_null(header->value));
    EXPECT_FALSE(cursor.failed());
    return headers;
}

TEST(GoldenBatch, OfJavaHasTheHeaderThatWasAskedFor) {
    for (const golden::Batch& example : golden::java) {
        Bytes bytes = bytes_of_golden(example);
        auto  batch = BatchView::first(bytes.view());
        ASSERT_TRUE(batch) << example.name;
        EXPECT_EQ(batch->size(), bytes.size());
        EXPECT_TRUE(batch->crc_matches()) << example.name;
        EXPECT_EQ(name_of(*batch->attributes().compression()), example.name);
        BatchHeader header = batch->header();
        EXPECT_TRUE(header.attributes.is_transactional());
        EXPECT_EQ(header.base_offset, Offset{0});
        EXPECT_EQ(header.leader_epoch, LeaderEpoch{5});
        EXPECT_EQ(header.last_offset_delta, 2);
        EXPECT_EQ(header.base_timestamp, Timestamp{1700000000000});
        EXPECT_EQ(header.max_timestamp, Timestamp{1700000000500});
        EXPECT_EQ(header.producer_id, ProducerId{4711});
        EXPECT_EQ(header.producer_epoch, 3);
        EXPECT_EQ(header.base_sequence, 17);
        EXPECT_EQ(header.records_count, 3);
        EXPECT_EQ(batch->last_sequence(), 19);
        EXPECT_TRUE(validate(bytes.view(), {}));
    }
}

TEST(GoldenBatch, OfJavaGivesItsRecords) {
    for (const golden::Batch& example : golden::java) {
        Bytes bytes = bytes_of_golden(example);
        auto  cursor = RecordCursor::open(*BatchView::first(bytes.view()), golden_bytes_max);
        ASSERT_TRUE(cursor) << example.name;
        const Record* record = cursor->next();
        ASSERT_TRUE(record);
        EXPECT_EQ(record->offset, Offset{0});
        EXPECT_EQ(record->timestamp, Timestamp{1700000000000});
        EXPECT_EQ(text_or_null(record->key), "k1");
        EXPECT_EQ(text_or_null(record->value), "the quick brown fox jumps over the quick brown fox");
        EXPECT_EQ(headers_of(*record), (std::vector<std::string>{"h=v", "nothing=<null>"}));
        record = cursor->next();
        ASSERT_TRUE(record);
        EXPECT_EQ(record->timestamp, Timestamp{1700000000500});
        EXPECT_EQ(text_or_null(record->key), "<null>");
        EXPECT_EQ(text_or_null(record->value), "no key");
        record = cursor->next();
        ASSERT_TRUE(record);
        EXPECT_EQ(record->offset, Offset{2});
        EXPECT_EQ(record->timestamp, Timestamp{1699999999000});
        EXPECT_EQ(text_or_null(record->value), "<null>");
        EXPECT_FALSE(cursor->next());
        EXPECT_FALSE(cursor->error());
    }
}

TEST(GoldenBatch, OfPythonGivesItsRecords) {
    for (const golden::Batch& example : golden::python) {
        Bytes bytes = bytes_of_golden(example);
        auto  batch = validate(bytes.view(), {});
        ASSERT_TRUE(batch) << example.name;
        EXPECT_EQ(name_of(*batch->attributes().compression()), example.name);
        auto problems = validate_records(*batch, {.keys = Keys::required});
        ASSERT_TRUE(problems) << example.name;
        EXPECT_TRUE(problems->empty());
        auto cursor = RecordCursor::open(*batch, golden_bytes_max);
        for (std::int64_t i = 0; i < 3; i++) {
            const Record* record = cursor->next();
            ASSERT_TRUE(record);
            EXPECT_EQ(text_or_null(record->value), "python python python " + std::to_string(i));
            EXPECT_EQ(record->timestamp, Timestamp{1600000000000 + i});
            EXPECT_EQ(headers_of(*record), std::vector<std::string>{"h=x"});
        }
    }
}

TEST(GoldenBatch, OfJavaIsWhatTheBuilderWrites) {
    BatchBuilder builder({.leader_epoch = LeaderEpoch{5},
                          .attributes = {BatchAttributes::transactional_bit},
                          .producer_id = ProducerId{4711},
                          .producer_epoch = 3,
                          .base_sequence = 17});
    RecordHeader headers[] = {{"h", as_bytes("v")}, {"nothing", std::nullopt}};
    builder.add({.timestamp = {1700000000000},
                 .key = as_bytes("k1"),
                 .value = as_bytes("the quick brown fox jumps over the quick brown fox"),
                 .headers = headers});
    builder.add({.timestamp = {1700000000500}, .value = as_bytes("no key")});
    builder.add({.timestamp = {1699999999000}, .key = as_bytes("k3")});
    EXPECT_EQ(hex(builder.build().view()), golden::java[0].hex);
}

TEST(GoldenBatch, WithLogAppendTimeIsWhatPatchingGives) {
    BatchBuilder builder({.compression = Compression::none});
    Bytes batch = builder.add({.timestamp = {5}, .key = as_bytes("k"), .value = as_bytes("v")}).build();
    set_base_offset(batch.writable(), Offset{100});
    set_log_append_time(batch.writable(), Timestamp{1700000001234});
    EXPECT_EQ(hex(batch.view()), golden::java_log_append_time.hex);
    auto cursor = RecordCursor::open(*BatchView::first(batch.view()), golden_bytes_max);
    EXPECT_EQ(cursor->next()->timestamp, Timestamp{1700000001234});
}

TEST(GoldenBatch, ThatEndsATransactionIsWhatWeWrite) {
    TransactionMarker marker{.type = ControlType::commit,
                             .producer_id = ProducerId{4711},
                             .producer_epoch = 3,
                             .coordinator_epoch = 9,
                             .timestamp = {1700000000000}};
    Bytes             ours = build_marker(marker);
    set_base_offset(ours.writable(), Offset{42});
    set_leader_epoch(ours.writable(), LeaderEpoch{7});
    EXPECT_EQ(hex(ours.view()), golden::java_commit.hex);
    EXPECT_EQ(marker_of(*BatchView::first(ours.view())), marker);
    EXPECT_FALSE(marker_of(*BatchView::first(bytes_of_golden(golden::java[0]).view())));
}

TEST(GoldenBatch, IsRefusedAtEveryTruncation) {
    for (const golden::Batch& example : golden::java) {
        Bytes bytes = bytes_of_golden(example);
        for (std::size_t cut = 0; cut < bytes.size(); cut++) {
            auto batch = BatchView::first(bytes.view().first(cut));
            ASSERT_FALSE(batch) << cut;
            EXPECT_EQ(batch.error().code, cut == 0 ? BatchError::no_batch : BatchError::truncated);
            EXPECT_FALSE(validate(bytes.view().first(cut), {}));
        }
    }
}

TEST(GoldenBatch, IsRefusedWithAnyBitFlippedThatTheBrokerDoesNotSet) {
    for (const golden::Batch& example : golden::java) {
        Bytes bytes = bytes_of_golden(example);
        for (std::size_t bit = 0; bit < bytes.size() * 8; bit++) {
            bool is_leader_epoch = bit / 8 >= batch_layout::leader_epoch && bit / 8 < batch_layout::magic;
            auto flip = static_cast<std::byte>(1 << (bit % 8));
            bytes.writable()[bit / 8] ^= flip;
            EXPECT_EQ(validate(bytes.view(), {}).has_value(), is_leader_epoch) << bit;
            bytes.writable()[bit / 8] ^= flip;
        }
    }
}

TEST(GoldenBatch, NeverCrashesWithDamagedRecords) {
    SeededRandom random(7);
    for (const golden::Batch& example : golden::java) {
        Bytes whole = bytes_of_golden(example);
        for (int round = 0; round < 3000; round++) {
            Bytes damaged = Bytes::copy_of(whole.view());
            for (std::uint64_t hits = random.between(1, 4); hits > 0; hits--) {
                damaged.writable()[random.between(21, damaged.size() - 1)] =
                    static_cast<std::byte>(random.bits());
            }
            set_crc(damaged.writable());
            auto batch = validate(damaged.view(), {});
            if (!batch) continue;
            auto problems = validate_records(*batch, {.keys = Keys::required, .now = {1700000000000}});
            if (problems) EXPECT_LE(problems->size(), 3u);
        }
    }
}

} // namespace
} // namespace riacho::kafka
