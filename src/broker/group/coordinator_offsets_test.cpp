#include "broker/group/coordinator_fixture.hpp"

namespace riacho::broker {
namespace {

using namespace std::chrono_literals;

using CoordinatorOffsetsTest = CoordinatorFixture;

TEST_F(CoordinatorOffsetsTest, what_was_committed_is_fetched) {
    auto request = commit_request("g", 2, 42);
    request.topics[0].partitions[0].committed_leader_epoch = 7;
    EXPECT_EQ(commit(request), Error::none);
    auto all = run(coordinator->fetch({.group_id = "g"}));
    ASSERT_EQ(all.topics.size(), 1u);
    EXPECT_EQ(all.topics[0].name, "orders");
    ASSERT_EQ(all.topics[0].partitions.size(), 1u);
    EXPECT_EQ(all.topics[0].partitions[0].partition_index, 2);
    EXPECT_EQ(all.topics[0].partitions[0].committed_offset, 42);
    EXPECT_EQ(all.topics[0].partitions[0].committed_leader_epoch, 7);
    EXPECT_EQ(all.topics[0].partitions[0].metadata, "note");
}

TEST_F(CoordinatorOffsetsTest, a_group_that_nobody_knows_is_nowhere_which_is_no_error) {
    kafka::OffsetFetchRequest::Group request{.group_id = "none"};
    request.topics.emplace().push_back({.name = "orders", .partition_indexes = {0, 9}});
    auto answer = run(coordinator->fetch(request));
    EXPECT_EQ(answer.error_code, Error::none);
    for (const auto& partition : answer.topics[0].partitions) {
        EXPECT_EQ(partition.committed_offset, -1);
        EXPECT_EQ(partition.committed_leader_epoch, -1);
        EXPECT_EQ(partition.metadata, "");
        EXPECT_EQ(partition.error_code, Error::none);
    }
    EXPECT_TRUE(run(coordinator->fetch({.group_id = "none"})).topics.empty());
    EXPECT_TRUE(run(coordinator->list({})).groups.empty());
}

TEST_F(CoordinatorOffsetsTest, a_commit_is_seen_when_it_is_durable_and_not_before) {
    log.latency = 50ms;
    auto committing = start_work(coordinator->commit(commit_request("g", 0, 5), 9));
    pass(10ms);
    EXPECT_EQ(committed("g", 0), -1);
    EXPECT_FALSE(committing->is_done);
    pass(50ms);
    EXPECT_TRUE(committing->is_done);
    EXPECT_EQ(committed("g", 0), 5);
}

TEST_F(CoordinatorOffsetsTest, commits_that_overtake_each_other_do_not_exist) {
    auto first = start_work(coordinator->commit(commit_request("g", 0, 5), 9));
    auto second = start_work(coordinator->commit(commit_request("g", 0, 4), 9));
    pass(100ms);
    EXPECT_EQ(committed("g", 0), 4);
    restart();
    EXPECT_EQ(committed("g", 0), 4);
}

TEST_F(CoordinatorOffsetsTest, all_partitions_of_a_commit_are_in_one_batch) {
    auto request = commit_request("g", 0, 1);
    request.topics[0].partitions.push_back({.partition_index = 1, .committed_offset = 2});
    request.topics[0].partitions.push_back({.partition_index = 2, .committed_offset = 3});
    EXPECT_EQ(commit(request), Error::none);
    ASSERT_EQ(log.batches.size(), 1u);
    EXPECT_EQ(log.batches[0].first, offsets_partition_of("g", partitions));
    auto batch = kafka::BatchView::first(log.batches[0].second.view());
    ASSERT_TRUE(batch);
    EXPECT_EQ(batch->records_count(), 3);
    EXPECT_TRUE(batch->crc_matches());
}

TEST_F(CoordinatorOffsetsTest, each_partition_has_its_own_error) {
    auto request = commit_request("g", 0, 1);
    request.topics[0].partitions.push_back({.partition_index = 3, .committed_offset = 1});
    request.topics[0].partitions.push_back({.partition_index = 1, .committed_offset = 1});
    request.topics[0].partitions[2].committed_metadata = std::string(4097, 'x');
    request.topics.push_back({.name = "missing", .partitions = {{.partition_index = 0}}});
    auto answer = run(coordinator->commit(request, 9));
    EXPECT_EQ(answer.topics[0].partitions[0].error_code, Error::none);
    EXPECT_EQ(answer.topics[0].partitions[1].error_code, Error::unknown_topic_or_partition);
    EXPECT_EQ(answer.topics[0].partitions[2].error_code, Error::offset_metadata_too_large);
    EXPECT_EQ(answer.topics[1].partitions[0].error_code, Error::unknown_topic_or_partition);
    EXPECT_EQ(committed("g", 0), 1);
    EXPECT_EQ(committed("g", 1), -1);
}

TEST_F(CoordinatorOffsetsTest, metadata_up_to_its_limit_is_kept) {
    auto request = commit_request("g", 0, 1);
    request.topics[0].partitions[0].committed_metadata = std::string(4096, 'x');
    EXPECT_EQ(commit(request), Error::none);
    request.topics[0].partitions[0].committed_metadata.reset();
    EXPECT_EQ(commit(request), Error::none);
    EXPECT_EQ(run(coordinator->fetch({.group_id = "g"})).topics[0].partitions[0].metadata, "");
}

TEST_F(CoordinatorOffsetsTest, only_members_of_the_generation_commit_while_there_are_members) {
    std::string member = only_member("g");
    auto        request = commit_request("g", 0, 9);
    EXPECT_EQ(commit(request), Error::unknown_member_id);
    request.member_id = member;
    request.generation_id_or_member_epoch = 2;
    EXPECT_EQ(commit(request), Error::illegal_generation);
    request.generation_id_or_member_epoch = 1;
    EXPECT_EQ(commit(request), Error::none);
    join("g", member);
    pass(1ms);
    request.generation_id_or_member_epoch = 2;
    EXPECT_EQ(commit(request), Error::rebalance_in_progress);
    EXPECT_EQ(committed("g", 0), 9);
}

TEST_F(CoordinatorOffsetsTest, a_generation_of_an_unknown_group_is_refused) {
    auto request = commit_request("none", 0, 9);
    request.generation_id_or_member_epoch = 1;
    EXPECT_EQ(commit(request, 8), Error::illegal_generation);
    EXPECT_EQ(commit(request, 9), Error::group_id_not_found);
}

TEST_F(CoordinatorOffsetsTest, a_commit_that_cannot_be_written_changes_nothing) {
    commit(commit_request("g", 0, 5));
    for (auto [append, answer] :
         {std::pair{Error::kafka_storage_error, Error::coordinator_not_available},
          std::pair{Error::request_timed_out, Error::coordinator_not_available},
          std::pair{Error::not_leader_or_follower, Error::not_coordinator},
          std::pair{Error::record_list_too_large, Error::invalid_commit_offset_size}}) {
        log.error = append;
        EXPECT_EQ(commit(commit_request("g", 0, 6)), answer);
        EXPECT_EQ(commit(commit_request("fresh", 0, 6)), answer);
    }
    EXPECT_EQ(committed("g", 0), 5);
    EXPECT_EQ(run(coordinator->list({})).groups.size(), 1u) << "the other one never came to be";
}

TEST_F(CoordinatorOffsetsTest, offsets_of_an_empty_group_go_seven_days_after_its_last_member) {
    std::string member = only_member("g");
    auto        request = commit_request("g", 0, 9);
    request.member_id = member;
    request.generation_id_or_member_epoch = 1;
    EXPECT_EQ(commit(request), Error::none);
    for (int day = 0; day < 10; ++day) {
        simulation.advance_wall(24h);
        run(coordinator->enforce_retention());
    }
    EXPECT_EQ(committed("g", 0), 9) << "it has a member";
    run(coordinator->leave({.group_id = "g", .members = {{.member_id = member}}}));
    simulation.advance_wall(7 * 24h - 1min);
    run(coordinator->enforce_retention());
    EXPECT_EQ(committed("g", 0), 9);
    simulation.advance_wall(1min);
    run(coordinator->enforce_retention());
    EXPECT_EQ(committed("g", 0), -1);
    EXPECT_EQ(describe("g").group_state, "Dead");
    restart();
    EXPECT_EQ(committed("g", 0), -1);
}

TEST_F(CoordinatorOffsetsTest, offsets_without_a_group_go_seven_days_after_their_commit) {
    commit(commit_request("g", 0, 1));
    simulation.advance_wall(6 * 24h);
    commit(commit_request("g", 1, 2));
    simulation.advance_wall(24h);
    run(coordinator->enforce_retention());
    EXPECT_EQ(committed("g", 0), -1);
    EXPECT_EQ(committed("g", 1), 2);
}

TEST_F(CoordinatorOffsetsTest, the_timer_enforces_retention) {
    options.offsets_retention_minutes = std::chrono::minutes(60);
    commit(commit_request("g", 0, 1));
    pass(59min);
    EXPECT_EQ(committed("g", 0), 1);
    pass(12min);
    EXPECT_EQ(committed("g", 0), -1);
}

TEST_F(CoordinatorOffsetsTest, an_old_client_may_say_how_long_an_offset_is_kept) {
    auto request = commit_request("g", 0, 1);
    request.retention_time_ms = 1000;
    EXPECT_EQ(commit(request, 2), Error::none);
    restart();
    EXPECT_EQ(committed("g", 0), 1);
    simulation.advance_wall(2s);
    run(coordinator->enforce_retention());
    EXPECT_EQ(committed("g", 0), -1);
}

TEST_F(CoordinatorOffsetsTest, nothing_is_forgotten_while_a_commit_is_on_its_way) {
    commit(commit_request("g", 0, 1));
    simulation.advance_wall(8 * 24h);
    log.latency = 50ms;
    auto committing = start_work(coordinator->commit(commit_request("g", 0, 2), 9));
    pass(10ms);
    run(coordinator->enforce_retention());
    pass(50ms);
    EXPECT_EQ(committed("g", 0), 2);
    restart();
    EXPECT_EQ(committed("g", 0), 2);
}

TEST_F(CoordinatorOffsetsTest, the_offsets_of_a_deleted_topic_go_with_it) {
    add_topic("payments", 1, 2);
    commit(commit_request("g", 0, 1));
    auto request = commit_request("g", 0, 8);
    request.topics[0].name = "payments";
    commit(request);
    remove_topic("orders");
    auto batches = log.batches.size();
    EXPECT_EQ(committed("g", 0), -1) << "at once";
    run(coordinator->topic_deleted("orders"));
    EXPECT_EQ(log.batches.size(), batches + 1) << "and for good";
    EXPECT_EQ(committed("g", 0, "payments"), 8);
    add_topic("orders", 3, 3);
    restart();
    EXPECT_EQ(committed("g", 0), -1);
    EXPECT_EQ(committed("g", 0, "payments"), 8);
}

TEST_F(CoordinatorOffsetsTest, a_topic_made_again_does_not_inherit_offsets) {
    commit(commit_request("g", 0, 1));
    remove_topic("orders");
    add_topic("orders", 3, 9);
    EXPECT_EQ(committed("g", 0), -1);
    EXPECT_TRUE(run(coordinator->fetch({.group_id = "g"})).topics.empty());
    restart();
    EXPECT_EQ(committed("g", 0), -1);
    EXPECT_EQ(commit(commit_request("g", 0, 3)), Error::none);
    EXPECT_EQ(committed("g", 0), 3);
}

TEST_F(CoordinatorOffsetsTest, many_expired_offsets_go_in_several_batches) {
    add_topic("wide", 2500, 4);
    auto request = commit_request("g", 0, 1);
    request.topics[0].name = "wide";
    for (std::int32_t i = 1; i < 2500; ++i)
        request.topics[0].partitions.push_back({.partition_index = i, .committed_offset = i});
    EXPECT_EQ(commit(request), Error::none);
    simulation.advance_wall(8 * 24h);
    run(coordinator->enforce_retention());
    EXPECT_EQ(log.batches.size(), 1u + 3u);
    EXPECT_TRUE(run(coordinator->list({})).groups.empty());
}

} // namespace
} // namespace riacho::broker
