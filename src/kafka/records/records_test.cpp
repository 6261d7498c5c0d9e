#include "kafka/records/consumer_protocol.hpp"
#include "kafka/records/group_record.hpp"
#include "kafka/records/metadata_record.hpp"
#include "kafka/records/producer_snapshot_file.hpp"
#include "kafka/records/quorum_record.hpp"

#include <gtest/gtest.h>

namespace riacho::kafka {

namespace {

Bytes raw(std::string_view text) { return Bytes::copy_of(text); }

template <class T> RecordError error_of(const Outcome<T, RecordError>& outcome) {
    EXPECT_FALSE(outcome);
    return outcome ? RecordError{} : outcome.error().code;
}

} // namespace

TEST(MetadataRecord, AFrameIsVersionTypeVersionAndBody) {
    Bytes bytes = encode_metadata_record(FeatureLevelRecord{.name = "f", .feature_level = 3}, 0);
    EXPECT_EQ(as_text(bytes.view()), std::string_view("\x01\x0c\0\x02"
                                                      "f\0\x03\0",
                                                      8));
    auto record = decode_metadata_record(bytes);
    ASSERT_TRUE(record);
    EXPECT_EQ(std::get<FeatureLevelRecord>(*record).feature_level, 3);
}

TEST(MetadataRecord, EveryTypeIsReadAsItWasWritten) {
    auto survives = [](const MetadataRecord& record, Version version) {
        auto again = decode_metadata_record(encode_metadata_record(record, version));
        return again && *again == record;
    };
    EXPECT_TRUE(survives(TopicRecord{.name = "t"}, 0));
    EXPECT_TRUE(survives(PartitionRecord{.replicas = {1}, .directories = {Uuid{}}}, 1));
    EXPECT_TRUE(survives(RegisterBrokerRecord{.broker_id = 1, .end_points = {{.name = "PLAINTEXT"}}}, 3));
    EXPECT_TRUE(survives(ConfigRecord{.name = "segment.bytes", .value = "1"}, 0));
    EXPECT_TRUE(survives(EndTransactionRecord{}, 0));
    EXPECT_TRUE(survives(NoOpRecord{}, 0));
}

TEST(MetadataRecord, WhatIsUnknownOrDamagedIsRefused) {
    EXPECT_EQ(error_of(decode_metadata_record(raw("\x01\x7f\x01x"))), RecordError::unknown_type);
    EXPECT_EQ(error_of(decode_metadata_record(raw("\x01\x0c\x09x"))), RecordError::unknown_version);
    EXPECT_EQ(error_of(decode_metadata_record(raw("\x02\x0c\x01x"))), RecordError::unknown_version);
    EXPECT_EQ(error_of(decode_metadata_record(Bytes{})), RecordError::damaged);
    Bytes whole = encode_metadata_record(TopicRecord{.name = "t"}, 0);
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_EQ(error_of(decode_metadata_record(whole.slice(0, size))), RecordError::damaged);
    EXPECT_EQ(error_of(decode_metadata_record(raw(std::string(as_text(whole.view())) + "x"))),
              RecordError::damaged);
}

TEST(GroupRecord, AKeyIsItsTypeAndBody) {
    Bytes key = encode_group_record_key(OffsetCommitKey{.group = "g", .topic = "t", .partition = 2});
    EXPECT_EQ(as_text(key.view()), std::string_view("\0\x01\0\x01g\0\x01t\0\0\0\x02", 12));
    EXPECT_EQ(std::get<OffsetCommitKey>(*decode_group_record_key(key)).partition, 2);
    EXPECT_EQ(
        std::get<GroupMetadataKey>(*decode_group_record_key(encode_group_record_key(GroupMetadataKey{"g"})))
            .group,
        "g");
}

TEST(GroupRecord, TheOldestTypeOfOffsetsIsRead) {
    auto key = decode_group_record_key(raw(std::string_view("\0\0\0\x01g\0\x01t\0\0\0\x02", 12)));
    ASSERT_TRUE(key);
    EXPECT_EQ(std::get<OffsetCommitKey>(*key).topic, "t");
}

TEST(GroupRecord, ValuesOfEveryVersionAreReadAsTheyWereWritten) {
    for (Version version = 0; version <= 4; ++version) {
        OffsetCommitValue value{.offset = 5, .metadata = "m", .commit_timestamp = 6};
        auto again = decode_group_record_value<OffsetCommitValue>(encode_group_record_value(value, version));
        ASSERT_TRUE(again);
        EXPECT_EQ(*again, value);
    }
    EXPECT_EQ(error_of(decode_group_record_value<OffsetCommitValue>(raw(std::string_view("\0\x05", 2)))),
              RecordError::unknown_version);
    EXPECT_EQ(error_of(decode_group_record_value<OffsetCommitValue>(raw("x"))), RecordError::damaged);
}

TEST(GroupRecord, WhatIsUnknownOrDamagedIsRefused) {
    EXPECT_EQ(error_of(decode_group_record_key(raw(std::string_view("\0\x03\0\x01g", 5)))),
              RecordError::unknown_type);
    EXPECT_EQ(error_of(decode_group_record_key(raw(std::string_view("\0\x02\0\x02g", 5)))),
              RecordError::damaged);
    EXPECT_EQ(error_of(decode_group_record_key(Bytes{})), RecordError::damaged);
}

TEST(QuorumRecord, KeyAndValueAreReadAsTheyWereWritten) {
    auto survives = [](const QuorumRecord& record) {
        auto bytes = encode_quorum_record(record);
        auto again = decode_quorum_record(bytes.key, bytes.value);
        return again && *again == record;
    };
    EXPECT_TRUE(survives(LeaderChangeMessage{.version = 1, .leader_id = 1, .voters = {{.voter_id = 1}}}));
    EXPECT_TRUE(survives(SnapshotHeaderRecord{.last_contained_log_timestamp = 7}));
    EXPECT_TRUE(survives(SnapshotFooterRecord{}));
    EXPECT_TRUE(survives(KRaftVersionRecord{.k_raft_version = 1}));
    EXPECT_TRUE(survives(VotersRecord{.voters = {{.voter_id = 1, .endpoints = {{.name = "CONTROLLER"}}}}}));
    auto bytes = encode_quorum_record(VotersRecord{});
    EXPECT_EQ(as_text(bytes.key.view()), std::string_view("\0\0\0\x06", 4));
}

TEST(QuorumRecord, TransactionMarkersAreOfAnotherType) {
    EXPECT_EQ(error_of(decode_quorum_record(raw(std::string_view("\0\0\0\x01", 4)), raw("x"))),
              RecordError::unknown_type);
    EXPECT_EQ(error_of(decode_quorum_record(raw("x"), raw("x"))), RecordError::damaged);
    EXPECT_EQ(error_of(decode_quorum_record(raw(std::string_view("\0\0\0\x02", 4)), raw("x"))),
              RecordError::damaged);
}

TEST(ConsumerProtocol, ASubscriptionNewerThanOursIsReadAsOurNewest) {
    ConsumerProtocolSubscription subscription{.topics = {"t"}, .generation_id = 4};
    Bytes                        bytes = encode_versioned(subscription, 3);
    bytes.writable()[1] = std::byte{9};
    auto again = decode_subscription(bytes);
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, subscription);
    EXPECT_EQ(error_of(decode_assignment(raw("\xff\xff"))), RecordError::unknown_version);
}

TEST(ProducerSnapshotFile, IsReadAsItWasWritten) {
    std::vector<ProducerEntry> entries{{.producer_id = 7, .epoch = 1}, {.producer_id = 8}};
    auto                       again = decode_producer_snapshot(encode_producer_snapshot(entries));
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, entries);
}

TEST(ProducerSnapshotFile, ADamagedFileIsRefused) {
    Bytes file = encode_producer_snapshot({{.producer_id = 7}});
    for (std::size_t at = 0; at < file.size(); ++at) {
        Bytes damaged = Bytes::copy_of(file.view());
        damaged.writable()[at] ^= std::byte{1};
        EXPECT_FALSE(decode_producer_snapshot(damaged)) << at;
    }
}

} // namespace riacho::kafka
