#pragma once

#include "storage/store/store_testing.hpp"

#include <algorithm>
#include <cstdint>
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace riacho::storage::testing_store {

/// One store after another on the disk of a world, simulated or real.
template <class TestedWorld> struct StoreRun {
    TestedWorld            tested;
    io::World              world = tested.world();
    std::string            folder = std::string(tested.folder()) + "/broker";
    StoreOptions           options = small_store();
    std::unique_ptr<Store> store;
    History                history;
    std::string            why; ///< the last opening failed

    /// What the world is made of.
    template <class... Of> explicit StoreRun(Of... of) : tested(std::move(of)...) {}

    static Task<std::optional<StoreError>> opening(StoreRun& run) {
        auto opened = co_await open_store(run.world, run.folder, run.options, small_log);
        run.why = opened ? "" : opened.error().detail;
        if (!opened) co_return opened.error().code;
        run.store = *std::move(opened);
        co_return std::nullopt;
    }
    std::optional<StoreError> open(StoreOptions::Loss loss = StoreOptions::Loss::refused) {
        options.loss = loss;
        return tested.run(opening(*this));
    }
    static Task<> stopping(StoreRun& run) {
        co_await run.store->stop(run.world.shards[0]->now() + 10s);
        run.store.reset();
    }
    void stop() { tested.run(stopping(*this)); }

    /// Batches for the first partition of a topic, which is made where it is not there yet.
    static Task<> working(StoreRun& run, std::uint8_t topic, int batches) {
        TopicPartition partition{topic_id(topic), PartitionIndex{0}};
        if (!run.history.partitions.contains(partition)) {
            std::string name = fmt::format("topic.{}", topic);
            co_await make_topic(*run.store, run.history, name, topic);
            run.history.partitions[partition].topic = name;
        }
        for (int i = 0; i < batches; ++i)
            co_await put_batch(*run.store, run.history, partition,
                               batch_of(run.history, 1 + i % 3, i % 7 == 6 ? 6'000 : 900));
        co_await run.world.shards[0]->enter_if_away();
    }
    void work(std::uint8_t topic, int batches) { tested.run(working(*this, topic, batches)); }

    std::vector<std::string> complaints() {
        return tested.run(broken_promises(*store, history, world.disk, folder));
    }
    void expect_all_kept() { EXPECT_EQ(complaints(), std::vector<std::string>{}); }
};

/// One store after another on a simulated disk, through kills and cuts of the power.
struct SimulatedRun : StoreRun<io::SimulatedWorld> {
    explicit SimulatedRun(std::uint64_t seed = 1, io::SimulatedOptions simulated = {})
        : StoreRun(seed, simulated) {}
    ~SimulatedRun() {
        tested.power_off();
        store.reset();
    }
    void crash(io::LifeEnd end = io::LifeEnd::power_cut) {
        tested.power_off();
        store.reset();
        tested.restart(end);
    }
    /// For a disk that stops on the way.
    static Task<> trying_to_open(SimulatedRun& run) { co_await opening(run); }

    /// Nothing where no file's path ends so.
    std::optional<std::string> file_that_ends_with(std::string_view ending) {
        for (const std::string& path : tested.disk().files())
            if (path.ends_with(ending)) return path;
        return std::nullopt;
    }
    bool has(std::string_view part) {
        return std::ranges::any_of(tested.disk().files(),
                                   [&](const std::string& path) { return path.contains(part); });
    }
};

} // namespace riacho::storage::testing_store
