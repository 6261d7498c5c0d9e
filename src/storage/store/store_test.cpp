#include "storage/store/file_store.hpp"
#include "storage/store/kafka_files.hpp"
#include "storage/store/store_run_testing.hpp"

#include <gtest/gtest.h>

namespace riacho::storage {
namespace {

using namespace testing_store;

template <class TestedWorld> std::string text_of(StoreRun<TestedWorld>& run, std::string name) {
    auto content = run.tested.run(io::read_file(run.world.disk, run.folder + "/" + name));
    return content ? std::string(as_text(content->view())) : "nothing";
}

template <class TestedWorld> class AnyStore : public testing::Test {
protected:
    StoreRun<TestedWorld> run_;
};
using StoreWorlds = testing::Types<io::SimulatedWorld, io::RealTestWorld>;
TYPED_TEST_SUITE(AnyStore, StoreWorlds);

TYPED_TEST(AnyStore, gives_everything_back_after_a_clean_stop_and_leaves_what_kafka_leaves) {
    auto& run = this->run_;
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    std::string cluster = run.store->cluster_id();
    EXPECT_EQ(cluster.size(), 22u);
    EXPECT_EQ(run.store->starts(), 1u);
    run.work(1, 20);
    run.stop();
    EXPECT_TRUE(text_of(run, "log/.kafka_cleanshutdown").starts_with("{\"version\":0"));
    EXPECT_TRUE(text_of(run, "log/replication-offset-checkpoint").starts_with("0\n2\n"));
    EXPECT_NE(text_of(run, "log/replication-offset-checkpoint").find("topic.1 0 39\n"), std::string::npos);
    for (const std::string& name : run.tested.run(run.world.disk.list(run.folder + "/wal")))
        EXPECT_FALSE(wal_file_number(name)) << name;

    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    EXPECT_EQ(run.store->starts(), 2u);
    EXPECT_EQ(run.store->cluster_id(), cluster);
    EXPECT_EQ(text_of(run, "log/.kafka_cleanshutdown"), "nothing");
    run.expect_all_kept();
    run.work(1, 5);
    run.stop();
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    run.expect_all_kept();
    run.stop();
}

TYPED_TEST(AnyStore, gives_everything_back_after_a_stop_that_ran_out_of_time) {
    auto& run = this->run_;
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    run.work(1, 12);
    run.tested.run(run.store->checkpoint());
    run.work(2, 12);
    run.tested.run(run.store->stop(run.world.shards[0]->now()));
    run.store.reset();
    EXPECT_EQ(text_of(run, "log/.kafka_cleanshutdown"), "nothing");
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    run.expect_all_kept();
    run.work(2, 3);
    run.stop();
}

TYPED_TEST(AnyStore, changes_from_one_mode_of_durability_to_the_other_and_back) {
    auto& run = this->run_;
    for (auto mode : {Durability::synced, Durability::os, Durability::synced}) {
        run.options.durability = mode;
        ASSERT_EQ(run.open(), std::nullopt) << run.why;
        if (!run.history.partitions.empty()) run.expect_all_kept();
        EXPECT_EQ(dynamic_cast<FileStore&>(*run.store).file_wal().ring().current().header.mode, mode);
        run.work(1, 8);
        run.tested.run(run.store->stop(run.world.shards[0]->now()));
        run.store.reset();
    }
}

TYPED_TEST(AnyStore, is_refused_while_another_one_has_its_folder) {
    auto& run = this->run_;
    using Run = std::remove_reference_t<decltype(run)>;
    ASSERT_EQ(run.open(), std::nullopt) << run.why;
    struct Second {
        static Task<std::optional<StoreError>> open(Run& of) {
            auto opened = co_await open_store(of.world, of.folder, of.options, small_log);
            if (!opened) co_return opened.error().code;
            co_return std::nullopt;
        }
    };
    EXPECT_EQ(run.tested.run(Second::open(run)), StoreError::in_use);
    run.stop();
}

} // namespace
} // namespace riacho::storage
