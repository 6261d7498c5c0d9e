#include "scenario.hpp"

namespace riacho::scenarios {
namespace {

constexpr std::uint64_t disk_bytes = 256u << 20;

/// A broker on a small disk, which somebody else fills.
class FullDisk : public Scenario {
protected:
    void SetUp() override {
        disk().set_capacity(disk_bytes);
        Scenario::SetUp();
        client_.emplace(cluster_.connect());
        create_topic(*client_, "orders");
        create_topic(*client_, "large");
        produce(*client_, "orders", 0, {"before"});
        ASSERT_EQ(find_coordinator(*client_, "readers"), ErrorCode::none);
        cluster_.run_for(3s); // spares and the ballast are filled
    }
    void prepare(broker::BrokerOptions& options) override {
        options.store.wal_bytes_max = 4u << 20;
        options.store.disk_reserve_bytes = 1u << 20;
    }
    io::SimulatedDisk& disk() { return cluster_.world().disk(); }
    void               leave_free(std::uint64_t bytes) {
        disk().put_file("/data/others", {});
        disk().put_file("/data/others", std::vector<std::byte>(disk_bytes - disk().used_bytes() - bytes));
        cluster_.run_for(11s); // where there is plenty the broker looks less often
    }
    ProduceAnswer produced(const std::string& topic, std::size_t bytes) {
        return produce_batch(*client_, topic, 0, batch_of({std::string(bytes, 'x')}, cluster_.wall()));
    }
    /// Until the broker refuses.
    void fill(const std::string& topic) {
        for (int i = 0; i < 1'000; ++i)
            if (produced(topic, 20'000).error_code != ErrorCode::none) return;
        FAIL() << "nothing was ever refused";
    }

    std::optional<Client> client_;
};

TEST_P(FullDisk, refuses_produce_with_an_error_that_clients_retry_and_nothing_else) {
    leave_free(500'000);
    fill("large");
    Membership member = join_alone(*client_, "readers");
    cluster_.run_for(2s);
    auto refused = produced("orders", 20'000);
    EXPECT_EQ(refused.error_code, ErrorCode::kafka_storage_error);
    EXPECT_NE(refused.error_message.value_or("").find("The disk has no room"), std::string::npos);
    EXPECT_FALSE(cluster_.broker().refuses_writes());

    EXPECT_EQ(read_all(*client_, "orders", 0), (std::vector<Got>{{0, "before"}}));
    EXPECT_EQ(commit(*client_, as_member(member, commit_request("readers", "orders", 0, 1))),
              ErrorCode::none);
    EXPECT_EQ(committed(*client_, "readers", "orders", 0), 1);
    EXPECT_EQ(leave(*client_, member), ErrorCode::none);
    EXPECT_EQ(find_coordinator(*client_, "others"), ErrorCode::none);
}

TEST_P(FullDisk, serves_again_by_itself_when_a_topic_was_deleted) {
    leave_free(500'000);
    fill("large");
    delete_topic(*client_, "large");
    cluster_.run_for(3s);
    EXPECT_EQ(produced("orders", 20'000).error_code, ErrorCode::none);
}

TEST_P(FullDisk, serves_again_by_itself_when_others_make_room) {
    leave_free(500'000);
    fill("orders");
    leave_free(5u << 20);
    EXPECT_EQ(produced("orders", 20'000).error_code, ErrorCode::none);
    EXPECT_EQ(read_all(*client_, "orders", 0).front(), (Got{0, "before"}));
}

TEST_P(FullDisk, retention_goes_on_and_makes_room) {
    create_topic(*client_, "short", 1, {{"retention.bytes", "100000"}, {"segment.bytes", "50000"}});
    leave_free(600'000);
    fill("short");
    cluster_.run_for(7min);
    client_.emplace(cluster_.connect());
    EXPECT_GT(list_offset(*client_, "short", 0, earliest).offset, 0);
    EXPECT_EQ(produced("short", 20'000).error_code, ErrorCode::none);
}

TEST_P(FullDisk, keeps_what_was_acknowledged_over_a_power_cut_and_starts_with_nothing_free) {
    leave_free(500'000);
    fill("orders");
    auto acknowledged = read_all(*client_, "orders", 0);
    client_.reset();
    cluster_.end(LifeEnd::power_cut);
    disk().put_file("/data/others", {});
    disk().put_file("/data/others", std::vector<std::byte>(disk_bytes - disk().used_bytes()));
    cluster_.start();
    client_.emplace(cluster_.connect());
    EXPECT_EQ(read_all(*client_, "orders", 0), acknowledged);
    EXPECT_EQ(produced("orders", 20'000).error_code, ErrorCode::kafka_storage_error);
    leave_free(5u << 20);
    EXPECT_EQ(produced("orders", 20'000).error_code, ErrorCode::none);
}

} // namespace
RIACHO_SCENARIOS(FullDisk);
} // namespace riacho::scenarios
