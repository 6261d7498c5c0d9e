#include "storage/log/cleaning_testing.hpp"

#include <cerrno>
#include <gtest/gtest.h>

namespace riacho::storage {
namespace {

using namespace testing_cleaning;

void make_kept(LogWorld& world) {
    make_compacted(world);
    world.options.keeps_snapshot = true;
    world.options.snapshot_bytes_min = 2'000;
}

TEST(KeySnapshots, give_what_reading_all_gives_through_any_life_with_compaction) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        LogWorld world(seed);
        make_kept(world);
        world.open();
        CompactedLife life(world, seed);
        for (int round = 0; round < 4; ++round) {
            world.world.run(life.run(50));
            world.checkpoint();
            world.world.run(world.log->clean(life.cleaner));
            ASSERT_EQ(load(world).table, table_of(life.written)) << "seed " << seed;
            world.restart(round % 2 == 0 ? io::LifeEnd::power_cut : io::LifeEnd::kill);
            world.open();
            Loaded loaded = load(world);
            ASSERT_EQ(loaded.table, table_of(life.written)) << "seed " << seed;
            EXPECT_GT(loaded.until.value, 0) << "there is one";
        }
    }
}

TEST(KeySnapshots, make_a_start_read_no_more_after_many_commits_than_after_few) {
    std::map<int, std::uint64_t> read;
    for (int commits : {50, 3'000}) {
        LogWorld world;
        make_kept(world);
        world.options.segment_bytes = 50'000;
        world.open();
        for (int i = 0; i < commits; ++i) {
            std::string key = fmt::format("group-{}", i % 5);
            ASSERT_TRUE(world.append(batch_of({{key, std::to_string(i), 1'000}}, Compression::none)));
            if (i % 25 == 24) world.checkpoint();
        }
        world.restart();
        world.open();
        Loaded loaded = load(world);
        EXPECT_EQ(loaded.table.size(), 5u);
        read[commits] = loaded.bytes;
    }
    EXPECT_LE(read[3'000], read[50] + 2'000) << "a snapshot, and at most what may come before the next";
}

TEST(KeySnapshots, that_are_damaged_or_missing_or_of_another_topic_are_as_none) {
    LogWorld world;
    make_kept(world);
    world.open();
    CompactedLife life(world, 5);
    world.world.run(life.run(80));
    world.checkpoint();
    std::string path = world.folder() + "/" + std::string(key_snapshot_name);
    auto        file = world.content(path);
    ASSERT_TRUE(file);
    ASSERT_TRUE(world.world.run(world.log->read_snapshot()));
    std::vector<std::byte> content(file->view().begin(), file->view().end());
    for (std::size_t at : {0u, 9u, 13u, 20u, 40u, static_cast<unsigned>(content.size() - 1)}) {
        auto damaged = content;
        damaged[at] ^= std::byte{1};
        world.world.disk().put_file(path, damaged);
        EXPECT_FALSE(world.world.run(world.log->read_snapshot())) << "byte " << at;
        EXPECT_EQ(load(world).table, table_of(life.written));
    }
    world.world.disk().put_file(path, content);
    EXPECT_TRUE(world.world.run(world.log->read_snapshot()));
    TopicPartition other = world.partition;
    other.topic_id.bytes[0] ^= std::byte{1};
    EXPECT_FALSE(decode_key_snapshot(*file, other));
    world.world.disk().fail_next(io::DiskOperation::read, key_snapshot_name.data(), EIO);
    EXPECT_FALSE(world.world.run(world.log->read_snapshot()));
}

TEST(KeySnapshots, hold_compaction_back_until_they_are_durable) {
    LogWorld world;
    make_kept(world);
    world.options.snapshot_bytes_min = 1 << 30; // none is kept
    world.open();
    CompactedLife life(world, 6);
    world.world.run(life.run(80));
    world.checkpoint();
    world.world.run(world.log->clean(life.cleaner));
    EXPECT_EQ(world.log->cleaned_until().value, 0);
    world.options.snapshot_bytes_min = 1;
    world.log->set_options(world.options);
    world.world.run(life.append_some());
    world.checkpoint();
    world.world.run(world.log->clean(life.cleaner));
    EXPECT_GT(world.log->cleaned_until().value, 0);
    EXPECT_EQ(load(world).table, table_of(life.written));
}

} // namespace
} // namespace riacho::storage
