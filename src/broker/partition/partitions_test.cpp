#include "broker/metadata/topic_records.hpp"
#include "broker/partition/partitions.hpp"
#include "io/simulated_world.hpp"
#include "kafka/batch/batch_builder.hpp"

#include <cerrno>
#include <gtest/gtest.h>

namespace riacho::broker {
namespace {

using namespace std::chrono_literals;

Topic orders() {
    Topic topic;
    topic.name = "orders";
    topic.id.bytes[0] = std::byte{1};
    topic.partitions = 2;
    return topic;
}

BrokerOptions options_of_a_small_store() {
    BrokerOptions options;
    options.store.wal_file_bytes = 1u << 20;
    options.store.wal_bytes_max = 8u << 20;
    options.store.disk_reserve_bytes = 0;
    return options;
}

/// The partitions of one shard, over a store in a simulated world.
class PartitionsOfAShard : public ::testing::Test {
protected:
    using Use = Outcome<PartitionUse, kafka::ErrorCode>;

    PartitionsOfAShard() {
        image_.apply(TopicCreated{orders()});
        topic_ = image_.find("orders");
        open();
    }
    ~PartitionsOfAShard() override { world_.power_off(); }

    void open() {
        auto options_of = [](std::string_view) { return storage::LogOptions{}; };
        auto opened =
            world_.run(storage::open_store(seen_, world_.folder() + "/broker", options_.store, options_of));
        check(opened.has_value(), "the folder opens");
        store_ = *std::move(opened);
        partitions_.emplace(world_.shard(), image_, *store_, options_);
    }
    void restart() {
        world_.power_off();
        partitions_.reset();
        store_.reset();
        world_.restart();
        open();
    }
    /// In the metadata, so that its folders stay over a restart.
    void remember_topic() {
        auto log = world_.run(store_->open_log(storage::cluster_metadata, "__cluster_metadata", {}));
        ASSERT_TRUE(log);
        kafka::BatchBuilder builder({});
        for (const Bytes& record : records_of(*topic_, Leader{BrokerId{1}, 1}))
            builder.add({.value = record.view()});
        EXPECT_TRUE(world_.run((*log)->append(builder.build(), LeaderEpoch{1}, Time::max())));
    }
    Use  use(std::int32_t index) { return world_.run(partitions_->use(topic_, index)); }
    void append(Partition& partition) {
        kafka::BatchBuilder builder({});
        builder.add({.timestamp = {1000}, .value = as_bytes("value")});
        auto appended = world_.run(partition.log().append(builder.build(), LeaderEpoch{1}, Time::max()));
        EXPECT_TRUE(appended.has_value());
    }
    std::shared_ptr<Waker> waiting_at(Partition& partition) {
        auto waker = std::make_shared<Waker>(world_.shard());
        partition.add(waker);
        return waker;
    }
    bool has_folder() {
        for (const std::string& path : world_.disk().files())
            if (path.find("/log/orders-0/") != std::string::npos) return true;
        return false;
    }
    static Task<> marked(Task<storage::Removal> work, bool& is_done) {
        auto removal = co_await std::move(work);
        EXPECT_EQ(removal, storage::Removal::complete);
        is_done = true;
    }

    Task<> configured(Topic topic) {
        partitions_->configure(topic);
        co_return;
    }

    static Task<> joined(io::Group& group) { co_await group.join(); }

