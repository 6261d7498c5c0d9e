#include "crash_points.hpp"
#include "kafka/messages/delete_records.hpp"
#include "kafka/messages/describe_log_dirs.hpp"
#include "scenario.hpp"

#include <fmt/core.h>

namespace riacho::scenarios {
namespace {

using DeletedRecords = kafka::DeleteRecordsResponse::Topic::Partition;

DeletedRecords delete_records(const Client& client, const std::string& topic, std::int32_t partition,
                              std::int64_t before) {
    kafka::DeleteRecordsRequest request;
    auto&                       asked = request.topics.emplace_back();
    asked.name = topic;
    asked.partitions.push_back({.partition_index = partition, .offset = before});
    return client.ask(request).topics.at(0).partitions.at(0);
}

constexpr std::int64_t to_the_end = -1;

class DeleteRecords : public Scenario {
protected:
    void fill(const Client& client, const std::string& topic, int count) {
        for (int i = 0; i < count; ++i) produce(client, topic, 0, {fmt::format("value-{}", i)});
    }
    std::int64_t start_of(const std::string& topic) {
        return list_offset(cluster_.connect(), topic, 0, earliest).offset;
    }
    ErrorCode error_of(const std::string& topic, std::int32_t partition, std::int64_t before) {
        auto answer = delete_records(cluster_.connect(), topic, partition, before);
        EXPECT_EQ(answer.low_watermark == -1, answer.error_code != ErrorCode::none);
        return answer.error_code;
    }
    std::int64_t size_of(const std::string& topic) {
        kafka::DescribeLogDirsRequest request;
        request.topics.emplace().push_back({.topic = topic, .partitions = {0}});
        return cluster_.connect().ask(request).results.at(0).topics.at(0).partitions.at(0).partition_size;
    }
};

TEST_P(DeleteRecords, what_lies_before_is_gone_after_every_end_of_the_broker) {
    auto client = cluster_.connect();
    create_topic(client, "orders");
    fill(client, "orders", 10);
    std::int64_t start = 0;
    for (LifeEnd how : {LifeEnd::power_cut, LifeEnd::kill, LifeEnd::clean}) {
        start += 3;
        auto deleted = delete_records(cluster_.connect(), "orders", 0, start);
        EXPECT_EQ(deleted.error_code, ErrorCode::none);
        EXPECT_EQ(deleted.low_watermark, start);
        cluster_.restart(how);
        EXPECT_EQ(start_of("orders"), start);
        EXPECT_EQ(fetch(cluster_.connect(), "orders", 0, {.offset = start - 1}).error_code,
                  ErrorCode::offset_out_of_range);
        EXPECT_EQ(read_all(cluster_.connect(), "orders", 0).size(), static_cast<std::size_t>(10 - start));
    }
}

TEST_P(DeleteRecords, the_end_stays_where_it_is_when_everything_goes) {
    auto client = cluster_.connect();
    create_topic(client, "orders");
    fill(client, "orders", 10);
    EXPECT_EQ(delete_records(client, "orders", 0, to_the_end).low_watermark, 10);
    EXPECT_EQ(delete_records(client, "orders", 0, to_the_end).low_watermark, 10);
    EXPECT_EQ(delete_records(client, "orders", 0, 4).low_watermark, 10) << "it never moves back";
    cluster_.restart(LifeEnd::power_cut);
    client = cluster_.connect();
    EXPECT_EQ(start_of("orders"), 10);
    EXPECT_EQ(produce(client, "orders", 0, {"next"}), 10);
    EXPECT_EQ(read_all(client, "orders", 0), (std::vector<Got>{{10, "next"}}));
    EXPECT_EQ(list_offset(client, "orders", 0, 0).offset, 10) << "found by time";
}

TEST_P(DeleteRecords, what_cannot_be_deleted_is_told_by_partition) {
    auto client = cluster_.connect();
    create_topic(client, "orders", 2);
    create_topic(client, "table", 1, {{"cleanup.policy", "compact"}});
    create_topic(client, "both", 1, {{"cleanup.policy", "compact,delete"}});
    fill(client, "orders", 2);
    EXPECT_EQ(error_of("orders", 0, 3), ErrorCode::offset_out_of_range);
    EXPECT_EQ(error_of("orders", 0, -2), ErrorCode::offset_out_of_range);
    EXPECT_EQ(error_of("orders", 2, 0), ErrorCode::unknown_topic_or_partition);
    EXPECT_EQ(error_of("nowhere", 0, 0), ErrorCode::unknown_topic_or_partition);
    EXPECT_EQ(error_of("table", 0, 0), ErrorCode::policy_violation);
    EXPECT_EQ(error_of("both", 0, 0), ErrorCode::none);
    ASSERT_EQ(find_coordinator(client, "g"), ErrorCode::none); // makes the topic
    EXPECT_EQ(error_of("__consumer_offsets", 0, 0), ErrorCode::invalid_topic_exception);
    EXPECT_EQ(start_of("orders"), 0);
}

TEST_P(DeleteRecords, several_partitions_are_answered_in_one_piece) {
    auto client = cluster_.connect();
    create_topic(client, "orders", 5);
    kafka::DeleteRecordsRequest request;
    auto&                       asked = request.topics.emplace_back();
    asked.name = "orders";
    for (std::int32_t index = 0; index < 5; ++index) {
        produce(client, "orders", index, {"a", "b", "c"});
        asked.partitions.push_back({.partition_index = index, .offset = index});
    }
    auto answer = client.ask(request);
    ASSERT_EQ(answer.topics.at(0).partitions.size(), 5u);
    for (const auto& partition : answer.topics[0].partitions) {
        bool is_there = partition.partition_index <= 3;
        EXPECT_EQ(partition.error_code, is_there ? ErrorCode::none : ErrorCode::offset_out_of_range);
        EXPECT_EQ(partition.low_watermark, is_there ? partition.partition_index : -1);
    }
}

TEST_P(DeleteRecords, log_folders_show_sizes_and_room_and_that_files_went) {
    auto client = cluster_.connect();
    create_topic(client, "orders", 1, {{"segment.bytes", "1000"}});
    create_topic(client, "empty", 2);
    EXPECT_EQ(size_of("orders"), 0);
    fill(client, "orders", 40);
    std::int64_t before = size_of("orders");
    EXPECT_GE(before, 40 * 70);
    cluster_.restart(LifeEnd::clean);
    EXPECT_EQ(size_of("orders"), before) << "of a log that nobody has opened";
    cluster_.run(cluster_.broker().store().checkpoint());
    EXPECT_EQ(delete_records(cluster_.connect(), "orders", 0, 35).low_watermark, 35);
    cluster_.run(cluster_.broker().store().checkpoint());
    EXPECT_LT(size_of("orders"), before / 2);

    kafka::DescribeLogDirsRequest everything;
    everything.topics = std::nullopt;
    auto folders = cluster_.connect().ask(everything);
    ASSERT_EQ(folders.results.size(), 1u);
    EXPECT_EQ(folders.results[0].log_dir, cluster_.broker().store().log_folder());
    EXPECT_GT(folders.results[0].total_bytes, 0);
    EXPECT_GT(folders.results[0].usable_bytes, 0);
    std::map<std::string, std::size_t> found;
    for (const auto& topic : folders.results[0].topics) found[topic.name] = topic.partitions.size();
    EXPECT_EQ(found, (std::map<std::string, std::size_t>{{"empty", 2}, {"orders", 1}}));
    everything.topics.emplace().push_back({.topic = "nowhere", .partitions = {0}});
    EXPECT_TRUE(cluster_.connect().ask(everything).results.at(0).topics.empty());
}

TEST_P(DeleteRecords, questions_about_tiered_storage_are_answered_as_by_a_broker_without_it) {
    auto client = cluster_.connect();
    create_topic(client, "orders");
    fill(client, "orders", 5);
    delete_records(client, "orders", 0, 2);
    constexpr std::int64_t earliest_local = -4, latest_tiered = -5, earliest_not_tiered = -6, no_such = -7;
    EXPECT_EQ(list_offset(client, "orders", 0, earliest_local).offset, 2);
    for (std::int64_t question : {latest_tiered, earliest_not_tiered}) {
        auto answer = list_offset(client, "orders", 0, question);
        EXPECT_EQ(answer.error_code, ErrorCode::none);
        EXPECT_EQ(answer.offset, -1);
    }
    kafka::ListOffsetsRequest request;
    auto&                     asked = request.topics.emplace_back();
    asked.name = "orders";
    asked.partitions.push_back({.partition_index = 0, .timestamp = no_such});
    EXPECT_EQ(client.ask(request).topics.at(0).partitions.at(0).error_code, ErrorCode::unsupported_version);
    asked.partitions[0].timestamp = earliest_not_tiered;
    EXPECT_EQ(client.ask_in(10, request).topics.at(0).partitions.at(0).error_code,
              ErrorCode::unsupported_version);
}

/// The power fails at one change or sync of a life in which records go.
class DeleteRecordsCrash : public CrashPoints {
protected:
    DeleteRecordsCrash() : CrashPoints(small_broker()) {}

