#include "storage/log/cleaning_testing.hpp"

#include <cerrno>
#include <gtest/gtest.h>
#include <set>

namespace riacho::storage {
namespace {

using namespace testing_cleaning;
using namespace std::chrono_literals;

Records found_in(LogWorld& world) { return world.world.run(records_in(*world.log)); }

void append(LogWorld& world, std::string key, std::optional<std::string> value,
            std::int64_t timestamp = 1'000) {
    check(world.append(batch_of({{std::move(key), std::move(value), timestamp}}, Compression::none))
              .has_value(),
          "it is appended");
}

/// Closes the last segment, so that it may be compacted.
void roll(LogWorld& world) {
    LogOptions options = world.options;
    options.segment_ms = 1ms;
    world.world.run(world.log->write_out());
    world.log->set_options(options);
    world.world.run([](LogWorld& in) -> Task<> {
        co_await in.world.shard().sleep_for(1s);
        co_await in.log->enforce_retention();
    }(world));
    world.log->set_options(world.options);
    world.checkpoint();
}

void clean(LogWorld& world, CleanerOptions options = {}) { world.world.run(world.log->clean(options)); }

std::size_t segments_in(LogWorld& world) {
    std::size_t count = 0;
    for (const std::string& name : world.world.disk().files()) count += name.ends_with(".log") ? 1 : 0;
    return count;
}

/// Below where compaction came, a key is there once.
void expect_compacted(const Records& found, const Records& written, Offset until) {
    std::map<std::string, std::int64_t> last;
    for (const auto& [offset, record] : written)
        if (offset < until.value) last[record.key] = offset;
    for (const auto& [offset, record] : found)
        if (offset < until.value) EXPECT_EQ(offset, last[record.key]) << record.key << " is superseded";
}

TEST(Cleaning, leaves_what_a_naive_model_leaves_after_any_history) {
    std::uint64_t swaps = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        LogWorld world(seed);
        make_compacted(world);
        world.open();
        CompactedLife life(world, seed);
        life.keys = seed % 3 == 0 ? 300 : 12; // more than the map takes in one pass, or few
        world.world.run(life.run(150));
        Records found = found_in(world);
        ASSERT_EQ(complaint_about(found, life.written, life.acknowledged), "") << "seed " << seed;
        // All that can be compacted is, in as many passes as it takes.
        world.checkpoint();
        for (int i = 0; i < 100; ++i) clean(world, life.cleaner);
        found = found_in(world);
        ASSERT_EQ(complaint_about(found, life.written, life.acknowledged), "") << "seed " << seed;
        expect_compacted(found, life.written, world.log->cleaned_until());
        EXPECT_GT(world.log->cleaned_until().value, life.acknowledged / 2) << "seed " << seed;
        swaps += found.size() < life.written.size() ? 1 : 0;
    }
    EXPECT_EQ(swaps, 60u);
}

TEST(Cleaning, is_the_same_after_a_restart_of_any_kind) {
    for (io::LifeEnd end : {io::LifeEnd::power_cut, io::LifeEnd::kill}) {
        LogWorld world(8);
        make_compacted(world);
        world.open();
        CompactedLife life(world, 3);
        world.world.run(life.run(150));
        clean(world);
        Records before = found_in(world);
        world.restart(end);
        world.open();
        EXPECT_EQ(found_in(world), before);
    }
}

TEST(Cleaning, removes_a_tombstone_when_its_retention_is_over_and_the_key_never_comes_back) {
    LogWorld world;
    make_compacted(world);
    world.open();
    append(world, "a", "1");
    append(world, "a", std::nullopt);
    append(world, "b", "2");
    roll(world);
    clean(world);
    EXPECT_EQ(found_in(world).size(), 2u) << "the tombstone and b";
    world.world.run([](LogWorld& in) -> Task<> { co_await in.world.shard().sleep_for(61s); }(world));
    clean(world);
    EXPECT_EQ(found_in(world).size(), 2u) << "nothing is dirty: nothing is done, as in Kafka";
    append(world, "c", "3");
    roll(world);
    clean(world);
    Records found = found_in(world);
    EXPECT_EQ(found.size(), 2u);
    EXPECT_TRUE(found.contains(2) && found.contains(3));
    EXPECT_EQ(world.log->end().value, 4) << "offsets go on where they were";
    EXPECT_EQ(world.read(0).batches.size(), world.read(0).batches.size());
}

TEST(Cleaning, touches_a_segment_only_when_the_durable_point_lies_behind_it) {
    LogWorld world;
    make_compacted(world);
    world.options.segment_bytes = 150;
    world.open();
    for (int i = 0; i < 8; ++i) append(world, "a", std::to_string(i));
    world.world.run(world.log->write_out());
    clean(world);
    EXPECT_EQ(found_in(world).size(), 8u) << "no checkpoint yet";
    EXPECT_EQ(world.world.run(world.log->clean_state()).then, CleanState::Then::checkpoint_first);
    world.checkpoint();
    EXPECT_EQ(world.world.run(world.log->clean_state()).then, CleanState::Then::clean);
    clean(world);
    EXPECT_LT(found_in(world).size(), 4u);
    EXPECT_EQ(world.world.run(world.log->clean_state()).then, CleanState::Then::rest);
}

TEST(Cleaning, waits_until_no_entry_of_the_ring_names_a_segment) {
    LogWorld world;
    make_compacted(world);
    world.recycles = false; // frames stay, and with them the entry of the large batch
    world.open();
    append(world, "a", std::string(2'000, 'x')); // in its segment first
    append(world, "a", "2");
    roll(world);
    clean(world);
    EXPECT_EQ(found_in(world).size(), 2u);
    world.recycles = true;
    world.checkpoint();
    clean(world);
    EXPECT_EQ(found_in(world).size(), 1u);
}

TEST(Cleaning, puts_small_segments_together) {
    LogWorld world;
    make_compacted(world);
    world.options.segment_bytes = 400;
    world.open();
    for (int i = 0; i < 60; ++i) append(world, fmt::format("key-{}", i % 10), "value");
    world.checkpoint();
    std::size_t before = segments_in(world);
    clean(world);
    append(world, "another", "value");
    roll(world);
    clean(world);
    EXPECT_LE(segments_in(world), before / 2) << "by the sizes that the first pass left";
    world.restart();
    world.open();
    EXPECT_LE(found_in(world).size(), 15u);
}

TEST(Cleaning, keeps_the_last_sequence_of_every_producer_in_the_log) {
    LogWorld world;
    make_compacted(world);
    world.open();
    for (int producer = 0; producer < 3; ++producer)
        for (int i = 0; i < 4; ++i) {
            kafka::BatchBuilder builder(
                {.producer_id = ProducerId{producer + 1}, .producer_epoch = 0, .base_sequence = i});
            builder.add({.timestamp = {1'000}, .key = as_bytes("k"), .value = as_bytes("v")});
            ASSERT_TRUE(world.append(builder.build()));
        }
    append(world, "k", "last");
    roll(world);
    clean(world);
    EXPECT_EQ(found_in(world).size(), 1u);
    std::map<std::int64_t, std::int32_t> sequences;
    for (Offset at{0}; at < world.log->high_watermark();) {
        ReadResult         result = world.read(at.value);
        kafka::BatchCursor cursor(result.batches.view());
        while (auto batch = cursor.next())
            if (batch->has_producer())
                sequences[static_cast<std::int64_t>(batch->producer_id())] = batch->last_sequence();
        at = result.next;
    }
    EXPECT_EQ(sequences, (std::map<std::int64_t, std::int32_t>{{1, 3}, {2, 3}, {3, 3}}));
}

TEST(Cleaning, compacts_a_quiet_partition_once_the_longest_lag_is_over) {
    LogWorld world;
    make_compacted(world);
    world.options.min_cleanable_dirty_ratio = 1;
    world.options.max_compaction_lag_ms = 30min;
    world.options.segment_bytes = 1 << 20;
    world.open();
    std::int64_t now = world.io_world_.clock.wall().ms;
    append(world, "a", "1", now);
    append(world, "a", "2", now);
    auto state = world.world.run(world.log->clean_state());
    EXPECT_EQ(state.then, CleanState::Then::rest);
    world.checkpoint();
    world.world.run([](LogWorld& in) -> Task<> { co_await in.world.shard().sleep_for(31min); }(world));
    state = world.world.run(world.log->clean_state());
    EXPECT_EQ(state.then, CleanState::Then::checkpoint_first) << "it is rolled now";
    world.checkpoint();
    ASSERT_EQ(world.world.run(world.log->clean_state()).then, CleanState::Then::clean);
    clean(world);
    EXPECT_EQ(found_in(world).size(), 1u);
    append(world, "a", "3", now);
    EXPECT_EQ(found_in(world).size(), 2u);
    world.checkpoint();
    world.restart();
    world.open();
    EXPECT_EQ(found_in(world).size(), 2u);
    EXPECT_EQ(world.log->end().value, 3);
}

TEST(Cleaning, finds_offsets_and_times_across_the_gaps) {
    LogWorld world;
    make_compacted(world);
    world.open();
    for (int i = 0; i < 40; ++i) append(world, fmt::format("key-{}", i % 4), std::to_string(i), 1'000 + i);
    append(world, "other", "x", 1'040);
    roll(world);
    clean(world);
    Records found = found_in(world);
    ASSERT_EQ(found.size(), 5u);
    for (std::int64_t from = 0; from < 41; ++from) {
        auto result = world.read(from);
        EXPECT_GE(result.next.value, from + 1);
    }
    auto at = world.world.run(world.log->find_timestamp({1'003}));
    ASSERT_TRUE(at);
    EXPECT_EQ(at->offset.value, 36) << "the first record that is left and is not older";
    auto largest = world.world.run(world.log->find_max_timestamp());
    ASSERT_TRUE(largest);
    EXPECT_EQ(largest->offset.value, 40);
}

TEST(Cleaning, gives_up_on_damage_until_the_next_start_and_serves_on) {
    LogWorld world;
    make_compacted(world);
    world.open();
    append(world, "a", "1");
    append(world, "a", "2");
    roll(world);
    world.world.disk().fail_next(io::DiskOperation::read, ".log", EIO);
    clean(world);
    EXPECT_FALSE(world.log->is_offline());
    EXPECT_EQ(found_in(world).size(), 2u);
    EXPECT_EQ(world.world.run(world.log->clean_state()).then, CleanState::Then::rest);
    append(world, "a", "3");
    world.restart();
    world.open();
    EXPECT_EQ(found_in(world).size(), 3u);
}

TEST(Cleaning, tries_again_when_the_disk_was_full) {
    LogWorld world;
    make_compacted(world);
    world.open();
    for (int i = 0; i < 20; ++i) append(world, "a", std::string(100, 'x'));
    append(world, "b", "1");
    roll(world);
    world.world.disk().fail_next(io::DiskOperation::write, ".cleaned", ENOSPC);
    clean(world);
    EXPECT_EQ(found_in(world).size(), 21u);
    clean(world);
    EXPECT_EQ(found_in(world).size(), 2u);
}

TEST(Cleaning, takes_the_partition_offline_when_a_swap_fails_and_the_next_start_finishes_it) {
    LogWorld world;
    make_compacted(world);
    world.open();
    append(world, "a", "1");
    append(world, "a", "2");
    roll(world);
    world.world.disk().fail_next(io::DiskOperation::rename, ".swap", EIO);
    clean(world);
    EXPECT_TRUE(world.log->is_offline());
    world.restart(io::LifeEnd::kill);
    world.open();
    EXPECT_EQ(complaint_about(found_in(world), {{0, {"a", "1", 1'000}}, {1, {"a", "2", 1'000}}}, 2), "");
}

/// 17 KB in one closed segment, of which one record will stay.
void append_fifty_of_one_key(LogWorld& world) {
    make_compacted(world);
    world.options.segment_bytes = 1 << 20;
    world.open();
    for (int i = 0; i < 50; ++i) append(world, "a", std::string(300, 'x'));
    roll(world);
}

TEST(Cleaning, keeps_to_its_rate_and_stops_at_once_all_the_same) {
    LogWorld world;
    append_fifty_of_one_key(world);
    Time began = world.world.shard().now();
    clean(world, {.io_buffer_bytes = 1'000, .io_bytes_per_second_max = 1'000});
    EXPECT_GE(world.world.shard().now() - began, 30s) << "17 KB are read twice";
    append(world, "b", "1");
    append(world, "b", std::string(3'000, 'y'));
    roll(world);
    began = world.world.shard().now();
    struct Both {
        static Task<> stop_soon(LogWorld& in) {
            co_await in.world.shard().sleep_for(1s);
            co_await in.log->stop();
        }
    };
    io::Group group(world.world.shard());
    group.spawn(Both::stop_soon(world));
    clean(world, {.io_buffer_bytes = 1'000, .io_bytes_per_second_max = 1});
    EXPECT_LT(world.world.shard().now() - began, 2s);
    world.world.run([](io::Group& joined) -> Task<> { co_await joined.join(); }(group));
}

TEST(Cleaning, leaves_all_as_it_is_once_the_topic_is_not_compacted_any_more) {
    LogWorld world;
    append_fifty_of_one_key(world);
    Records before = found_in(world);
    struct Altered {
        static Task<> soon(LogWorld& in) {
            co_await in.world.shard().sleep_for(1s);
            LogOptions options = in.options;
            options.is_compacted = false;
            in.log->set_options(options);
        }
    };
    io::Group group(world.world.shard());
    group.spawn(Altered::soon(world)); // in the middle of a pass
    clean(world, {.io_buffer_bytes = 1'000, .io_bytes_per_second_max = 1'000});
    world.world.run([](io::Group& joined) -> Task<> { co_await joined.join(); }(group));
    EXPECT_EQ(found_in(world), before);
    EXPECT_EQ(world.log->cleaned_until(), Offset{0});
    world.log->set_options(world.options);
    clean(world, {});
    EXPECT_LT(found_in(world).size(), before.size()) << "and as ever once it is again";
}

} // namespace
} // namespace riacho::storage
