// Peers that leave while their request waits.
#include "kafka/messages/describe_groups.hpp"
#include "raw_peer.hpp"
#include "scenario.hpp"

#include <memory>

namespace riacho::scenarios {
namespace {

class Abandoned : public Scenario {
protected:
    void SetUp() override {
        Scenario::SetUp();
        good_.emplace(cluster_.connect());
        create_topic(*good_, "orders");
        produce(*good_, "orders", 0, {"a"});
    }
    std::size_t connections() {
        std::size_t count = 0;
        for (const auto& local : cluster_.broker().locals()) count += local->connections.size();
        return count;
    }
    std::size_t members_of(const std::string& group) {
        kafka::DescribeGroupsRequest request;
        request.groups = {group};
        return good_->ask(request).groups.at(0).members.size();
    }
    std::vector<std::unique_ptr<RawPeer>> polling(int count) {
        std::vector<std::unique_ptr<RawPeer>> all;
        for (int i = 0; i < count; ++i) {
            all.push_back(std::make_unique<RawPeer>(cluster_));
            all.back()->send(fetch_by_name,
                             fetch_request("orders", 0, {.offset = 1, .max_wait_ms = 500'000}));
        }
        return all;
    }

    std::optional<Client> good_;
};

TEST_P(Abandoned, long_polls_end_when_their_peers_leave) {
    std::size_t before = connections(), held = cluster_.world().memory().held_bytes();
    auto        peers = polling(50);
    cluster_.run_for(10s);
    EXPECT_EQ(connections(), before + 50);
    peers.clear();
    cluster_.run_for(5s);
    EXPECT_EQ(connections(), before);
    EXPECT_LE(cluster_.world().memory().held_bytes(), held);
}

TEST_P(Abandoned, a_peer_that_stays_gets_what_it_waits_for) {
    auto peers = polling(3);
    cluster_.run_for(60s);
    produce(*good_, "orders", 0, {"b"});
    for (auto& peer : peers) EXPECT_TRUE(peer->answer());
}

TEST_P(Abandoned, what_a_peer_asked_behind_its_poll_does_not_hide_that_it_left) {
    std::size_t before = connections();
    auto        peers = polling(5);
    for (auto& peer : peers) peer->send(fetch_by_name, fetch_request("orders", 0, {}));
    cluster_.run_for(3s);
    peers.clear();
    cluster_.run_for(5s);
    EXPECT_EQ(connections(), before);
}

TEST_P(Abandoned, a_join_ends_with_its_connection_and_the_member_stays_for_its_session) {
    find_coordinator(*good_, "readers");
    Membership first = join_alone(*good_, "readers");
    auto       leaving = cluster_.connect();
    auto       id = new_member_id(leaving, "readers");
    auto       joining = leaving.start(join_request("readers", id));
    cluster_.run_for(1s);
    std::size_t before = connections();
    EXPECT_FALSE(joining.is_done());
    leaving.close();
    cluster_.run_for(3s);
    EXPECT_EQ(connections(), before - 1);
    EXPECT_EQ(members_of("readers"), 2u);

    auto joined = good_->ask(join_request("readers", first.member_id));
    EXPECT_EQ(joined.error_code, ErrorCode::none);
    EXPECT_EQ(joined.members.size(), 2u);
    Membership now = membership_in("readers", joined);
    EXPECT_EQ(good_->ask(sync_request(now)).error_code, ErrorCode::none);
    Time      began = cluster_.now();
    ErrorCode beat = ErrorCode::none;
    while (beat == ErrorCode::none && cluster_.now() - began < 60s) {
        cluster_.run_for(1s);
        beat = good_->ask(heartbeat_request(now)).error_code;
    }
    EXPECT_EQ(beat, ErrorCode::rebalance_in_progress); // the other's session of ten seconds is over
    EXPECT_GE(cluster_.now() - began, 9s);
    EXPECT_EQ(members_of("readers"), 1u);
}

} // namespace
RIACHO_SCENARIOS(Abandoned);
} // namespace riacho::scenarios
