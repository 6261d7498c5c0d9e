#include "storage/log/leader_epochs.hpp"
#include "storage/log/partition_metadata.hpp"

#include <gtest/gtest.h>

namespace riacho::storage {
namespace {

LeaderEpochs three_epochs() {
    LeaderEpochs epochs;
    epochs.assign(LeaderEpoch{1}, Offset{0});
    epochs.assign(LeaderEpoch{1}, Offset{5});
    epochs.assign(LeaderEpoch{3}, Offset{10});
    epochs.assign(LeaderEpoch{4}, Offset{20});
    return epochs;
}

TEST(LeaderEpochs, AnswerWhereAnEpochEnds) {
    LeaderEpochs epochs = three_epochs();
    struct Case {
        int          asked;
        int          epoch;
        std::int64_t end;
    };
    for (Case at : {Case{1, 1, 10}, {2, 1, 10}, {3, 3, 20}, {4, 4, 30}, {0, 0, 0}, {5, -1, -1}}) {
        EpochEnd answer = epochs.end_of(LeaderEpoch{at.asked}, Offset{30});
        EXPECT_EQ(answer.epoch, LeaderEpoch{at.epoch}) << at.asked;
        EXPECT_EQ(answer.end.value, at.end) << at.asked;
    }
    EXPECT_EQ(epochs.end_of(LeaderEpoch{3}, Offset{20}).end.value, 20) << "epoch 4 is not published yet";
    EXPECT_EQ(epochs.last(Offset{20}), LeaderEpoch{3});
    EXPECT_EQ(LeaderEpochs().end_of(LeaderEpoch{0}, Offset{0}).end.value, -1);
}

TEST(LeaderEpochs, AreCutAtTheEndAndTrimmedAtTheStart) {
    LeaderEpochs epochs = three_epochs();
    epochs.cut(Offset{20});
    EXPECT_EQ(epochs.text(), "0\n2\n1 0\n3 10\n");
    epochs = three_epochs();
    epochs.trim(Offset{10});
    EXPECT_EQ(epochs.text(), "0\n2\n3 10\n4 20\n");
    epochs.trim(Offset{25});
    EXPECT_EQ(epochs.text(), "0\n1\n4 25\n");
}

TEST(LeaderEpochs, AreWrittenAsKafkaReadsThem) {
    LeaderEpochs epochs = three_epochs();
    EXPECT_EQ(epochs.text(), "0\n3\n1 0\n3 10\n4 20\n");
    EXPECT_EQ(LeaderEpochs::parse(epochs.text())->starts(), epochs.starts());
    EXPECT_TRUE(LeaderEpochs::parse("0\n0\n")->starts().empty());
    for (const char* damaged : {"", "1\n0\n", "0\n2\n1 0\n", "0\n1\n1\n", "0\n2\n3 10\n1 0\n", "x"})
        EXPECT_FALSE(LeaderEpochs::parse(damaged)) << damaged;
}

TEST(PartitionMetadata, IsWrittenAsKafkaReadsIt) {
    Uuid id;
    for (std::size_t i = 0; i < id.bytes.size(); ++i) id.bytes[i] = static_cast<std::byte>(i * 17);
    std::string text = partition_metadata_text(id);
    EXPECT_EQ(text, "version: 0\ntopic_id: ABEiM0RVZneImaq7zN3u_w\n");
    EXPECT_EQ(parse_partition_metadata(text), id);
    EXPECT_FALSE(parse_partition_metadata("version: 0\n"));
    EXPECT_EQ(removed_folder("/logs/topic-0", id), "/logs/topic-0.00112233445566778899aabbccddeeff-delete");
    EXPECT_EQ(removed_folder("/logs/" + std::string(249, 't') + "-0", id).size(), 6u + 255u);
}

} // namespace
} // namespace riacho::storage