    /// What was answered last, and what was asked for since.
    struct Promise {
        std::int64_t start = 0;
        std::int64_t asked = 0;
        std::int64_t end = 0;
    };

    void live(Cluster& cluster, Promise& promise) {
        auto client = cluster.connect();
        create_topic(client, "orders", 1, {{"segment.bytes", "600"}});
        SeededRandom random(seed_);
        for (int step = 0; step < 12; ++step) {
            for (int i = 0; i < 4; ++i) {
                produce(client, "orders", 0, {std::string(60, 'x')});
                ++promise.end;
            }
            bool all = step % 6 == 5;
            auto from = static_cast<std::uint64_t>(promise.start),
                 to = static_cast<std::uint64_t>(promise.end);
            promise.asked = all ? promise.end : static_cast<std::int64_t>(random.between(from, to));
            auto deleted = delete_records(client, "orders", 0, all ? to_the_end : promise.asked);
            ASSERT_EQ(deleted.error_code, ErrorCode::none);
            promise.start = std::max(promise.start, promise.asked);
            ASSERT_EQ(deleted.low_watermark, promise.start);
            if (step % 4 == 3) cluster.run(cluster.broker().store().checkpoint());
        }
    }
    void judge(Cluster& cluster, Promise& promise) {
        auto client = cluster.connect();
        if (look_up(client, "orders").error_code != ErrorCode::none) {
            EXPECT_EQ(promise.end, 0);
            return;
        }
        std::int64_t start = list_offset(client, "orders", 0, earliest).offset;
        EXPECT_GE(start, promise.start);
        EXPECT_LE(start, std::max(promise.start, promise.asked));
        std::int64_t end = list_offset(client, "orders", 0, latest).offset;
        EXPECT_GE(end, promise.end);
        EXPECT_EQ(read_all(client, "orders", 0).size(), static_cast<std::size_t>(end - start));
        promise = {start, start, end}; // seen is promised
    }
    std::uint64_t count_points() override {
        Cluster cluster = make_cluster();
        Promise promise;
        cluster.start();
        live(cluster, promise);
        judge(cluster, promise);
        std::uint64_t points = cluster.world().disk().operations();
        EXPECT_GE(points, 60u);
        return points;
    }
    void crash_at(std::uint64_t point) override {
        Cluster cluster = make_cluster();
        Promise promise;
        cluster.world().disk().stop_after(point);
        try {
            cluster.start();
            live(cluster, promise);
        } catch (const Crashed&) {}
        SeededRandom random(seed_ + point);
        for (int again = 0; again < 2; ++again) {
            cluster.end(end_of(random));
            cluster.start();
            judge(cluster, promise);
        }
    }
};

TEST_P(DeleteRecordsCrash, what_was_answered_as_gone_is_gone_after_a_power_cut_at_any_write_or_sync) {
    crash_at_points(3);
}

TEST_P(DeleteRecordsCrash, is_found_wanting_where_deletions_are_answered_before_they_are_synced) {
    options_.store.durability = storage::Durability::os;
    std::uint64_t last = count_points();
    EXPECT_TRUE(is_noticed(last / 2, last, 1)) << "the check would not notice a start that moves back";
}

} // namespace
RIACHO_SCENARIOS(DeleteRecords);
RIACHO_SCENARIOS(DeleteRecordsCrash);
} // namespace riacho::scenarios
