#include "io/testing.hpp"
#include "storage/store/checkpoint.hpp"
#include "storage/store/folders.hpp"
#include "storage/store/kafka_files.hpp"
#include "storage/store/store_testing.hpp"

#include <gtest/gtest.h>

namespace riacho::storage {
namespace {

Checkpoint sample_checkpoint() {
    Checkpoint checkpoint;
    checkpoint.number = 12;
    checkpoint.starts = 3;
    checkpoint.kind = Checkpoint::Kind::clean;
    checkpoint.mode = Durability::os;
    checkpoint.chain = {7, {0xfeedfacecafef00d}, {1234}};
    checkpoint.next_file_number = 19;
    checkpoint.last_durable = {4321};
    checkpoint.low_water = {1300};
    checkpoint.producers = 12;
    for (std::uint8_t i = 1; i <= 3; ++i) {
        PartitionPoint point;
        point.partition = {testing_store::topic_id(i), PartitionIndex{i}};
        point.point = {{100 * i}, 4096u * i, {150 * i}};
        point.log_start = {50 * i};
        point.state = i == 2 ? PartitionPoint::State::offline : PartitionPoint::State::serving;
        point.last_segment_bytes = 4096u * i;
        checkpoint.partitions.push_back(point);
    }
    return checkpoint;
}

TEST(Checkpoint, comes_back_as_it_was_written) {
    Checkpoint written = sample_checkpoint();
    auto       read = decode_checkpoint(encode(written).view(), "c");
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(read->number, written.number);
    EXPECT_EQ(read->starts, written.starts);
    EXPECT_EQ(read->kind, written.kind);
    EXPECT_EQ(read->mode, written.mode);
    EXPECT_EQ(read->chain.file_number, written.chain.file_number);
    EXPECT_EQ(read->chain.salt, written.chain.salt);
    EXPECT_EQ(read->chain.first_frame, written.chain.first_frame);
    EXPECT_EQ(read->next_file_number, written.next_file_number);
    EXPECT_EQ(read->last_durable, written.last_durable);
    EXPECT_EQ(read->low_water, written.low_water);
    EXPECT_EQ(read->producers, written.producers);
    EXPECT_EQ(read->partitions, written.partitions);
}

TEST(Checkpoint, is_refused_when_cut_off_or_when_any_bit_flips) {
    Bytes bytes = encode(sample_checkpoint());
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_FALSE(decode_checkpoint(bytes.view().first(size), "c")) << size;
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        bytes.writable()[bit / 8] ^= std::byte{1} << (bit % 8);
        EXPECT_FALSE(decode_checkpoint(bytes.view(), "c")) << bit;
        bytes.writable()[bit / 8] ^= std::byte{1} << (bit % 8);
    }
}

TEST(ProducersFile, comes_back_and_is_refused_when_anything_of_it_changes) {
    std::vector<ProducersOf> producers{
        {{testing_store::topic_id(1), PartitionIndex{0}}, Bytes::copy_of("abc")},
        {{testing_store::topic_id(2), PartitionIndex{5}}, Bytes::copy_of("")}};
    Bytes bytes = encode_producers(producers);
    auto  read = decode_producers(bytes, "p");
    ASSERT_TRUE(read);
    ASSERT_EQ(read->size(), 2u);
    EXPECT_EQ((*read)[0].partition, producers[0].partition);
    EXPECT_EQ((*read)[0].state, producers[0].state);
    EXPECT_EQ((*read)[1].partition, producers[1].partition);
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        EXPECT_FALSE(decode_producers(bytes.slice(0, at), "p")) << at;
        bytes.writable()[at] ^= std::byte{0x10};
        EXPECT_FALSE(decode_producers(bytes, "p")) << at;
        bytes.writable()[at] ^= std::byte{0x10};
    }
}

TEST(KafkaFiles, are_as_kafka_writes_them) {
    EXPECT_EQ(offset_checkpoint_text({{"orders", PartitionIndex{1}, {42}}, {"a-b", PartitionIndex{0}, {0}}}),
              "0\n2\norders 1 42\na-b 0 0\n");
    auto properties = parse_meta_properties(meta_properties_text({"cluster", "directory"}));
    ASSERT_TRUE(properties);
    EXPECT_EQ(properties->cluster_id, "cluster");
    EXPECT_EQ(properties->directory_id, "directory");
    EXPECT_EQ(parse_meta_properties("#Kafka\r\nversion=1\r\ncluster.id=xyz\r\nnode.id=1")->cluster_id, "xyz");
    EXPECT_FALSE(parse_meta_properties("version=1\n"));
}

/// A segment of batches with these base offsets, two records each.
std::vector<std::byte> segment_of(std::vector<std::int64_t> bases) {
    std::vector<std::byte> content;
    for (std::int64_t base : bases) {
        kafka::BatchBuilder builder({.base_offset = {base}});
        builder.add({.value = as_bytes("x")}).add({.value = as_bytes("y")});
        Bytes batch = builder.build();
        content.insert(content.end(), batch.view().begin(), batch.view().end());
    }
    return content;
}

TEST(Folders, let_a_swapped_segment_take_the_place_of_the_old_ones_in_its_range) {
    io::SimulatedWorld world;
    auto&              disk = world.disk();
    std::string        folder = world.folder() + "/orders-0";
    disk.put_folder(folder);
    auto put = [&](const std::string& name, std::vector<std::byte> content) {
        disk.put_file(folder + "/" + name, content);
    };
    put("00000000000000000000.log", segment_of({0, 2}));
    put("00000000000000000000.index", {});
    put("00000000000000000004.log", segment_of({4, 6}));
    put("00000000000000000004.index", {});
    put("00000000000000000008.log", segment_of({8}));
    put("00000000000000000000.log.swap", segment_of({0, 6}));
    put("00000000000000000000.index.swap", {});
    put("00000000000000000008.log.cleaned", segment_of({8}));
    put("00000000000000000004.timeindex.deleted", {});
    world.run(finish_swaps(disk, folder));
    std::vector<std::string> expected{"00000000000000000000.index", "00000000000000000000.log",
                                      "00000000000000000008.log"};
    EXPECT_EQ(world.run(disk.list(folder)), expected);
    EXPECT_EQ(*disk.durable(folder + "/00000000000000000000.log"), segment_of({0, 6}));
}

TEST(Folders, finish_a_swap_wherever_it_is_interrupted) {
    for (std::uint64_t cut = 1; cut < 12; ++cut) {
        io::SimulatedWorld world(cut);
        auto&              disk = world.disk();
        std::string        folder = world.folder() + "/orders-0";
        disk.put_folder(folder);
        disk.put_file(folder + "/00000000000000000000.log", segment_of({0, 2}));
        disk.put_file(folder + "/00000000000000000004.log", segment_of({4, 6}));
        disk.put_file(folder + "/00000000000000000000.log.swap", segment_of({0, 6}));
        disk.put_file(folder + "/00000000000000000000.index.swap", {});
        disk.stop_after(cut);
        if (world.run_or_crash(finish_swaps(disk, folder))) world.power_off();
        world.restart();
        world.run(finish_swaps(disk, folder));
        std::vector<std::string> names = world.run(disk.list(folder));
        std::erase(names, "00000000000000000000.index"); // there, or made again when the segment is opened
        EXPECT_EQ(names, std::vector<std::string>{"00000000000000000000.log"}) << cut;
        EXPECT_EQ(*disk.content(folder + "/00000000000000000000.log"), segment_of({0, 6})) << cut;
    }
}

} // namespace
} // namespace riacho::storage
