#include "broker/group/group_fixture.hpp"

#include <deque>
#include <set>

namespace riacho::broker {
namespace {

using namespace std::chrono_literals;

/// Clients that do what comes to their mind, and a disk that is slow and sometimes refuses.
class GroupModelTest : public GroupFixture {
protected:
    static constexpr int steps = 2000;

    void play(std::uint64_t seed) {
        chance_ = SeededRandom(seed);
        options.group_max_size = 5;
        options.pending_members_max = 20;
        for (int step = 0; step < steps && !HasFailure(); ++step) {
            act();
            collect_stores();
            check_invariants();
            if (HasFailure()) ADD_FAILURE() << "seed " << seed << " step " << step;
        }
        end();
    }

private:
    void act() {
        switch (chance_.between(0, 11)) {
        case 0:
            return remember(join("", {.version = static_cast<kafka::Version>(chance_.between(3, 4))}));
        case 1:
        case 2:
        case 3:
            return remember(join(any_id(), {.metadata = chance_.between(0, 5) == 0 ? "changed" : "topics"}));
        case 4:
        case 5:
        case 6:
            return act_as_syncing(any_id());
        case 7:
        case 8:
            return void(heartbeat(any_id()));
        case 9:
            if (chance_.between(0, 3) == 0) leave({any_id()});
            return;
        case 10:
            return pass(
                std::chrono::milliseconds(chance_.between(0, chance_.between(0, 9) == 0 ? 70'000 : 3'000)));
        default:
            return finish_store();
        }
    }
    void act_as_syncing(const std::string& id) {
        std::map<std::string, std::string> assignments;
        for (const auto& [member, entry] : group.members().all())
            assignments[member] = std::to_string(group.generation());
        remember(sync(id, assignments));
    }
    /// The disk keeps the order, and what it refuses it does not keep.
    void finish_store() {
        if (stores_.empty()) return;
        auto store = std::move(stores_.front());
        stores_.pop_front();
        Error error = chance_.between(0, 4) == 0 ? Error::not_coordinator : Error::none;
        if (error == Error::none) durable_ = store;
        take(group.stored(store.generation, error, at));
    }
    void collect_stores() {
        if (to_store) stores_.push_back(*std::exchange(to_store, {}));
    }
    std::string any_id() {
        std::vector<std::string> ids(known_.begin(), known_.end());
        if (ids.empty() || chance_.between(0, 20) == 0) return "stranger";
        return ids[chance_.between(0, ids.size() - 1)];
    }
    void remember(WaiterId waiter) {
        waiting_.insert(waiter);
        for (const auto& [id, answer] : joined)
            if (!answer.member_id.empty() && known_.size() < 12) known_.insert(answer.member_id);
        if (known_.size() == 12)
            std::erase_if(known_, [this](const auto& id) { return !group.members().find(id); });
    }

    void check_invariants() {
        const auto& members = group.members();
        EXPECT_GE(group.generation(), generation_) << "generations only grow";
        generation_ = group.generation();
        EXPECT_EQ(members.empty(), members.leader().empty());
        if (!members.empty()) EXPECT_TRUE(members.find(members.leader()));
        auto most = static_cast<std::size_t>(options.group_max_size);
        EXPECT_LE(group.is(GroupState::preparing_rebalance) ? members.joining_count() : members.size(), most);
        if (group.is(GroupState::empty)) EXPECT_TRUE(members.empty());
        if (!members.empty()) EXPECT_NE(group.state(), GroupState::empty);
        bool has_generation = group.is(GroupState::completing_rebalance) || group.is(GroupState::stable);
        if (has_generation) EXPECT_FALSE(group.protocol().empty());
        std::set<WaiterId> inside;
        for (const auto& [id, member] : members.all()) {
            EXPECT_FALSE(member.joining && member.syncing) << "a member waits for one thing";
            if (member.joining) {
                EXPECT_EQ(group.state(), GroupState::preparing_rebalance);
                inside.insert(*member.joining);
            }
            if (member.syncing) {
                EXPECT_EQ(group.state(), GroupState::completing_rebalance);
                inside.insert(*member.syncing);
            }
            if (group.is(GroupState::stable)) check_assignment(member);
        }
        std::erase_if(waiting_, [this](WaiterId waiter) { return !is_waiting(waiter); });
        EXPECT_EQ(waiting_, inside) << "who has no answer waits in exactly one member's name";
        bool has_end = group.next_deadline() < Time::max() || !stores_.empty();
        EXPECT_TRUE(inside.empty() || has_end) << "every wait ends, with time or with the disk";
    }
    /// What a stable group shows is durable, and of its own generation.
    void check_assignment(const GroupMember& member) {
        ASSERT_TRUE(durable_);
        EXPECT_EQ(durable_->generation, group.generation());
        EXPECT_EQ(as_text(member.assignment.view()), std::to_string(group.generation()));
    }
    void end() {
        while (!stores_.empty()) finish_store(), collect_stores();
        pass(10min);
        check_invariants();
        EXPECT_TRUE(waiting_.empty()) << "time answers everybody";
        EXPECT_EQ(group.state(), GroupState::empty) << "nobody sent a heartbeat";
        EXPECT_GT(generation_, steps / 100) << "the test went through many generations";
    }

    SeededRandom                             chance_{0};
    std::set<std::string>                    known_;
    std::set<WaiterId>                       waiting_;
    std::deque<kafka::GroupMetadataValue>    stores_;
    std::optional<kafka::GroupMetadataValue> durable_;
    std::int32_t                             generation_ = 0;
};

class GroupModelSeedTest : public GroupModelTest, public ::testing::WithParamInterface<int> {};

TEST_P(GroupModelSeedTest, whatever_clients_do_the_invariants_hold_and_everybody_is_answered) {
    play(static_cast<std::uint64_t>(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Seeds, GroupModelSeedTest, ::testing::Range(1, 17));

} // namespace
} // namespace riacho::broker
