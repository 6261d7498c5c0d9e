#include "kafka/messages/describe_groups.hpp"
#include "scenario.hpp"

namespace riacho::scenarios {
namespace {

class Groups : public Scenario {
protected:
    void SetUp() override {
        Scenario::SetUp();
        client_.emplace(cluster_.connect());
        create_topic(*client_, "orders", 2);
        ASSERT_EQ(find_coordinator(*client_, "readers"), ErrorCode::none);
    }
    ErrorCode heartbeat(const Client& client, const Membership& member) {
        return client.ask(heartbeat_request(member)).error_code;
    }
    /// Beats every three seconds.
    void beat_for(const Membership& member, Time span) {
        for (Time end = cluster_.now() + span; cluster_.now() < end; cluster_.run_for(3s))
            heartbeat(*client_, member);
    }
    std::string state() {
        kafka::DescribeGroupsRequest request;
        request.groups.push_back("readers");
        return client_->ask(request).groups.at(0).group_state;
    }
    using Joining = Pending<Client::Answer<kafka::JoinGroupRequest>>;
    static Membership joined(Joining& joining) {
        return membership_in("readers", Client::answer_of(joining.get()));
    }

    std::optional<Client> client_;
};

TEST_P(Groups, a_member_alone_gets_everything_at_once) {
    Time       began = cluster_.now();
    Membership member = join_alone(*client_, "readers");
    EXPECT_EQ(member.generation, 1);
    EXPECT_LT(cluster_.now() - began, 1s); // no wait for more members
    EXPECT_EQ(heartbeat(*client_, member), ErrorCode::none);
    EXPECT_EQ(state(), "Stable");
}

TEST_P(Groups, a_second_member_makes_the_first_one_join_again_and_both_share) {
    auto       other = cluster_.connect();
    Membership first = join_alone(*client_, "readers");
    auto       second_id = new_member_id(other, "readers");
    auto       second_joining = other.start(join_request("readers", second_id));
    cluster_.run_for(1s);
    EXPECT_FALSE(second_joining.is_done());
    EXPECT_EQ(heartbeat(*client_, first), ErrorCode::rebalance_in_progress);
    auto first_joining = client_->start(join_request("readers", first.member_id));
    first = joined(first_joining);
    Membership second = joined(second_joining);
    EXPECT_EQ(first.generation, 2);
    EXPECT_EQ(second.generation, 2);

    auto second_syncing = other.start(sync_request(second));
    auto first_synced =
        client_->ask(sync_request(first, {{first.member_id, "zero"}, {second.member_id, "one"}}));
    auto second_synced = Client::answer_of(second_syncing.get());
    EXPECT_EQ(as_text(first_synced.assignment.view()), "zero");
    EXPECT_EQ(as_text(second_synced.assignment.view()), "one");
    EXPECT_EQ(heartbeat(other, second), ErrorCode::none);
}

TEST_P(Groups, a_member_that_says_nothing_for_its_session_is_out) {
    Membership first = join_alone(*client_, "readers");
    auto       other = cluster_.connect();
    auto       second_joining = other.start(join_request("readers", new_member_id(other, "readers")));
    cluster_.run_for(100ms);
    auto first_joining = client_->start(join_request("readers", first.member_id));
    first = joined(first_joining);
    Membership second = joined(second_joining);
    client_->ask(sync_request(first, {{first.member_id, "zero"}, {second.member_id, "one"}}));

    beat_for(first, 9s);
    EXPECT_EQ(heartbeat(*client_, first), ErrorCode::none);
    beat_for(first, 3s); // the other one's ten seconds are over
    EXPECT_EQ(heartbeat(*client_, first), ErrorCode::rebalance_in_progress);
    first = membership_in("readers", client_->ask(join_request("readers", first.member_id)));
    EXPECT_EQ(first.generation, 3);
    EXPECT_EQ(heartbeat(other, second), ErrorCode::unknown_member_id);
}

TEST_P(Groups, the_process_dies_while_members_of_groups_on_other_shards_wait_to_join) {
    std::vector<Client>  clients; // a connection for each: who waits to join holds up his own
    std::vector<Joining> waiting;
    for (std::string group : {"a", "b", "c", "d", "e"}) {
        join_alone(*client_, group);
        for (int i = 0; i < 3; ++i) {
            Client& client = clients.emplace_back(cluster_.connect());
            waiting.push_back(client.start(join_request(group, new_member_id(client, group))));
        }
    }
    cluster_.run_for(1s);
    for (Joining& joining : waiting) EXPECT_FALSE(joining.is_done());
    cluster_.end(LifeEnd::kill);
    waiting.clear();
    clients.clear();
    cluster_.start();
    EXPECT_GT(join_alone(cluster_.connect(), "a").generation, 1) << "they count on";
}

TEST_P(Groups, who_leaves_makes_room_at_once) {
    Membership first = join_alone(*client_, "readers");
    EXPECT_EQ(leave(*client_, first), ErrorCode::none);
    EXPECT_EQ(state(), "Empty");
    Time began = cluster_.now();
    join_alone(cluster_.connect(), "readers");
    EXPECT_LT(cluster_.now() - began, 1s);
    EXPECT_EQ(heartbeat(*client_, first), ErrorCode::unknown_member_id);
}

TEST_P(Groups, only_the_current_generation_commits) {
    Membership member = join_alone(*client_, "readers");
    auto       request = commit_request("readers", "orders", 0, 3);
    EXPECT_EQ(commit(*client_, as_member(member, request)), ErrorCode::none);
    Membership old = member;
    old.generation = 0;
    EXPECT_EQ(commit(*client_, as_member(old, request)), ErrorCode::illegal_generation);
    Membership stranger = member;
    stranger.member_id = "nobody";
    EXPECT_EQ(commit(*client_, as_member(stranger, request)), ErrorCode::unknown_member_id);
    EXPECT_EQ(commit(*client_, request), ErrorCode::unknown_member_id); // no member while there are some
    EXPECT_EQ(commit(*client_, as_member(member, commit_request("readers", "nothing", 0, 1))),
              ErrorCode::unknown_topic_or_partition);
    EXPECT_EQ(committed(*client_, "readers", "orders", 0), 3);
    EXPECT_EQ(committed(*client_, "readers", "orders", 1), -1);
}

TEST_P(Groups, every_group_commits_for_itself) {
    for (int i = 0; i < 20; ++i) // on every partition of __consumer_offsets
        EXPECT_EQ(commit(*client_, commit_request("group-" + std::to_string(i), "orders", i % 2, i)),
                  ErrorCode::none);
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(committed(*client_, "group-" + std::to_string(i), "orders", i % 2), i);
}

TEST_P(Groups, members_and_commits_outlive_every_end_of_the_broker) {
    Membership   member = join_alone(*client_, "readers");
    std::int64_t offset = 0;
    for (LifeEnd how : {LifeEnd::kill, LifeEnd::power_cut, LifeEnd::clean, LifeEnd::power_cut}) {
        ASSERT_EQ(commit(*client_, as_member(member, commit_request("readers", "orders", 0, ++offset))),
                  ErrorCode::none);
        client_.reset();
        cluster_.restart(how);
        client_.emplace(cluster_.connect());
        ASSERT_EQ(find_coordinator(*client_, "readers"), ErrorCode::none);
        EXPECT_EQ(committed(*client_, "readers", "orders", 0), offset);
        EXPECT_EQ(heartbeat(*client_, member), ErrorCode::none); // it goes on where it was
    }
}

TEST_P(Groups, a_member_that_did_not_come_back_after_a_restart_is_out_after_its_session) {
    join_alone(*client_, "readers");
    client_.reset();
    cluster_.restart(LifeEnd::power_cut);
    client_.emplace(cluster_.connect());
    EXPECT_EQ(state(), "Stable");
    cluster_.run_for(11s);
    EXPECT_EQ(state(), "Empty");
}

TEST_P(Groups, a_waiting_member_whose_connection_is_cut_does_not_hold_up_the_others) {
    Membership first = join_alone(*client_, "readers");
    auto       other = cluster_.connect();
    auto       second_joining = other.start(join_request("readers", new_member_id(other, "readers")));
    cluster_.run_for(100ms);
    cluster_.world().network().cut(cluster_.world().network().clients().back());
    cluster_.run_for(100ms);
    auto first_joining = client_->start(join_request("readers", first.member_id));
    first = joined(first_joining); // after the rebalance timeout at the latest
    EXPECT_EQ(first.generation, 2);
}

TEST_P(Groups, offsets_of_a_group_without_members_are_forgotten_after_their_time) {
    ASSERT_EQ(commit(*client_, commit_request("readers", "orders", 0, 5)), ErrorCode::none);
    cluster_.run_for(6 * 24h);
    client_.emplace(cluster_.connect());
    EXPECT_EQ(committed(*client_, "readers", "orders", 0), 5);
    cluster_.run_for(26h);
    client_.emplace(cluster_.connect());
    EXPECT_EQ(committed(*client_, "readers", "orders", 0), -1);
    EXPECT_EQ(state(), "Dead");
}

TEST_P(Groups, a_static_member_is_refused_for_now) {
    auto request = join_request("readers", "");
    request.group_instance_id = "one";
    EXPECT_EQ(client_->ask(request).error_code, ErrorCode::unsupported_version);
}

} // namespace
RIACHO_SCENARIOS(Groups);
} // namespace riacho::scenarios
