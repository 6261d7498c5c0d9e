#include "base/log.hpp"
#include "broker/broker.hpp"
#include "client/link/link.hpp"
#include "io/gather.hpp"
#include "io/run_on.hpp"
#include "io/testing.hpp"
#include "kafka/messages/create_topics.hpp"
#include "kafka/messages/delete_topics.hpp"
#include "kafka/messages/find_coordinator.hpp"
#include "kafka/messages/init_producer_id.hpp"
#include "kafka/messages/leave_group.hpp"
#include "requests.hpp"

#include <gtest/gtest.h>
#include <optional>

// The same broker on real threads, with real files and over TCP: what the simulation cannot see is a race
// between two threads, and the thread sanitizer sees it here.
namespace riacho::scenarios {
namespace {

using client::Link;

constexpr int producers = 6, batches_each = 60, partitions = 4;

class RealBroker {
public:
    explicit RealBroker(io::RealTestWorld& test) : test_(test), world_(test.world()) {}

    Task<> start() {
        broker_ = std::make_unique<broker::Broker>(world_, small_broker());
        auto started = co_await broker_->start(test_.folder());
        if (!started) throw std::runtime_error(started.error().detail);
        auto listener = world_.network.listen(*world_.shards.front(), {"127.0.0.1", 0});
        at_ = listener->local();
        broker_->serve(std::move(listener), {});
    }
    Task<> stop() {
        co_await broker_->stop(world_.clock.now() + 2s);
        broker_.reset();
    }
    Task<std::unique_ptr<Link>> connect(io::Shard& shard) {
        auto link = co_await Link::connect(shard, world_.network, {.broker = at_}, shard.now() + 30s);
        if (!link) throw std::runtime_error(link.error().detail);
        co_return *std::move(link);
    }
    io::World&      world() { return world_; }
    broker::Broker& broker() { return *broker_; }

private:
    io::RealTestWorld&              test_;
    io::World                       world_;
    std::unique_ptr<broker::Broker> broker_;
    io::Endpoint                    at_;
};

template <class T> T answer_of(Link::Answer<T> answer) {
    if (!answer) throw std::runtime_error("no answer: " + answer.error().detail);
    return *std::move(answer);
}

/// Produces to all partitions in turn, each batch twice; gives how many were acknowledged.
Task<int> produce_some(RealBroker& real, io::Shard& shard, std::int64_t producer_id) {
    auto link = co_await real.connect(shard);
    int  acknowledged = 0;
    for (int i = 0; i < batches_each; ++i) {
        std::int32_t partition = i % partitions;
        Bytes        batch = batch_of({std::to_string(producer_id) + "/" + std::to_string(i)},
                                      real.world().clock.wall(), {producer_id, 0, i / partitions});
        std::vector<Task<Link::Answer<kafka::ProduceResponse>>> both;
        for (int copy = 0; copy < 2; ++copy)
            both.push_back(link->ask(produce_request("orders", partition, Bytes::copy_of(batch.view())),
                                     shard.now() + 60s));
        auto answers = co_await io::gather(shard, std::move(both));
        auto first = answer_in(answer_of(std::move(answers[0])));
        auto second = answer_in(answer_of(std::move(answers[1])));
        EXPECT_EQ(first.error_code, ErrorCode::none);
        EXPECT_EQ(second.base_offset, first.base_offset);
        acknowledged += first.error_code == ErrorCode::none;
    }
    co_await link->close();
    co_return acknowledged;
}

/// Polls all partitions until everything has come, and commits as it goes; gives how much came.
Task<int> consume_all(RealBroker& real, io::Shard& shard, int expected) {
    auto                      link = co_await real.connect(shard);
    std::vector<std::int64_t> next(partitions, 0);
    int                       got = 0;
    while (got < expected) {
        auto request = fetch_request("orders", 0, {.max_wait_ms = 200});
        for (std::int32_t i = 1; i < partitions; ++i)
            request.topics[0].partitions.emplace_back(request.topics[0].partitions[0]).partition = i;
        for (std::size_t i = 0; i < next.size(); ++i) request.topics[0].partitions[i].fetch_offset = next[i];
        auto fetched = answer_of(co_await link->ask_in(fetch_by_name, std::move(request), shard.now() + 60s));
        for (const auto& partition : fetched.responses.at(0).partitions) {
            for (const Got& record : records_in(*partition.records)) {
                auto& expected_offset = next[static_cast<std::size_t>(partition.partition_index)];
                EXPECT_EQ(record.offset, expected_offset++);
                ++got;
            }
        }
        auto committed =
            answer_of(co_await link->ask(commit_request("readers", "orders", 0, next[0]), shard.now() + 60s));
        EXPECT_EQ(committed.topics.at(0).partitions.at(0).error_code, ErrorCode::none);
    }
    co_await link->close();
    co_return got;
}

/// Makes and deletes other topics, and takes checkpoints, all the while.
Task<int> disturb(RealBroker& real, io::Shard& shard) {
    auto link = co_await real.connect(shard);
    for (int i = 0; i < 8; ++i) {
        auto made = answer_of(co_await link->ask(auto_creating({"other"}), shard.now() + 60s));
        EXPECT_EQ(made.topics.at(0).error_code, ErrorCode::none);
        auto told = co_await link->ask(
            produce_request("other", 0, batch_of({"x"}, real.world().clock.wall())), shard.now() + 60s);
        EXPECT_EQ(answer_in(answer_of(std::move(told))).error_code, ErrorCode::none);
        co_await io::run_on(*real.world().shards.front(), shard, real.broker().store().checkpoint());
        kafka::DeleteTopicsRequest removal;
        removal.topics.emplace_back().name = "other";
        removal.timeout_ms = 10'000;
        auto removed = answer_of(co_await link->ask(std::move(removal), shard.now() + 60s));
        EXPECT_EQ(removed.responses.at(0).error_code, ErrorCode::none);
    }
    co_await link->close();
    co_return 0;
}

/// One group member that joins, beats and leaves, round after round.
Task<int> come_and_go(RealBroker& real, io::Shard& shard, std::string group) {
    auto link = co_await real.connect(shard);
    for (int i = 0; i < 10; ++i) {
        auto first = answer_of(co_await link->ask(join_request(group, ""), shard.now() + 60s));
        auto joined = answer_of(co_await link->ask(join_request(group, first.member_id), shard.now() + 60s));
        Membership member = membership_in(group, joined);
        auto       synced = answer_of(
            co_await link->ask(sync_request(member, {{member.member_id, "all"}}), shard.now() + 60s));
        EXPECT_EQ(synced.error_code, ErrorCode::none);
        auto beat = answer_of(co_await link->ask(heartbeat_request(member), shard.now() + 60s));
        EXPECT_EQ(beat.error_code, ErrorCode::none);
        kafka::LeaveGroupRequest leaving;
        leaving.group_id = group;
        leaving.members.emplace_back().member_id = member.member_id;
        EXPECT_EQ(answer_of(co_await link->ask(std::move(leaving), shard.now() + 60s)).error_code,
                  ErrorCode::none);
    }
    co_await link->close();
    co_return 0;
}

Task<> prepare(RealBroker& real, io::Shard& home, std::vector<std::int64_t>& producer_ids) {
    auto                       link = co_await real.connect(home);
    kafka::CreateTopicsRequest request;
    auto&                      topic = request.topics.emplace_back();
    topic.name = "orders";
    topic.num_partitions = partitions;
    topic.replication_factor = 1;
    topic.configs.push_back({.name = "segment.bytes", .value = "20000"});
    auto made = answer_of(co_await link->ask(std::move(request), home.now() + 60s));
    EXPECT_EQ(made.topics.at(0).error_code, ErrorCode::none);
    kafka::FindCoordinatorRequest finding;
    finding.coordinator_keys.push_back("readers");
    auto found = answer_of(co_await link->ask(std::move(finding), home.now() + 60s));
    EXPECT_EQ(found.coordinators.at(0).error_code, ErrorCode::none);
    for (int i = 0; i < producers; ++i) {
        kafka::InitProducerIdRequest asking;
        asking.transaction_timeout_ms = 60'000;
        producer_ids.push_back(
            answer_of(co_await link->ask(std::move(asking), home.now() + 60s)).producer_id);
    }
    co_await link->close();
}

Task<> live_once(RealBroker& real) {
    const auto&               shards = real.world().shards;
    io::Shard&                home = *shards.front();
    std::vector<std::int64_t> producer_ids;
    co_await real.start();
    co_await prepare(real, home, producer_ids);
    std::vector<Task<int>> work;
    auto                   on = [&](std::size_t number, Task<int> task) {
        work.push_back(io::run_on(*shards[number % shards.size()], home, std::move(task)));
    };
    for (std::size_t i = 0; i < producers; ++i)
        on(i, produce_some(real, *shards[i % shards.size()], producer_ids[i]));
    for (std::size_t i = 0; i < 2; ++i)
        on(i, consume_all(real, *shards[i % shards.size()], producers * batches_each));
    on(2, disturb(real, *shards[2 % shards.size()]));
    for (std::size_t i = 0; i < 3; ++i)
        on(i, come_and_go(real, *shards[i % shards.size()], "group-" + std::to_string(i)));
    auto done = co_await io::gather(home, std::move(work));
    for (std::size_t i = 0; i < producers; ++i) EXPECT_EQ(done[i], batches_each);
    co_await real.stop();
}

/// What a life left is there in the next one.
Task<> live_again(RealBroker& real) {
    io::Shard& home = *real.world().shards.front();
    co_await real.start();
    EXPECT_EQ(co_await consume_all(real, home, producers * batches_each), producers * batches_each);
    co_await real.stop();
}

class RealThreads : public ::testing::TestWithParam<std::size_t> {};

TEST_P(RealThreads, serve_producers_consumers_groups_and_topics_at_once_and_after_a_restart) {
    log::set_level(log::Level::error);
    io::RealTestWorld test(1, {.shards = GetParam()});
    RealBroker        real(test);
    test.run(live_once(real));
    test.run(live_again(real));
}

INSTANTIATE_TEST_SUITE_P(Scenarios, RealThreads, ::testing::Values(1, 3),
                         [](const auto& info) { return info.param == 1 ? "one_shard" : "three_shards"; });

} // namespace
} // namespace riacho::scenarios