    BrokerOptions                   options_ = options_of_a_small_store();
    io::SimulatedWorld              world_;
    io::World                       seen_ = world_.world();
    Image                           image_;
    std::unique_ptr<storage::Store> store_;
    std::optional<Partitions>       partitions_;
    std::shared_ptr<const Topic>    topic_;
};

TEST_F(PartitionsOfAShard, opens_a_partition_at_its_first_use_and_once) {
    auto first = use(0), again = use(0), other = use(1);
    ASSERT_TRUE(first && again && other);
    EXPECT_EQ(&**first, &**again);
    EXPECT_NE(&**first, &**other);
}

TEST_F(PartitionsOfAShard, uses_that_come_at_the_same_time_open_it_once) {
    io::Group             group(world_.shard());
    std::optional<Use>    got[3];
    static constexpr auto keep = [](Task<Use> work, std::optional<Use>& into) -> Task<> {
        into.emplace(co_await std::move(work));
    };
    for (int i = 0; i < 3; ++i) group.spawn(keep(partitions_->use(topic_, 0), got[i]));
    world_.run(joined(group));
    for (auto& one : got) {
        ASSERT_TRUE(one && *one);
        EXPECT_EQ(&***one, &***got[0]);
    }
}

TEST_F(PartitionsOfAShard, an_alteration_reaches_what_is_open_and_what_an_older_request_opens) {
    auto  open = use(0);
    Topic altered = *topic_;
    altered.config.segment_bytes = 60;
    image_.apply(TopicAltered{altered});
    world_.run(configured(altered));
    auto later = use(1); // by who holds the topic as it was
    for (Partition* partition : {&**open, &**later}) {
        kafka::BatchBuilder builder({});
        builder.add({.timestamp = {1000}, .value = as_bytes("value")});
        auto refused = world_.run(partition->log().append(builder.build(), LeaderEpoch{1}, Time::max()));
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, storage::AppendError::batch_larger_than_segment);
    }
}

TEST_F(PartitionsOfAShard, a_publication_wakes_each_waker_once) {
    auto partition = use(0);
    auto stays = waiting_at(**partition), leaves = waiting_at(**partition);
    (*partition)->remove(*leaves);
    append(**partition);
    EXPECT_TRUE(stays->event().is_set());
    EXPECT_FALSE(leaves->event().is_set());
    stays->event().reset();
    append(**partition);
    EXPECT_FALSE(stays->event().is_set()); // whoever still waits asks again
}

TEST_F(PartitionsOfAShard, a_publication_of_one_partition_wakes_nobody_at_another) {
    auto one = use(0), other = use(1);
    auto waker = waiting_at(**other);
    append(**one);
    EXPECT_FALSE(waker->event().is_set());
    partitions_->wake_all(); // a stop
    EXPECT_TRUE(waker->event().is_set());
}

TEST_F(PartitionsOfAShard, a_waker_of_another_shard_is_set_on_that_shard) {
    auto waker = std::make_shared<Waker>(world_.simulation().make_shard());
    auto partition = use(0);
    (*partition)->add(waker);
    append(**partition);
    world_.run_for(10ms);
    EXPECT_TRUE(waker->event().is_set());
    EXPECT_EQ(waker.use_count(), 1); // the relay has let go of it, too
    world_.run(partitions_->stop());
}

TEST_F(PartitionsOfAShard, a_removal_wakes_who_waits_and_waits_for_who_works) {
    io::Group group(world_.shard());
    bool      is_removed = false;
    {
        auto partition = use(0);
        append(**partition);
        world_.run((*partition)->log().write_out());
        auto waker = waiting_at(**partition);
        group.spawn(marked(partitions_->remove(topic_, 0), is_removed));
        world_.run_for(1s);
        EXPECT_TRUE(waker->event().is_set());
        EXPECT_FALSE(is_removed);
        EXPECT_TRUE(has_folder());
    }
    world_.run(joined(group));
    EXPECT_TRUE(is_removed);
    EXPECT_FALSE(has_folder());
}

TEST_F(PartitionsOfAShard, a_removal_of_what_was_never_used_removes_its_folder) {
    append(**use(0));
    world_.run(store_->checkpoint());
    EXPECT_TRUE(has_folder());
    auto fresh = std::make_unique<Partitions>(world_.shard(), image_, *store_, options_);
    EXPECT_EQ(world_.run(fresh->remove(topic_, 0)), storage::Removal::complete);
    EXPECT_FALSE(has_folder());
    world_.run(fresh->stop());
}

TEST_F(PartitionsOfAShard, a_request_that_holds_a_deleted_topic_does_not_bring_it_back) {
    image_.apply(TopicDeleted{topic_->id});
    auto refused = use(0);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, kafka::ErrorCode::unknown_topic_or_partition);
    EXPECT_FALSE(has_folder());
}

TEST_F(PartitionsOfAShard, a_partition_that_cannot_be_opened_is_refused_alone) {
    remember_topic();
    append(**use(0));
    world_.run(store_->stop(Time::max())); // else recovery opens it, for its entries
    restart();
    for (int error : {EMFILE, EIO}) { // one that passes, and damage
        world_.disk().fail_next(io::DiskOperation::list, "/orders-0", error, 1);
        auto refused = use(0);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, kafka::ErrorCode::kafka_storage_error);
        EXPECT_TRUE(use(1));
        if (error == EMFILE) EXPECT_TRUE(use(0));
        restart();
    }
}

TEST_F(PartitionsOfAShard, retention_of_a_broken_partition_leaves_the_others_theirs) {
    storage::LogOptions short_lived;
    short_lived.retention_ms = 1s;
    short_lived.segment_bytes = 200;
    for (int index : {0, 1}) {
        auto partition = use(index);
        (*partition)->log().set_options(short_lived);
        for (int i = 0; i < 3; ++i) append(**partition);
    }
    world_.run(store_->checkpoint());
    world_.run_for(1h);
    world_.disk().fail_next(io::DiskOperation::sync_folder, "/orders-0", EIO, 100);
    world_.disk().fail_next(io::DiskOperation::write, "/orders-0", EIO, 100);
    for (int round = 0; round < 3; ++round) world_.run(partitions_->enforce_retention());
    EXPECT_GT((*use(1))->log().log_start(), Offset{0});
}

TEST_F(PartitionsOfAShard, a_use_that_was_moved_away_counts_once) {
    io::Group group(world_.shard());
    bool      is_removed = false;
    auto      first = use(0);
    {
        PartitionUse second = std::move(*first);
        PartitionUse third;
        third = std::move(second);
        group.spawn(marked(partitions_->remove(topic_, 0), is_removed));
        world_.run_for(1s);
        EXPECT_FALSE(is_removed);
    }
    world_.run(joined(group));
    EXPECT_TRUE(is_removed);
}

} // namespace
} // namespace riacho::broker
