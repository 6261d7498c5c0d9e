#include "broker/group/group_records.hpp"
#include "kafka/batch/record_cursor.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace riacho::broker {
namespace {

std::string group_hex(ByteView bytes) {
    std::string text;
    for (std::byte byte : bytes) text += fmt::format("{:02x}", static_cast<int>(byte));
    return text;
}

/// "key=value" of each record, in hex.
std::vector<std::string> group_records_in(const Bytes& batch) {
    std::vector<std::string> result;
    auto                     view = kafka::BatchView::first(batch.view());
    auto                     cursor = kafka::RecordCursor::open(*view, 1 << 20);
    while (const kafka::Record* record = cursor->next())
        result.push_back(group_hex(*record->key) + "=" +
                         (record->value ? group_hex(*record->value) : "null"));
    return result;
}

std::vector<GroupRecord> group_records_read(const Bytes& batches) {
    std::vector<GroupRecord> result;
    for_each_group_record(batches, [&](GroupRecord record) { result.push_back(std::move(record)); });
    return result;
}

const CommittedOffset plain_commit{
    .offset = {258}, .leader_epoch = LeaderEpoch{3}, .metadata = "m", .committed = {1'700'000'000'000}};

TEST(GroupRecords, a_commit_lies_in_the_log_as_kafka_writes_it) {
    GroupBatch batch("g", {1});
    batch.commit({"t", 5}, plain_commit);
    EXPECT_EQ(group_records_in(batch.build()), (std::vector<std::string>{"0001"
                                                                         "000167"
                                                                         "000174"
                                                                         "00000005="
                                                                         "0004"
                                                                         "0000000000000102"
                                                                         "00000003"
                                                                         "026d"
                                                                         "0000018bcfe56800"
                                                                         "00"}));
}

TEST(GroupRecords, a_commit_carries_its_topic_id_as_a_tagged_field) {
    CommittedOffset committed = plain_commit;
    committed.topic_id.bytes.fill(std::byte{0xab});
    GroupBatch batch("g", {1});
    batch.commit({"t", 5}, committed);
    auto records = group_records_in(batch.build());
    EXPECT_TRUE(records[0].ends_with("010010abababababababababababababababab")) << records[0];
}

TEST(GroupRecords, a_group_lies_in_the_log_as_kafka_writes_it) {
    kafka::GroupMetadataValue value{.protocol_type = "consumer",
                                    .generation = 2,
                                    .protocol = "r",
                                    .leader = "l",
                                    .current_state_timestamp = 1};
    value.members.push_back({.member_id = "l",
                             .client_id = "c",
                             .client_host = "/h",
                             .rebalance_timeout = 4,
                             .session_timeout = 5,
                             .subscription = Bytes::copy_of("s"),
                             .assignment = Bytes::copy_of("a")});
    GroupBatch batch("g", {1});
    batch.store(value);
    batch.remove_group();
    batch.forget({"t", 5});
    EXPECT_EQ(group_records_in(batch.build()), (std::vector<std::string>{"0002"
                                                                         "000167="
                                                                         "0003"
                                                                         "0008636f6e73756d6572"
                                                                         "00000002"
                                                                         "000172"
                                                                         "00016c"
                                                                         "0000000000000001"
                                                                         "00000001"
                                                                         "00016c"
                                                                         "ffff"
                                                                         "000163"
                                                                         "00022f68"
                                                                         "00000004"
                                                                         "00000005"
                                                                         "0000000173"
                                                                         "0000000161",
                                                                         "0002"
                                                                         "000167=null",
                                                                         "0001"
                                                                         "000167"
                                                                         "000174"
                                                                         "00000005=null"}));
}

TEST(GroupRecords, what_was_written_is_read_back_in_order) {
    CommittedOffset expiring = plain_commit;
    expiring.leader_epoch = LeaderEpoch::none; // has no place beside an expiry
    expiring.expires = {1'800'000'000'000};
    GroupBatch batch("g", {1});
    batch.commit({"t", 5}, plain_commit);
    batch.commit({"t", 6}, expiring);
    batch.forget({"t", 5});
    auto records = group_records_read(batch.build());
    ASSERT_EQ(records.size(), 3u);
    EXPECT_EQ(std::get<OffsetRecord>(records[0]).committed, plain_commit);
    EXPECT_EQ(std::get<OffsetRecord>(records[1]).committed, expiring);
    EXPECT_EQ(std::get<OffsetRecord>(records[1]).partition, (NamedPartition{"t", 6}));
    EXPECT_EQ(std::get<OffsetRecord>(records[2]).committed, std::nullopt);
}

TEST(GroupRecords, records_of_other_kinds_and_damaged_ones_are_passed_over) {
    kafka::BatchBuilder builder({});
    builder.add(
        {.key = as_bytes(std::string_view("\0\3\0\1g", 5)), .value = as_bytes("x")}); // a KIP-848 group
    builder.add({.key = as_bytes(std::string_view("\0\2\0\1g", 5)), .value = as_bytes("x")});
    builder.add({.key = as_bytes(std::string_view("\0\2\0\1g", 5))});
    builder.add({.value = as_bytes("x")});
    auto records = group_records_read(builder.build());
    ASSERT_EQ(records.size(), 1u);
    EXPECT_EQ(std::get<MembersRecord>(records[0]).value, std::nullopt);
}

} // namespace
} // namespace riacho::broker
