#include "scenario.hpp"

#include <cerrno>

namespace riacho::scenarios {
namespace {

/// One partition's files fail; everybody else is served.
class OfflinePartition : public Scenario {
protected:
    void SetUp() override {
        Scenario::SetUp();
        client_.emplace(cluster_.connect());
        create_topic(*client_, "orders");
        create_topic(*client_, "others");
        produce(*client_, "orders", 0, {"before"});
    }
    io::SimulatedDisk& disk() { return cluster_.world().disk(); }
    void               checkpoint() { cluster_.run(cluster_.broker().store().checkpoint()); }
    ErrorCode          produced(const std::string& topic, const std::string& value) {
        return produce_batch(*client_, topic, 0, batch_of({value}, cluster_.wall())).error_code;
    }
    void restart(LifeEnd how) {
        client_.reset();
        cluster_.restart(how);
        client_.emplace(cluster_.connect());
    }

    std::optional<Client> client_;
};

TEST_P(OfflinePartition, is_refused_over_restarts_until_its_records_are_brought_back) {
    disk().fail_next(io::DiskOperation::write, "/orders-0/", EIO);
    checkpoint();
    for (auto how : {LifeEnd::power_cut, LifeEnd::clean, LifeEnd::kill}) {
        EXPECT_EQ(produced("orders", "refused"), ErrorCode::kafka_storage_error);
        EXPECT_EQ(fetch(*client_, "orders", 0).error_code, ErrorCode::kafka_storage_error);
        EXPECT_EQ(produced("others", "served"), ErrorCode::none);
        restart(how);
    }
    cluster_.options().store.stranded = storage::StoreOptions::Stranded::merge;
    restart(LifeEnd::power_cut);
    EXPECT_EQ(read_all(*client_, "orders", 0), (std::vector<Got>{{0, "before"}}));
    EXPECT_EQ(produced("orders", "after"), ErrorCode::none);
    EXPECT_EQ(read_all(*client_, "others", 0).size(), 3u);
}

TEST_P(OfflinePartition, is_not_what_a_lack_of_descriptors_makes) {
    disk().fail_next(io::DiskOperation::open, "/orders-0/", EMFILE, 6);
    for (int i = 0; i < 5; ++i) {
        checkpoint(); // nothing of the partition is in files yet
        EXPECT_EQ(produced("orders", "value"), ErrorCode::none);
        EXPECT_EQ(produced("others", "served"), ErrorCode::none);
        cluster_.run_for(2s);
    }
    EXPECT_GE(disk().failures(EMFILE), 4u);
    for (auto how : {LifeEnd::clean, LifeEnd::power_cut}) {
        EXPECT_EQ(read_all(*client_, "orders", 0).size(), 6u);
        restart(how);
    }
}

TEST_P(OfflinePartition, of_committed_offsets_keeps_neither_the_broker_nor_other_groups_from_serving) {
    std::vector<std::string> groups;
    for (int i = 0; i < 12; ++i) groups.push_back("group-" + std::to_string(i));
    for (const std::string& group : groups) {
        ASSERT_EQ(find_coordinator(*client_, group), ErrorCode::none);
        ASSERT_EQ(commit(*client_, commit_request(group, "orders", 0, 1)), ErrorCode::none);
    }
    disk().fail_next(io::DiskOperation::write, "/__consumer_offsets-1/", EIO);
    checkpoint();
    restart(LifeEnd::power_cut);
    int refused = 0;
    for (const std::string& group : groups) {
        ErrorCode error = find_coordinator(*client_, group);
        if (error == ErrorCode::none) {
            EXPECT_EQ(committed(*client_, group, "orders", 0), 1);
            EXPECT_EQ(commit(*client_, commit_request(group, "orders", 0, 2)), ErrorCode::none);
            continue;
        }
        ++refused;
        EXPECT_EQ(error, ErrorCode::coordinator_not_available);
        EXPECT_EQ(commit(*client_, commit_request(group, "orders", 0, 2)),
                  ErrorCode::coordinator_not_available);
    }
    EXPECT_GT(refused, 0);
    EXPECT_LT(refused, 12);
    cluster_.options().store.stranded = storage::StoreOptions::Stranded::merge;
    restart(LifeEnd::kill);
    for (const std::string& group : groups) {
        EXPECT_EQ(find_coordinator(*client_, group), ErrorCode::none);
        EXPECT_GE(committed(*client_, group, "orders", 0), 1);
    }
}

TEST_P(OfflinePartition, of_the_metadata_refuses_every_change_at_once) {
    disk().fail_next(io::DiskOperation::write, "/__cluster_metadata-0/", EIO);
    checkpoint();
    cluster_.run_for(10ms);
    EXPECT_TRUE(cluster_.broker().refuses_writes());
    EXPECT_EQ(produced("others", "refused"), ErrorCode::kafka_storage_error);
    EXPECT_EQ(read_all(*client_, "orders", 0), (std::vector<Got>{{0, "before"}}));
    restart(LifeEnd::power_cut);
    EXPECT_EQ(produced("others", "served"), ErrorCode::none);
}

} // namespace
RIACHO_SCENARIOS(OfflinePartition);
} // namespace riacho::scenarios
