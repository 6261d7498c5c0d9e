#include "kafka/batch/batch_builder.hpp"
#include "kafka/batch/control.hpp"
#include "kafka/batch/patch.hpp"
#include "kafka/batch/record_cursor.hpp"
#include "storage/clean/batch_filter.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace riacho::storage {
namespace {

using kafka::BatchAttributes;
using kafka::BatchView;
using Texts = std::vector<std::string>;

struct Written {
    std::optional<std::string> key;
    std::optional<std::string> value;
    std::int64_t               timestamp = 1'000;
};

Bytes batch_with(kafka::BatchOptions options, const std::vector<Written>& records) {
    kafka::BatchBuilder              builder(std::move(options));
    std::vector<kafka::RecordHeader> headers{{"trace", as_bytes("on")}, {"none", std::nullopt}};
    for (const Written& one : records) {
        kafka::NewRecord record{.timestamp = {one.timestamp}, .headers = headers};
        if (one.key) record.key = as_bytes(*one.key);
        if (one.value) record.value = as_bytes(*one.value);
        builder.add(record);
    }
    return builder.build();
}

BatchView view_of(const Bytes& bytes) { return *BatchView::first(bytes.view()); }

/// "offset key=value@timestamp", "-" for a tombstone.
Texts texts_of(const Bytes& bytes) {
    BatchView batch = view_of(bytes);
    EXPECT_TRUE(batch.crc_matches());
    auto  cursor = kafka::RecordCursor::open(batch, 1 << 20);
    Texts texts;
    while (const kafka::Record* record = cursor->next()) {
        EXPECT_EQ(record->headers().left(), 2);
        texts.push_back(fmt::format("{} {}={}@{}", record->offset.value,
                                    record->key ? as_text(*record->key) : "?",
                                    record->value ? as_text(*record->value) : "-", record->timestamp.ms));
    }
    EXPECT_FALSE(cursor->error());
    return texts;
}

class BatchFilter : public testing::Test {
protected:
    Filtered filter(const Bytes& batch, WhenEmpty when_empty = WhenEmpty::drop) {
        auto filtered = filter_batch(view_of(batch), keys_, rules_, when_empty);
        EXPECT_TRUE(filtered) << filtered.error().detail;
        return *std::move(filtered);
    }
    void note(std::string_view key, std::int64_t offset) { keys_.note(as_bytes(key), {offset}); }

