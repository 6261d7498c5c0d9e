#include "scenario.hpp"

#include <cerrno>

namespace riacho::scenarios {
namespace {

class BrokenDisk : public Scenario {
protected:
    void SetUp() override {
        Scenario::SetUp();
        client_.emplace(cluster_.connect());
        create_topic(*client_, "orders");
        cluster_.run_for(2s); // spare files of the log are ready: what fails is a frame's
        produce(*client_, "orders", 0, {"before"});
        ASSERT_EQ(find_coordinator(*client_, "readers"), ErrorCode::none);
        ASSERT_EQ(commit(*client_, commit_request("readers", "orders", 0, 1)), ErrorCode::none);
    }
    io::SimulatedDisk& disk() { return cluster_.world().disk(); }
    ErrorCode          produced(const std::string& value) {
        return produce_batch(*client_, "orders", 0, batch_of({value}, cluster_.wall())).error_code;
    }
    /// Everything that would change something is refused, and what was published is read.
    void expect_read_only() {
        EXPECT_EQ(produced("after"), ErrorCode::kafka_storage_error);
        EXPECT_EQ(find_coordinator(*client_, "readers"), ErrorCode::coordinator_not_available);
        EXPECT_EQ(commit(*client_, commit_request("readers", "orders", 0, 2)),
                  ErrorCode::coordinator_not_available);
        EXPECT_EQ(client_->ask(auto_creating({"another"})).topics.at(0).error_code,
                  ErrorCode::kafka_storage_error);
        EXPECT_TRUE(cluster_.broker().refuses_writes());
        EXPECT_EQ(read_all(*client_, "orders", 0), (std::vector<Got>{{0, "before"}}));
        EXPECT_EQ(look_up(*client_, "orders").error_code, ErrorCode::none);
    }

    std::optional<Client> client_;
};

TEST_P(BrokenDisk, a_failed_sync_of_the_log_ends_all_acknowledgements_until_a_restart) {
    disk().fail_next(io::DiskOperation::sync, "/wal/", EIO);
    EXPECT_EQ(produced("lost"), ErrorCode::kafka_storage_error);
    expect_read_only();
    cluster_.run_for(5min);
    client_.emplace(cluster_.connect());
    expect_read_only(); // it does not heal by itself

    cluster_.restart(LifeEnd::power_cut);
    client_.emplace(cluster_.connect());
    auto left = read_all(*client_, "orders", 0); // the refused one may be there, as in Kafka
    ASSERT_FALSE(left.empty());
    EXPECT_EQ(left[0], (Got{0, "before"}));
    EXPECT_EQ(produced("again"), ErrorCode::none);
    EXPECT_EQ(committed(*client_, "readers", "orders", 0), 1);
}

TEST_P(BrokenDisk, a_failed_write_of_the_log_does_the_same) {
    disk().fail_next(io::DiskOperation::write, "/wal/", EIO);
    EXPECT_EQ(produced("lost"), ErrorCode::kafka_storage_error);
    expect_read_only();
    cluster_.restart(LifeEnd::kill);
    client_.emplace(cluster_.connect());
    EXPECT_EQ(read_all(*client_, "orders", 0).at(0), (Got{0, "before"}));
    EXPECT_EQ(produced("again"), ErrorCode::none);
}

TEST_P(BrokenDisk, long_polls_are_not_woken_by_what_was_not_synced) {
    auto consumer = cluster_.connect();
    auto polling =
        consumer.start_in(fetch_by_name, fetch_request("orders", 0, {.offset = 1, .max_wait_ms = 10'000}));
    disk().fail_next(io::DiskOperation::sync, "/wal/", EIO);
    EXPECT_EQ(produced("lost"), ErrorCode::kafka_storage_error);
    auto fetched = answer_in(Client::answer_of(polling.get()));
    EXPECT_TRUE(fetched.records->empty());
    EXPECT_EQ(fetched.high_watermark, 1);
}

TEST_P(BrokenDisk, a_broker_whose_log_failed_still_stops_in_time) {
    disk().fail_next(io::DiskOperation::sync, "/wal/", EIO);
    produced("lost");
    Time began = cluster_.now();
    cluster_.run(cluster_.broker().stop(began + 2s));
    EXPECT_LT(cluster_.now() - began, 2s + 100ms);
    cluster_.restart(LifeEnd::power_cut);
    EXPECT_EQ(read_all(cluster_.connect(), "orders", 0).at(0), (Got{0, "before"}));
}

} // namespace
RIACHO_SCENARIOS(BrokenDisk);
} // namespace riacho::scenarios
