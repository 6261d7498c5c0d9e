#pragma once

// For tests: a coordinator on a simulated shard, its clients, and a log that keeps what it was given.

#include "broker/group/coordinator.hpp"
#include "io/simulation.hpp"

#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace riacho::broker {

/// Every append takes a while, and can be told to fail.
class FakeOffsetsLog : public OffsetsLog {
public:
    explicit FakeOffsetsLog(io::Shard& shard) : shard_(shard) {}

    Task<Outcome<void, kafka::ErrorCode>> append(PartitionIndex partition, Bytes batch) override {
        ++under_way;
        auto answer = error;
        co_await shard_.sleep_for(latency);
        --under_way;
        if (answer != kafka::ErrorCode::none) co_return fail(answer);
        batches.emplace_back(partition, std::move(batch));
        co_return Outcome<void, kafka::ErrorCode>{};
    }

    std::vector<std::pair<PartitionIndex, Bytes>> batches;
    kafka::ErrorCode                              error = kafka::ErrorCode::none;
    Time                                          latency = std::chrono::milliseconds(2);
    int                                           under_way = 0;

private:
    io::Shard& shard_;
};

class CoordinatorFixture : public ::testing::Test {
protected:
    using Error = kafka::ErrorCode;
    static constexpr std::int32_t partitions = 50;

    CoordinatorFixture() : log(shard) {
        add_topic("orders", 3, 1);
        coordinator = make_coordinator();
        own_all(*coordinator);
    }
    ~CoordinatorFixture() override {
        if (coordinator) run(coordinator->stop());
    }

    void add_topic(const std::string& name, std::int32_t count, int life) {
        Topic topic;
        topic.name = name;
        topic.id.bytes[0] = std::byte{1};
        topic.id.bytes[15] = static_cast<std::byte>(life);
        topic.partitions = count;
        image.apply(TopicCreated{topic});
    }
    void remove_topic(const std::string& name) { image.apply(TopicDeleted{image.find(name)->id}); }

    std::unique_ptr<GroupCoordinator> make_coordinator() {
        auto made = std::make_unique<GroupCoordinator>(GroupCoordinator::Place{
            shard, simulation.clock(), simulation.random(), image, log, options, memory});
        made->set_partition_count(partitions);
        run(start(*made));
        return made;
    }
    void own_all(GroupCoordinator& of) {
        for (std::int32_t i = 0; i < partitions; ++i) {
            of.own(PartitionIndex{i});
            run(load(of, PartitionIndex{i}));
        }
    }
    /// What a crash leaves: only what is in the log.
    void restart() {
        run(coordinator->stop());
        coordinator = make_coordinator();
        own_all(*coordinator);
    }

    /// Runs `work` on the shard until it ends.
    template <class T> T run(Task<T> work) {
        auto result = start_work(std::move(work));
        EXPECT_TRUE(
            simulation.run_until([&] { return result->is_done; }, simulation.now() + std::chrono::hours(1)));
        if constexpr (!std::is_void_v<T>) return std::move(*result->value);
    }
    template <class T> struct Running {
        bool                                                                    is_done = false;
        std::optional<std::conditional_t<std::is_void_v<T>, std::monostate, T>> value;
    };
    /// Starts it and does not wait.
    template <class T> std::shared_ptr<Running<T>> start_work(Task<T> work) {
        auto result = std::make_shared<Running<T>>();
        clients.spawn(into(result, std::move(work)));
        return result;
    }
    void pass(Time span) { simulation.run_for(span); }

    std::shared_ptr<Running<kafka::JoinGroupResponse>>
    join(const std::string& group, const std::string& member, kafka::Version version = 9) {
        kafka::JoinGroupRequest request{.group_id = group,
                                        .session_timeout_ms = 10'000,
                                        .rebalance_timeout_ms = 60'000,
                                        .member_id = member,
                                        .protocol_type = "consumer"};
        request.protocols.push_back({.name = "range", .metadata = Bytes::copy_of("meta")});
        return start_work(coordinator->join(std::move(request), {"client", "/10.0.0.1", version}));
    }
    /// A group with one member in generation 1; gives its id.
    std::string only_member(const std::string& group) {
        auto joined = join(group, "", 3);
        pass(std::chrono::milliseconds(10));
        EXPECT_TRUE(joined->is_done);
        auto synced = run(coordinator->sync(sync_request(group, *joined->value, "mine")));
        EXPECT_EQ(synced.error_code, Error::none);
        EXPECT_EQ(as_text(synced.assignment.view()), "mine");
        return joined->value->member_id;
    }
    static kafka::SyncGroupRequest sync_request(const std::string&              group,
                                                const kafka::JoinGroupResponse& joined,
                                                const std::string&              assignment) {
        kafka::SyncGroupRequest request{
            .group_id = group, .generation_id = joined.generation_id, .member_id = joined.member_id};
        for (const auto& member : joined.members)
            request.assignments.push_back(
                {.member_id = member.member_id, .assignment = Bytes::copy_of(assignment)});
        return request;
    }
    static kafka::OffsetCommitRequest commit_request(const std::string& group, std::int32_t partition,
                                                     std::int64_t offset) {
        kafka::OffsetCommitRequest request{.group_id = group};
        auto&                      topic = request.topics.emplace_back();
        topic.name = "orders";
        topic.partitions.push_back(
            {.partition_index = partition, .committed_offset = offset, .committed_metadata = "note"});
        return request;
    }
    Error commit(const kafka::OffsetCommitRequest& request, kafka::Version version = 9) {
        return run(coordinator->commit(request, version)).topics[0].partitions[0].error_code;
    }
    /// -1 where there is none.
    std::int64_t committed(const std::string& group, std::int32_t partition,
                           const std::string& topic = "orders") {
        kafka::OffsetFetchRequest::Group request{.group_id = group};
        request.topics.emplace().push_back({.name = topic, .partition_indexes = {partition}});
        auto answer = run(coordinator->fetch(std::move(request)));
        EXPECT_EQ(answer.error_code, Error::none);
        return answer.topics[0].partitions[0].committed_offset;
    }
    kafka::DescribeGroupsResponse::Group describe(const std::string& group) {
        return run(coordinator->describe(group));
    }
    Error heartbeat(const std::string& group, const std::string& member, std::int32_t generation) {
        return run(coordinator->heartbeat(
                       {.group_id = group, .generation_id = generation, .member_id = member}))
            .error_code;
    }

    io::Simulation                    simulation{1};
    io::Shard&                        shard = simulation.make_shard();
    GroupOptions                      options;
    MemoryBudget                      memory{"groups", 1 << 20};
    Image                             image;
    FakeOffsetsLog                    log;
    std::unique_ptr<GroupCoordinator> coordinator;
    io::Group                         clients{shard};

private:
    static Task<> start(GroupCoordinator& of) {
        of.start();
        co_return;
    }
    Task<> load(GroupCoordinator& of, PartitionIndex partition) {
        for (const auto& [index, batch] : log.batches)
            if (index == partition) of.load(partition, batch);
        of.loaded(partition);
        co_return;
    }
    template <class T> static Task<> into(std::shared_ptr<Running<T>> result, Task<T> work) {
        if constexpr (std::is_void_v<T>)
            co_await std::move(work);
        else
            result->value.emplace(co_await std::move(work));
        result->is_done = true;
    }
};

} // namespace riacho::broker
