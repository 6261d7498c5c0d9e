#include "kafka/batch/record_cursor.hpp"
#include "storage/store/metadata_snapshot.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace riacho::storage {
namespace {

constexpr SnapshotId some_snapshot{{42}, LeaderEpoch{3}};

std::vector<Bytes> values(std::size_t count, std::size_t bytes) {
    std::vector<Bytes> all;
    for (std::size_t i = 0; i < count; ++i)
        all.push_back(Bytes::copy_of(std::string(bytes, static_cast<char>('a' + i % 26))));
    return all;
}

MetadataSnapshot snapshot_of(const std::vector<std::vector<Bytes>>& groups) {
    MetadataSnapshotBuilder builder({.id = some_snapshot, .now = {2'000}, .last_contained = {1'000}});
    for (const auto& group : groups) builder.add(group);
    return builder.build();
}

Bytes file_of(const MetadataSnapshot& snapshot) {
    std::string file;
    for (const Bytes& batch : snapshot.batches) file += as_text(batch.view());
    return Bytes::copy_of(file);
}

TEST(MetadataSnapshot, has_kafkas_name) {
    EXPECT_EQ(snapshot_name(some_snapshot), "00000000000000000042-0000000003.checkpoint");
    EXPECT_EQ(parse_snapshot_name("00000000000000000042-0000000003.checkpoint"), some_snapshot);
    for (std::string_view other :
         {"00000000000000000042-0000000003.checkpoint.part", "00000000000000000042.log", "",
          "00000000000000000042-000000000x.checkpoint", "00000000000000000042.0000000003.checkpoint"})
        EXPECT_EQ(parse_snapshot_name(other), std::nullopt) << other;
}

TEST(MetadataSnapshot, is_a_log_from_0_on_between_a_header_and_a_footer) {
    auto snapshot = snapshot_of({values(2, 10), {}, values(3, 10)});
    ASSERT_EQ(snapshot.batches.size(), 3u) << "header, records, footer";
    Offset next{0};
    for (const Bytes& bytes : snapshot.batches) {
        auto batch = kafka::BatchView::first(bytes.view());
        ASSERT_TRUE(batch);
        EXPECT_EQ(batch->base_offset(), next);
        EXPECT_EQ(batch->leader_epoch(), some_snapshot.epoch);
        EXPECT_EQ(batch->max_timestamp(), Timestamp{2'000});
        EXPECT_EQ(batch->attributes().is_control(), &bytes != &snapshot.batches[1]);
        next = batch->next_offset();
    }
    EXPECT_EQ(next, Offset{7});
    EXPECT_EQ(last_contained_of(file_of(snapshot).view()), Timestamp{1'000});
}

TEST(MetadataSnapshot, keeps_in_one_batch_what_belongs_together) {
    std::size_t third = MetadataSnapshotBuilder::batch_bytes / 3;
    auto        snapshot = snapshot_of({values(2, third), values(2, third), values(5, third), values(1, 1)});
    std::vector<std::int32_t> counts;
    for (const Bytes& bytes : snapshot.batches)
        counts.push_back(kafka::BatchView::first(bytes.view())->records_count());
    EXPECT_EQ(counts, (std::vector<std::int32_t>{1, 2, 2, 5, 1, 1}));
}

TEST(MetadataSnapshot, is_read_as_it_was_built) {
    auto snapshot = snapshot_of({values(4, 300'000), values(4, 300'000)});
    auto read = decode_metadata_snapshot(file_of(snapshot), some_snapshot);
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(read->batches, snapshot.batches);
}

TEST(MetadataSnapshot, is_refused_where_any_byte_is_missing_or_another_one) {
    Bytes file = file_of(snapshot_of({values(3, 20), values(2, 5)}));
    for (std::size_t size = 0; size < file.size(); ++size)
        EXPECT_FALSE(decode_metadata_snapshot(file.slice(0, size), some_snapshot)) << size;
    for (std::size_t at = 0; at < file.size(); ++at) {
        Bytes damaged = Bytes::copy_of(file.view());
        damaged.writable()[at] ^= std::byte{0x11};
        EXPECT_FALSE(decode_metadata_snapshot(damaged, some_snapshot)) << at;
    }
    std::string twice = std::string(as_text(file.view())) + std::string(as_text(file.view()));
    EXPECT_FALSE(decode_metadata_snapshot(Bytes::copy_of(twice), some_snapshot));
    EXPECT_FALSE(decode_metadata_snapshot(file, {{42}, LeaderEpoch{4}})) << "a file under another's name";
    EXPECT_FALSE(last_contained_of(file.view().subspan(0, 60)));
}

} // namespace
} // namespace riacho::storage
