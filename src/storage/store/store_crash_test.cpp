// The power fails at every write and every sync, recovery's own included: after each, what was acknowledged
// is there, and the rest is whole or absent.
#include "base/log.hpp"
#include "storage/schedules_testing.hpp"
#include "storage/store/file_store.hpp"
#include "storage/store/store_testing.hpp"

#include <gtest/gtest.h>

namespace riacho::storage {
namespace {

using namespace testing_store;

TopicPartition partition_at(std::uint8_t topic, std::int32_t index) {
    return {topic_id(topic), PartitionIndex{index}};
}

/// One life of a broker after another on one disk.
struct CrashRun {
    io::SimulatedWorld     simulated;
    io::World              world;
    StoreOptions           options = small_store();
    std::unique_ptr<Store> store;
    History                history;

    CrashRun(std::uint64_t seed, Durability durability)
        : simulated(seed, {.shards = 3}), world(simulated.world()) {
        options.durability = durability;
        if (durability == Durability::os) history.promise = History::Promise::prefix;
    }

    static Task<> open(CrashRun& run) {
        auto opened =
            co_await open_store(run.world, run.simulated.folder() + "/broker", run.options, small_log);
        if (!opened) ADD_FAILURE() << opened.error().detail;
        if (opened) run.store = *std::move(opened);
    }
    static Task<> verify(CrashRun& run) {
        auto complaints = co_await broken_promises(*run.store, run.history, run.simulated.disk(),
                                                   run.simulated.folder() + "/broker");
        for (const std::string& complaint : complaints) ADD_FAILURE() << complaint;
    }
    /// The process is gone; what it left depends on how.
    void end_life(io::LifeEnd end) {
        simulated.power_off();
        store.reset();
        simulated.restart(end);
    }
};

/// Several writers of one partition at once, so that batches share frames.
Task<> write_burst(Store& store, History& history, TopicPartition partition, int batches) {
    for (int i = 0; i < batches; ++i) {
        std::int64_t bytes = 600 + 1'000 * (i % 4) + (i % 5 == 4 ? 5'000 : 0); // the last one is external
        co_await put_batch(store, history, partition, batch_of(history, 1 + i % 3, bytes));
    }
}

Task<> write_all(CrashRun& run, std::vector<TopicPartition> partitions, int batches) {
    std::vector<std::unique_ptr<io::Group>> groups;
    for (TopicPartition partition : partitions) {
        io::Shard& shard = run.store->shard_of(partition);
        groups.push_back(std::make_unique<io::Group>(shard));
        co_await shard.enter_if_away();
        groups.back()->spawn_now(write_burst(*run.store, run.history, partition, batches));
    }
    for (std::size_t i = 0; i < partitions.size(); ++i) {
        co_await run.store->shard_of(partitions[i]).enter_if_away();
        co_await groups[i]->join();
    }
    co_await run.world.shards[0]->enter_if_away();
}

Task<> checkpoint_now(CrashRun& run) {
    co_await run.world.shards[0]->enter_if_away();
    co_await run.store->checkpoint();
}

/// Produce goes on while checkpoints run.
Task<> write_during_checkpoints(CrashRun& run, std::vector<TopicPartition> partitions, int batches) {
    io::Group group(*run.world.shards[0]);
    co_await run.world.shards[0]->enter_if_away();
    struct Twice {
        static Task<> checkpoints(CrashRun& of) {
            co_await of.world.shards[0]->sleep_for(3ms);
            co_await of.store->checkpoint();
            co_await of.store->checkpoint();
        }
    };
    group.spawn_now(Twice::checkpoints(run));
    co_await write_all(run, std::move(partitions), batches);
    co_await group.join();
}

Task<> create_topic(CrashRun& run, std::string name, std::uint8_t number, std::int32_t partitions) {
    co_await run.world.shards[0]->enter_if_away();
    co_await make_topic(*run.store, run.history, name, number);
    for (std::int32_t i = 0; i < partitions; ++i)
        run.history.partitions[partition_at(number, i)].topic = name;
    co_await run.world.shards[0]->enter_if_away();
}

/// Rolls, two checkpoints, recycled files, external batches, a topic deleted and made again, a log start in
/// the middle of a batch.
Task<> crash_workload(CrashRun& run) {
    co_await create_topic(run, "orders", 1, 2);
    co_await create_topic(run, "audit", 2, 1);
    std::vector<TopicPartition> all{partition_at(1, 0), partition_at(1, 1), partition_at(2, 0)};
    co_await write_during_checkpoints(run, all, 14);
    co_await write_all(run, all, 5);
    co_await move_start(*run.store, run.history, partition_at(1, 0), {8});
    co_await run.world.shards[0]->enter_if_away();
    co_await delete_topic(*run.store, run.history, "audit", 2);
    co_await create_topic(run, "audit", 3, 1);
    all[2] = partition_at(3, 0);
    co_await write_during_checkpoints(run, all, 10);
    co_await checkpoint_now(run);
    co_await write_all(run, all, 5);
}

Task<> open_and_work(CrashRun& run) {
    co_await CrashRun::open(run);
    if (run.store) co_await crash_workload(run);
}

/// Thousands of lives say the same.
struct Quiet {
    Quiet() { log::set_level(log::Level::error); }
    ~Quiet() { log::set_level(log::Level::info); }
};

/// How one run dies: in its work, and perhaps in the recovery that follows.
struct Death {
    std::uint64_t cut = 1;
    std::uint64_t recovery_cut = 0; ///< 0: none
    io::LifeEnd   end = io::LifeEnd::power_cut;
    io::LifeEnd   recovery_end = io::LifeEnd::power_cut;
};

void recover_and_check(CrashRun& run) {
    run.simulated.run(CrashRun::open(run));
    if (run.store) run.simulated.run(CrashRun::verify(run));
}

void crash_and_recover(std::uint64_t seed, Death death, Durability durability) {
    CrashRun run(seed, durability);
    run.simulated.disk().stop_after(death.cut);
    run.simulated.run_or_crash(open_and_work(run));
    run.end_life(death.end);
    if (death.recovery_cut > 0) {
        run.simulated.disk().stop_after(death.recovery_cut);
        run.simulated.run_or_crash(CrashRun::open(run));
        run.end_life(death.recovery_end);
    }
    recover_and_check(run);
    if (!run.store) return;
    // The recovered store goes on, and survives another cut.
    run.simulated.run(create_topic(run, "later", 9, 1));
    run.simulated.run(write_all(run, {partition_at(9, 0), partition_at(1, 0)}, 4));
    run.end_life(io::LifeEnd::power_cut);
    recover_and_check(run);
    run.end_life(io::LifeEnd::power_cut);
}

void expect_met(const History& history) {
    const PartitionHistory& orders = history.partitions.at(partition_at(1, 0));
    std::uint64_t           external = 0, cut_by_log_start = 0;
    for (const Attempt& attempt : orders.attempts) {
        if (!attempt.acknowledged) continue;
        auto batch = kafka::BatchView::first(attempt.batch.view());
        external += attempt.batch.size() > small_log("").wal_external_bytes ? 1 : 0;
        bool begins_before = batch->base_offset() < orders.log_start;
        cut_by_log_start += begins_before && batch->last_offset() >= orders.log_start ? 1 : 0;
    }
    EXPECT_GT(external, 2u);
    EXPECT_EQ(cut_by_log_start, 1u) << "the log start lies in the middle of a batch";
    EXPECT_EQ(history.topics.at(1).fate, TopicHistory::Fate::deleted);
    EXPECT_EQ(history.topics.at(2).fate, TopicHistory::Fate::made) << "under the same name";
}

std::uint64_t operations_of_the_workload(Durability durability) {
    CrashRun run(1, durability);
    run.simulated.run(open_and_work(run));
    std::uint64_t operations = run.simulated.disk().operations();
    // What a run must have met for its cuts to mean something.
    auto& store = dynamic_cast<FileStore&>(*run.store);
    EXPECT_GE(store.last().number, 6u) << "the first one and five more";
    EXPECT_GT(run.history.partitions[partition_at(1, 0)].attempts.size(), 20u);
    std::uint64_t segments = 0, wal_files = 0, highest_number = 0;
    for (const std::string& path : run.simulated.disk().files()) {
        segments += path.ends_with(".log") ? 1 : 0;
        auto number = wal_file_number(path.substr(path.rfind('/') + 1));
        wal_files += number ? 1 : 0;
        highest_number = std::max(highest_number, number.value_or(0));
    }
    EXPECT_GT(highest_number, wal_files) << "files were recycled";
    EXPECT_GT(segments, 5u) << "segments were rolled";
    expect_met(run.history);
    run.simulated.run(CrashRun::verify(run));
    run.end_life(io::LifeEnd::power_cut);
    return operations;
}

void crash_everywhere(Durability durability) {
    Quiet         quiet;
    std::uint64_t operations = operations_of_the_workload(durability);
    std::uint64_t schedules = 0;
    for (std::uint64_t cut = 1; cut <= operations + 1; ++cut) {
        SCOPED_TRACE(fmt::format("cut {}", cut));
        Death death{.cut = cut};
        if (cut % 3 == 0) death.recovery_cut = 1 + cut * 7 % 40;
        if (cut % 5 == 1) death.end = io::LifeEnd::kill;
        if (cut % 7 == 3) death.recovery_end = io::LifeEnd::kill;
        crash_and_recover(cut, death, durability);
        ++schedules;
        if (testing::Test::HasFailure()) break;
    }
    expect_schedules(schedules, 700);
}

TEST(StoreCrash, keeps_every_promise_after_a_cut_at_any_operation) { crash_everywhere(Durability::synced); }

TEST(StoreCrash, without_syncs_of_frames_keeps_a_prefix_and_nothing_that_nobody_sent) {
    crash_everywhere(Durability::os);
}

} // namespace
} // namespace riacho::storage
