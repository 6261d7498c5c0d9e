#include "raw_peer.hpp"
#include "scenario.hpp"

namespace riacho::scenarios {
namespace {

class Limits : public Scenario {};

TEST_P(Limits, connections_past_max_connections_wait_until_one_leaves) {
    cluster_.options().max_connections = 2;
    cluster_.restart(LifeEnd::clean);
    auto    one = cluster_.connect(), two = cluster_.connect();
    RawPeer three(cluster_);
    three.send(fetch_by_name, fetch_request("orders", 0, {}));
    EXPECT_FALSE(three.answer(2s));
    EXPECT_EQ(look_up(one, "orders").error_code, ErrorCode::unknown_topic_or_partition);
    two.close();
    EXPECT_TRUE(three.answer(2s));
}

TEST_P(Limits, connections_that_come_too_fast_wait_and_are_all_served) {
    cluster_.options().max_connection_creation_rate = 10;
    cluster_.restart(LifeEnd::clean);
    cluster_.run_for(2s);
    Time                                  began = cluster_.now();
    std::vector<std::unique_ptr<RawPeer>> peers;
    for (int i = 0; i < 30; ++i) {
        peers.push_back(std::make_unique<RawPeer>(cluster_));
        peers.back()->send(fetch_by_name, fetch_request("orders", 0, {}));
    }
    for (auto& peer : peers) EXPECT_TRUE(peer->answer());
    EXPECT_GE(cluster_.now() - began, 1500ms); // ten at once, and ten in each second
    EXPECT_LE(cluster_.now() - began, 4s);
}

TEST_P(Limits, an_idle_connection_is_closed_and_one_that_asks_is_not) {
    auto idle = cluster_.connect(), busy = cluster_.connect();
    for (int minute = 0; minute < 11; ++minute) {
        cluster_.run_for(1min);
        look_up(busy, "orders");
    }
    EXPECT_FALSE(idle.link().is_open());
    EXPECT_TRUE(busy.link().is_open());
}

TEST_P(Limits, a_client_that_does_not_read_its_answers_holds_up_nobody_else) {
    auto client = cluster_.connect();
    create_topic(client, "orders");
    for (int i = 0; i < 4; ++i) produce(client, "orders", 0, {std::string(100'000, 'x')});
    RawPeer deaf(cluster_);
    for (int i = 0; i < 20; ++i) deaf.send(fetch_by_name, fetch_request("orders", 0, {}));
    cluster_.run_for(1s);
    EXPECT_EQ(read_all(client, "orders", 0).size(), 4u);
    cluster_.run_for(2min); // its write has a limit
    EXPECT_TRUE(deaf.is_closed_by_broker());
}

TEST_P(Limits, tails_of_partitions_that_nobody_appends_to_make_room_for_others) {
    cluster_.options().store.tails_bytes_max = 256 << 10;
    cluster_.restart(LifeEnd::clean);
    auto client = cluster_.connect();
    create_topic(client, "orders", 40);
    Time began = cluster_.now();
    for (int i = 0; i < 40; ++i) produce(client, "orders", i, {std::string(20'000, 'x')});
    EXPECT_LT(cluster_.now() - began, 20s); // less than a checkpoint would take to come
    for (int i = 0; i < 40; ++i) EXPECT_EQ(read_all(client, "orders", i).size(), 1u);
}

TEST_P(Limits, a_clean_stop_answers_whoever_waits_and_takes_no_two_seconds) {
    auto client = cluster_.connect(), polling_client = cluster_.connect(),
         joining_client = cluster_.connect(), idle = cluster_.connect();
    create_topic(client, "orders", 3);
    for (int i = 0; i < 3; ++i) produce(client, "orders", i, {"a"});
    find_coordinator(client, "readers");
    join_alone(client, "readers");
    auto id = new_member_id(joining_client, "readers");
    auto joining = joining_client.start(join_request("readers", id));
    auto polling = polling_client.start_in(fetch_by_name,
                                           fetch_request("orders", 1, {.offset = 1, .max_wait_ms = 60'000}));
    auto producing = client.start(produce_request("orders", 0, batch_of({"b"}, cluster_.wall())));
    cluster_.run_for(1s);
    EXPECT_FALSE(joining.is_done());
    EXPECT_FALSE(polling.is_done());

    Time began = cluster_.now();
    cluster_.run(cluster_.broker().stop(began + 2s));
    EXPECT_LT(cluster_.now() - began, 2s);
    auto fetched = polling.get();
    ASSERT_TRUE(fetched);
    EXPECT_EQ(answer_in(*fetched).error_code, ErrorCode::none);
    EXPECT_TRUE(answer_in(*fetched).records->empty());
    EXPECT_EQ(Client::answer_of(joining.get()).error_code, ErrorCode::not_coordinator);
    EXPECT_EQ(answer_in(Client::answer_of(producing.get())).error_code, ErrorCode::none);
    EXPECT_FALSE(idle.link().is_open());

    cluster_.restart(LifeEnd::power_cut);
    auto after = cluster_.connect();
    EXPECT_EQ(read_all(after, "orders", 0), (std::vector<Got>{{0, "a"}, {1, "b"}}));
}

TEST_P(Limits, a_clean_stop_with_hundreds_who_wait_answers_them_all_in_time) {
    auto client = cluster_.connect();
    create_topic(client, "orders");
    produce(client, "orders", 0, {"a"});
    find_coordinator(client, "readers");
    join_alone(client, "readers"); // who never joins again: the others wait for it
    std::vector<Client>                                           clients;
    std::vector<Pending<Client::Answer<kafka::FetchRequest>>>     polls;
    std::vector<Pending<Client::Answer<kafka::JoinGroupRequest>>> joins;
    for (int i = 0; i < 300; ++i) {
        Client& poller = clients.emplace_back(cluster_.connect());
        polls.push_back(
            poller.start_in(fetch_by_name, fetch_request("orders", 0, {.offset = 1, .max_wait_ms = 60'000})));
        Client& joiner = clients.emplace_back(cluster_.connect());
        joins.push_back(joiner.start(join_request("readers", new_member_id(joiner, "readers"))));
    }
    cluster_.run_for(200ms); // the last ones are there too
    for (auto& poll : polls) EXPECT_FALSE(poll.is_done());
    for (auto& join : joins) EXPECT_FALSE(join.is_done());
    Time began = cluster_.now();
    cluster_.run(cluster_.broker().stop(began + 2s));
    EXPECT_LT(cluster_.now() - began, 2s);
    int answered = 0;
    for (auto& poll : polls) {
        auto answer = poll.get();
        answered += answer && answer_in(*answer).error_code == ErrorCode::none ? 1 : 0;
    }
    EXPECT_EQ(answered, 300);
    answered = 0;
    for (auto& join : joins) {
        auto answer = join.get();
        answered += answer && answer->error_code == ErrorCode::not_coordinator ? 1 : 0;
    }
    EXPECT_EQ(answered, 300);
}

TEST_P(Limits, a_stop_with_clients_that_do_not_read_ends_in_time_too) {
    auto client = cluster_.connect();
    create_topic(client, "orders");
    for (int i = 0; i < 4; ++i) produce(client, "orders", 0, {std::string(100'000, 'x')});
    RawPeer deaf(cluster_);
    for (int i = 0; i < 20; ++i) deaf.send(fetch_by_name, fetch_request("orders", 0, {}));
    cluster_.run_for(1s);
    Time began = cluster_.now();
    cluster_.run(cluster_.broker().stop(began + 2s));
    EXPECT_LT(cluster_.now() - began, 2s);
}

TEST_P(Limits, a_stop_right_after_the_start_and_under_load_is_clean) {
    for (int round = 0; round < 3; ++round) {
        auto client = cluster_.connect();
        if (round == 0) create_topic(client, "orders", 3);
        std::vector<Pending<Client::Answer<kafka::ProduceRequest>>> under_way;
        for (int i = 0; i < 30; ++i)
            under_way.push_back(client.start(
                produce_request("orders", i % 3, batch_of({std::to_string(round)}, cluster_.wall()))));
        cluster_.run_for(Time(500'000));
        Time began = cluster_.now();
        cluster_.run(cluster_.broker().stop(began + 2s));
        EXPECT_LT(cluster_.now() - began, 2s);
        std::size_t acknowledged = 0;
        for (auto& produced : under_way) {
            auto answer = produced.get();
            if (answer && answer_in(*answer).error_code == ErrorCode::none) ++acknowledged;
        }
        under_way.clear();
        cluster_.restart(LifeEnd::power_cut);
        std::size_t found = 0;
        for (int i = 0; i < 3; ++i)
            for (const Got& got : read_all(cluster_.connect(), "orders", i))
                found += got.value == std::to_string(round);
        EXPECT_GE(found, acknowledged);
    }
}

} // namespace
RIACHO_SCENARIOS(Limits);
} // namespace riacho::scenarios
