// Membership in a group, through the library, against a whole broker.
#include "client/link/membership.hpp"
#include "scenario.hpp"

namespace riacho::scenarios {
namespace {

using client::Membership;
using Change = client::MemberState::Change;

/// Gives each member a letter, in the order in which the coordinator lists them.
Membership::Assignments letters(const std::string& protocol, const Membership::Members& members) {
    Membership::Assignments assignments;
    for (const auto& member : members) {
        std::string letter = protocol + std::string(1, static_cast<char>('a' + assignments.size()));
        assignments[member.member_id] = Bytes::copy_of(letter);
    }
    return assignments;
}

/// A member and what it was told: its letter for an assignment, "revoked", "lost", or why it failed.
struct Follower {
    std::unique_ptr<client::Cluster> known;
    std::unique_ptr<Membership>      member;
    std::vector<std::string>         told;

    static Task<Cluster::Done> follow(Follower& self) {
        for (;;) {
            auto event = co_await self.member->next();
            if (event.what == Change::assigned) self.told.emplace_back(as_text(event.assignment.view()));
            if (event.what == Change::revoked) self.told.emplace_back("revoked");
            if (event.what == Change::lost) self.told.emplace_back("lost");
            if (event.what == Change::failed) {
                self.told.push_back(event.problem);
                co_return Cluster::Done{};
            }
        }
    }
    static Task<Cluster::Done> stop(Follower& self) {
        if (self.member) co_await self.member->stop();
        co_await self.known->close();
        co_return Cluster::Done{};
    }
    static Task<Cluster::Done> begin(Follower& self, client::MembershipOptions options) {
        self.member = std::make_unique<Membership>(*self.known, std::move(options), letters);
        co_return Cluster::Done{};
    }
};

class Memberships : public Scenario {
protected:
    void TearDown() override {
        for (auto& follower : followers_) stop(*follower);
        for (auto& following : following_) following.get(1min);
    }
    template <class T> T outside(Task<T> task) { return cluster_.begin_outside(std::move(task)).get(); }
    Follower&            join(std::optional<std::string> instance = {}) {
        auto& follower = *followers_.emplace_back(std::make_unique<Follower>());
        auto  made = client::Cluster::make(cluster_.world().world(), cluster_.waiter().clients(),
                                                      {{"bootstrap.servers", cluster_.address().text()}});
        follower.known = std::move(*outside(std::move(made)));
        client::MembershipOptions options{.group = "workers", .protocol_type = "letters"};
        options.instance_id = std::move(instance);
        options.session_timeout = 10s;
        options.rebalance_timeout = 20s;
        options.protocols = {{.name = "v1-", .metadata = Bytes::copy_of("hello")}};
        outside(Follower::begin(follower, std::move(options)));
        following_.push_back(cluster_.begin_outside(Follower::follow(follower)));
        return follower;
    }
    void stop(Follower& follower) { outside(Follower::stop(follower)); }

    std::vector<std::unique_ptr<Follower>> followers_;
    std::vector<Pending<Cluster::Done>>    following_;
};

using Told = std::vector<std::string>;

TEST_P(Memberships, members_share_and_take_over) {
    auto& first = join();
    cluster_.run_for(5s);
    EXPECT_EQ(first.told, Told{"v1-a"});
    auto& second = join();
    cluster_.run_for(10s);
    EXPECT_EQ(first.told.size(), 3u);
    EXPECT_EQ(first.told[1], "revoked");
    ASSERT_EQ(second.told.size(), 1u);
    EXPECT_NE(first.told.back(), second.told.back());
    stop(second);
    cluster_.run_for(10s);
    EXPECT_EQ(first.told.back(), "v1-a") << "who leaves says so, and is not waited for";
    EXPECT_EQ(first.told.size(), 5u);
}

TEST_P(Memberships, a_member_that_is_cut_off_for_its_session_loses_what_it_had_and_comes_back) {
    auto& member = join();
    cluster_.run_for(5s);
    cluster_.world().network().hold();
    cluster_.run_for(15s);
    cluster_.world().network().release();
    cluster_.run_for(30s);
    EXPECT_EQ(member.told, (Told{"v1-a", "lost", "v1-a"}));
}

TEST_P(Memberships, cut_connections_change_nothing) {
    auto& member = join();
    cluster_.run_for(5s);
    for (int i = 0; i < 20; ++i) {
        cluster_.world().network().cut_all();
        cluster_.run_for(777ms);
    }
    EXPECT_EQ(member.told, Told{"v1-a"});
}

TEST_P(Memberships, a_refusal_that_stays_ends_the_membership_and_says_why) {
    auto& member = join("one"); // this broker has no static members
    cluster_.run_for(5s);
    ASSERT_EQ(member.told.size(), 1u);
    EXPECT_NE(member.told[0].find("UNSUPPORTED_VERSION"), std::string::npos) << member.told[0];
}

RIACHO_SCENARIOS(Memberships);

} // namespace
} // namespace riacho::scenarios