    KeyMap     keys_{1 << 20};
    CleanRules rules_{.until = {1'000}, .now = {50'000}, .delete_retention_ms = std::chrono::seconds(10)};
};

TEST_F(BatchFilter, drops_what_a_later_record_supersedes_and_renumbers_nothing) {
    for (auto compression : {Compression::none, Compression::gzip, Compression::zstd}) {
        Bytes batch =
            batch_with({.base_offset = {100},
                        .leader_epoch = LeaderEpoch{4},
                        .compression = compression,
                        .producer_id = ProducerId{9},
                        .producer_epoch = 2,
                        .base_sequence = 70},
                       {{"a", "1", 3'000}, {"b", "2", 1'000}, {"c", "3", 2'000}, {"d", "4", 9'000}});
        note("a", 100); // itself
        note("b", 500);
        note("d", 103 + 800); // later, and known
        Filtered filtered = filter(batch);
        ASSERT_EQ(filtered.kind, Filtered::Kind::rewritten);
        EXPECT_EQ(filtered.dropped, 2u);
        EXPECT_EQ(texts_of(filtered.bytes), (Texts{"100 a=1@3000", "102 c=3@2000"}));
        BatchView after = view_of(filtered.bytes);
        EXPECT_EQ(after.base_offset().value, 100);
        EXPECT_EQ(after.last_offset().value, 103) << "the end stays, and with it the last sequence";
        EXPECT_EQ(after.last_sequence(), 73);
        EXPECT_EQ(after.producer_id(), ProducerId{9});
        EXPECT_EQ(after.producer_epoch(), 2);
        EXPECT_EQ(after.leader_epoch(), LeaderEpoch{4});
        EXPECT_EQ(after.max_timestamp().ms, 3'000);
        EXPECT_EQ(after.attributes().compression(), compression);
    }
}

TEST_F(BatchFilter, leaves_a_batch_as_it_is_when_nothing_goes) {
    Bytes batch = batch_with({.base_offset = {5}}, {{"a", "1"}, {"b", "2"}});
    note("a", 5);
    EXPECT_EQ(filter(batch).kind, Filtered::Kind::unchanged);
}

TEST_F(BatchFilter, drops_records_without_a_key) {
    Bytes batch = batch_with({.base_offset = {5}}, {{std::nullopt, "1"}, {"b", "2"}});
    EXPECT_EQ(texts_of(filter(batch).bytes), Texts{"6 b=2@1000"});
}

TEST_F(BatchFilter, touches_nothing_that_the_map_does_not_know_yet) {
    rules_.until = {6};
    Bytes batch = batch_with({.base_offset = {5}}, {{"a", "1"}, {"a", "2"}, {std::nullopt, "3"}});
    note("a", 5);
    EXPECT_EQ(filter(batch).kind, Filtered::Kind::unchanged);
    rules_.until = {5};
    note("a", 900);
    EXPECT_EQ(filter(batch).kind, Filtered::Kind::unchanged);
}

TEST_F(BatchFilter, sets_a_delete_horizon_at_the_first_sight_of_a_tombstone_and_keeps_to_it) {
    Bytes    batch = batch_with({.base_offset = {10}}, {{"a", "1", 3'000}, {"b", std::nullopt, 4'000}});
    Filtered first = filter(batch);
    ASSERT_EQ(first.kind, Filtered::Kind::rewritten);
    BatchView marked = view_of(first.bytes);
    EXPECT_TRUE(marked.attributes().has_delete_horizon());
    EXPECT_EQ(marked.base_timestamp().ms, 60'000) << "now and delete.retention.ms";
    EXPECT_EQ(texts_of(first.bytes), (Texts{"10 a=1@3000", "11 b=-@4000"})) << "records keep their times";
    EXPECT_EQ(marked.max_timestamp().ms, 4'000);

    rules_.now = {59'999};
    EXPECT_EQ(filter(first.bytes).kind, Filtered::Kind::unchanged);
    note("a", 20);
    Bytes rewritten = filter(first.bytes).bytes;
    EXPECT_EQ(texts_of(rewritten), Texts{"11 b=-@4000"});
    EXPECT_EQ(view_of(rewritten).base_timestamp().ms, 60'000) << "the horizon does not move";
    rules_.now = {60'000};
    EXPECT_EQ(filter(rewritten).kind, Filtered::Kind::dropped);
}

TEST_F(BatchFilter, keeps_tombstones_behind_what_it_cannot_look_into) {
    rules_.now = {100'000};
    rules_.tombstones = CleanRules::Tombstones::stay;
    BatchAttributes horizon{BatchAttributes::delete_horizon_bit};
    Bytes batch = batch_with({.base_offset = {1}, .attributes = horizon, .base_timestamp = Timestamp{60'000}},
                             {{"a", std::nullopt}});
    EXPECT_EQ(filter(batch).kind, Filtered::Kind::unchanged);
    rules_.tombstones = CleanRules::Tombstones::go_in_time;
    EXPECT_EQ(filter(batch).kind, Filtered::Kind::dropped);
}

TEST_F(BatchFilter, keeps_an_empty_header_where_it_is_needed_and_drops_it_later) {
    Bytes batch = batch_with({.base_offset = {40},
                              .leader_epoch = LeaderEpoch{3},
                              .compression = Compression::lz4,
                              .producer_id = ProducerId{8},
                              .producer_epoch = 1,
                              .base_sequence = 5},
                             {{"a", "1", 7'000}, {"b", "2", 6'000}});
    note("a", 90);
    note("b", 91);
    EXPECT_EQ(filter(batch).kind, Filtered::Kind::dropped);
    Filtered kept = filter(batch, WhenEmpty::keep_header);
    ASSERT_EQ(kept.kind, Filtered::Kind::rewritten);
    BatchView empty = view_of(kept.bytes);
    EXPECT_TRUE(empty.crc_matches());
    EXPECT_EQ(empty.size(), 61u);
    EXPECT_EQ(empty.records_count(), 0);
    EXPECT_EQ(empty.base_offset().value, 40);
    EXPECT_EQ(empty.last_offset().value, 41);
    EXPECT_EQ(empty.last_sequence(), 6);
    EXPECT_EQ(empty.max_timestamp().ms, 7'000);
    EXPECT_EQ(empty.attributes().compression(), Compression::none);
    EXPECT_EQ(filter(kept.bytes, WhenEmpty::keep_header).kind, Filtered::Kind::unchanged);
    EXPECT_EQ(filter(kept.bytes).kind, Filtered::Kind::dropped);
}

TEST_F(BatchFilter, leaves_control_batches_and_transactions_alone) {
    Bytes marker = kafka::build_marker({.producer_id = ProducerId{1}, .producer_epoch = 0});
    note("a", 900);
    EXPECT_EQ(filter(marker).kind, Filtered::Kind::left_alone);
    BatchAttributes transactional{BatchAttributes::transactional_bit};
    Bytes           batch = batch_with({.base_offset = {5}, .attributes = transactional}, {{"a", "1"}});
    EXPECT_EQ(filter(batch).kind, Filtered::Kind::left_alone);
    KeyMap keys(1 << 20);
    ASSERT_TRUE(note_keys(view_of(batch), {0}, keys));
    ASSERT_TRUE(note_keys(view_of(marker), {0}, keys));
    EXPECT_TRUE(keys.is_empty()) << "who knows whether it was committed";
}

TEST_F(BatchFilter, keeps_the_time_of_a_log_that_sets_it) {
    Bytes batch =
        batch_with({.base_offset = {5}, .log_append_time = Timestamp{8'000}}, {{"a", "1"}, {"b", "2"}});
    note("a", 7);
    Bytes after = filter(batch).bytes;
    EXPECT_EQ(texts_of(after), Texts{"6 b=2@8000"});
    EXPECT_EQ(view_of(after).attributes().timestamp_type(), kafka::TimestampType::log_append_time);
}

TEST_F(BatchFilter, refuses_bytes_that_do_not_validate_instead_of_writing_them_again) {
    Bytes batch = batch_with({.base_offset = {5}}, {{"a", "1"}, {"b", "2"}});
    batch.writable().back() ^= std::byte{1};
    EXPECT_FALSE(filter_batch(view_of(batch), keys_, rules_, WhenEmpty::drop));
    EXPECT_FALSE(note_keys(view_of(batch), {0}, keys_));
}

TEST_F(BatchFilter, leaves_records_alone_that_contradict_their_header) {
    Bytes batch = batch_with({.base_offset = {5}}, {{"a", "1"}, {"b", "2"}});
    batch.writable()[kafka::batch_layout::records_count + 3] = std::byte{3};
    kafka::set_crc(batch.writable());
    note("a", 900);
    EXPECT_EQ(filter(batch).kind, Filtered::Kind::left_alone);
    KeyMap keys(1 << 20);
    ASSERT_TRUE(note_keys(view_of(batch), {0}, keys));
    EXPECT_TRUE(keys.is_empty());
}

TEST_F(BatchFilter, notes_the_keys_from_an_offset_on_and_says_where_the_map_was_full) {
    std::vector<Written> records;
    for (int i = 0; i < 50; ++i) records.push_back({fmt::format("{:0200}", i), "v"});
    Bytes  batch = batch_with({.base_offset = {100}}, records);
    KeyMap small(10'000);
    auto   noted = note_keys(view_of(batch), {110}, small);
    ASSERT_TRUE(noted);
    EXPECT_EQ(noted->room, NotedKeys::Room::full);
    EXPECT_EQ(noted->until.value, 110 + static_cast<std::int64_t>(small.size()));
    EXPECT_FALSE(small.find(as_bytes(fmt::format("{:0200}", 9))));
    EXPECT_EQ(small.find(as_bytes(fmt::format("{:0200}", 10))), Offset{110});
    KeyMap large(1 << 20);
    noted = note_keys(view_of(batch), {0}, large);
    EXPECT_EQ(noted->room, NotedKeys::Room::left);
    EXPECT_EQ(noted->until.value, 150);
    EXPECT_EQ(large.size(), 50u);
}

} // namespace
} // namespace riacho::storage
