#include "broker/metadata/topic_records.hpp"
#include "broker/metadata/topic_replay.hpp"
#include "kafka/batch/batch_builder.hpp"
#include "kafka/records/metadata_record.hpp"

#include <gtest/gtest.h>
#include <set>

namespace riacho::broker {
namespace {

Uuid topic_id_of(std::uint8_t number) {
    Uuid id;
    id.bytes[0] = std::byte{number};
    return id;
}

Topic described_topic() {
    Topic topic;
    topic.name = "orders";
    topic.id = topic_id_of(7);
    topic.partitions = 3;
    topic.replication_factor = 3;
    topic.overrides = {{"retention.ms", "-1"}, {"segment.bytes", "2048"}};
    return topic;
}

Bytes batch_with(const std::vector<Bytes>& records) {
    kafka::BatchBuilder builder({});
    for (const Bytes& record : records) builder.add({.timestamp = {1}, .value = record.view()});
    return builder.build();
}

Bytes joined(const Bytes& first, const Bytes& second) {
    return Bytes::copy_of(std::string(as_text(first.view())) + std::string(as_text(second.view())));
}

constexpr Leader only_one{BrokerId{1}, 1};

TopicReplay replayed(const Bytes& batches) {
    TopicReplay replay;
    auto        added = replay.add(batches);
    EXPECT_TRUE(added) << added.error().detail;
    return replay;
}

std::vector<Topic> topics_of(const std::vector<Bytes>& records) {
    return replayed(batch_with(records)).topics();
}

TEST(TopicRecords, say_a_topic_as_it_was_made) {
    auto topics = topics_of(records_of(described_topic(), only_one));
    ASSERT_EQ(topics.size(), 1u);
    const Topic& topic = topics[0];
    EXPECT_EQ(topic.name, "orders");
    EXPECT_EQ(topic.id, topic_id_of(7));
    EXPECT_EQ(topic.partitions, 3);
    EXPECT_EQ(topic.replication_factor, 3);
    EXPECT_EQ(topic.overrides, described_topic().overrides);
    EXPECT_EQ(topic.config.retention_ms, std::nullopt);
    EXPECT_EQ(topic.config.segment_bytes, 2048);
    EXPECT_EQ(topic.config.max_message_bytes, TopicConfig{}.max_message_bytes);
}

TEST(TopicRecords, say_the_only_replica_of_each_partition) {
    std::size_t partitions = 0;
    for (const Bytes& record : records_of(described_topic(), {BrokerId{5}, 4})) {
        auto decoded = kafka::decode_metadata_record(record);
        ASSERT_TRUE(decoded);
        auto* partition = std::get_if<kafka::PartitionRecord>(&*decoded);
        if (!partition) continue;
        EXPECT_EQ(partition->partition_id, static_cast<std::int32_t>(partitions++));
        EXPECT_EQ(partition->replicas, std::vector<std::int32_t>{5});
        EXPECT_EQ(partition->isr, std::vector<std::int32_t>{5});
        EXPECT_EQ(partition->leader, 5);
        EXPECT_EQ(partition->leader_epoch, 4);
    }
    EXPECT_EQ(partitions, 3u);
}

TEST(TopicRecords, keep_an_override_that_is_no_longer_known_without_acting_on_it) {
    Topic topic = described_topic();
    topic.overrides["message.format.version"] = "2.8";
    auto topics = topics_of(records_of(topic, only_one));
    EXPECT_EQ(topics.at(0).overrides.at("message.format.version"), "2.8");
    EXPECT_EQ(topics.at(0).config.segment_bytes, 2048);
}

TEST(TopicRecords, keep_a_topic_whose_override_is_no_longer_legal_with_the_brokers_defaults) {
    Topic topic = described_topic();
    topic.overrides["segment.bytes"] = "many";
    auto topics = topics_of(records_of(topic, only_one));
    EXPECT_EQ(topics.at(0).name, "orders");
    EXPECT_EQ(topics.at(0).config.segment_bytes, TopicConfig{}.segment_bytes);
}

TEST(TopicRecords, say_removals_which_take_the_configuration_along) {
    Topic first = described_topic(), again = described_topic();
    again.id = topic_id_of(8);
    again.overrides = {{"segment.bytes", "4096"}};
    std::vector<Bytes> removal;
    removal.push_back(removal_record(topic_id_of(7)));
    Bytes both = joined(batch_with(records_of(first, only_one)), batch_with(removal));
    EXPECT_TRUE(replayed(both).topics().empty());
    auto topics = replayed(joined(both, batch_with(records_of(again, only_one)))).topics();
    ASSERT_EQ(topics.size(), 1u);
    EXPECT_EQ(topics[0].id, topic_id_of(8));
    EXPECT_EQ(topics[0].overrides, again.overrides);
}

TEST(TopicRecords, say_what_was_altered_in_batches_of_its_own) {
    Topic before = described_topic(), after = before;
    after.overrides = {{"retention.ms", "7000"}, {"cleanup.policy", "compact"}};
    auto change = records_of_change(before, after, only_one);
    EXPECT_EQ(change.size(), 3u); // one goes, one is new, one is another
    Bytes log = joined(batch_with(records_of(before, only_one)), batch_with(change));
    Topic topic = replayed(log).topics().at(0);
    EXPECT_EQ(topic.overrides, after.overrides);
    EXPECT_EQ(topic.partitions, 3);
    EXPECT_EQ(topic.replication_factor, 3);
    EXPECT_EQ(topic.config.retention_ms, std::chrono::milliseconds(7000));
    EXPECT_EQ(topic.config.segment_bytes, TopicConfig{}.segment_bytes);
    EXPECT_TRUE(topic.config.is_compacted());
    EXPECT_TRUE(records_of_change(after, after, only_one).empty());
}

TEST(TopicRecords, say_partitions_that_came_later) {
    Topic before = described_topic(), after = before;
    after.partitions = 5;
    auto change = records_of_change(before, after, only_one);
    ASSERT_EQ(change.size(), 2u);
    auto decoded = kafka::decode_metadata_record(change[1]);
    EXPECT_EQ(std::get<kafka::PartitionRecord>(*decoded).partition_id, 4);
    Bytes log = joined(batch_with(records_of(before, only_one)), batch_with(change));
    EXPECT_EQ(replayed(log).topics().at(0).partitions, 5);
    EXPECT_EQ(replayed(joined(log, batch_with(change))).topics().at(0).partitions, 5);
}

TEST(TopicRecords, of_a_topic_that_is_gone_change_nothing) {
    Topic before = described_topic(), after = before;
    after.partitions = 5;
    after.overrides = {{"cleanup.policy", "compact"}};
    EXPECT_TRUE(topics_of(records_of_change(before, after, only_one)).empty());
}

TEST(TopicRecords, say_several_topics_of_one_batch_each_whole) {
    Topic second = described_topic();
    second.name = "payments";
    second.id = topic_id_of(9);
    second.partitions = 1;
    second.overrides.clear();
    auto records = records_of(described_topic(), only_one);
    for (Bytes& record : records_of(second, only_one)) records.push_back(std::move(record));
    auto topics = topics_of(records);
    ASSERT_EQ(topics.size(), 2u);
    EXPECT_EQ(topics[0].partitions, 3);
    EXPECT_EQ(topics[1].partitions, 1);
    EXPECT_TRUE(topics[1].overrides.empty());
}

TEST(TopicRecords, give_the_end_of_the_largest_block_of_producer_ids) {
    std::vector<Bytes> records;
    records.push_back(producer_ids_record(BrokerId{1}, 2000));
    records.push_back(producer_ids_record(BrokerId{1}, 1000));
    EXPECT_EQ(replayed(batch_with(records)).next_producer_id(), 2000);
    EXPECT_EQ(replayed(batch_with(feature_records(first_features()))).next_producer_id(), 0);
}

TEST(TopicRecords, that_cannot_be_read_are_damage) {
    std::vector<Bytes> records;
    records.push_back(Bytes::copy_of("\x01\x02"));
    TopicReplay replay;
    auto        added = replay.add(batch_with(records));
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().code, storage::StoreError::damaged);
    Bytes half = batch_with(feature_records(first_features()));
    EXPECT_FALSE(replay.add(half.slice(0, half.size() - 1)));
}

TEST(TopicId, is_a_random_uuid_that_no_command_line_takes_for_a_flag) {
    SeededRandom          random(1);
    std::set<std::string> seen;
    for (int i = 0; i < 2000; ++i) {
        Uuid id = new_topic_id(random);
        EXPECT_EQ(id.bytes[6] >> 4, std::byte{4});
        EXPECT_NE(id_text(id).front(), '-');
        EXPECT_TRUE(seen.insert(id_text(id)).second);
    }
}

} // namespace
} // namespace riacho::broker
