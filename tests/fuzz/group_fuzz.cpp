// The state machine of a group against a model of what its members are told (group_model.hpp): the input is
// what clients, the disk and time do.
#include "group_model.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <ranges>

namespace riacho::fuzz {
namespace {

using namespace std::chrono_literals;
using broker::Group;
using broker::WaiterId;
using kafka::ErrorCode;

constexpr std::size_t                              known_max = 8;
constexpr std::array<std::chrono::milliseconds, 4> spans{10ms, 3s, 11s, 70s};

constexpr Time append_max = 30s; ///< a write to the group's log ends by then

/// What is on its way to the disk.
struct Storing {
    kafka::GroupMetadataValue value;
    Time                      since;
};

class GroupWorld {
public:
    explicit GroupWorld(ByteView input) : choose_(input) {
        options_.group_max_size = static_cast<std::int32_t>(choose_.between(2, 5));
        options_.pending_members_max = 4;
        options_.new_member_join_timeout = 90s;
        if (choose_.one_in(2)) options_.group_initial_rebalance_delay_ms = 3s;
        group_ = std::make_unique<Group>("g", options_, random_);
    }

    void play() {
        while (!choose_.empty()) {
            act();
            model_.judge_waits(at_.now, at_.now + group_->wait_limit());
            judge_state();
        }
        settle();
    }

private:
    void act() {
        switch (choose_.below(12)) {
        case 0:
            return join("");
        case 1:
        case 2:
        case 3:
            return join(any_id());
        case 4:
        case 5:
            return sync(any_id());
        case 6:
            return heartbeat(any_id());
        case 7:
            return leave(any_id());
        case 8:
            return pass(spans[choose_.below(spans.size())]);
        case 9:
            return finish_store(choose_.one_in(6) ? ErrorCode::not_coordinator : ErrorCode::none);
        case 10:
            return choose_.one_in(4) ? restart() : commit(any_id());
        default:
            return retire();
        }
    }

    std::string any_id() {
        if (known_.empty() || choose_.one_in(16)) return "stranger";
        return known_[choose_.below(known_.size())];
    }
    std::int32_t any_generation() {
        return choose_.one_in(6) ? static_cast<std::int32_t>(choose_.any<std::uint8_t>()) - 2
                                 : group_->generation();
    }

    void join(const std::string& id) {
        broker::JoinAttempt attempt{.version = choose_.one_in(3) ? kafka::Version{3} : kafka::Version{9},
                                    .waiter = WaiterId{++waiters_},
                                    .client_id = "c",
                                    .client_host = "h"};
        auto&               request = attempt.request;
        request.group_id = "g";
        request.member_id = id;
        request.protocol_type = choose_.one_in(12) ? "connect" : "consumer";
        request.session_timeout_ms = choose_.one_in(3) ? 30'000 : 10'000;
        request.rebalance_timeout_ms = choose_.one_in(3) ? 5'000 : 60'000;
        auto spoken = choose_.one_in(3) ? choose_.below(8) : 1;
        for (std::string_view name : {"range", "sticky", "own"}) {
            if ((spoken & 1) != 0)
                request.protocols.push_back(
                    {.name = std::string(name), .metadata = Bytes::copy_of(any_text())});
            spoken >>= 1;
        }
        if (broker::check_join(request, options_) != ErrorCode::none) return;
        model_.asked(attempt.waiter, {.what = GroupModel::Waiting::For::join,
                                      .member = id,
                                      .session = std::chrono::milliseconds(request.session_timeout_ms),
                                      .rebalance = std::chrono::milliseconds(request.rebalance_timeout_ms)});
        take(group_->join(std::move(attempt), at_));
    }
    void sync(const std::string& id) {
        broker::SyncAttempt attempt{.waiter = WaiterId{++waiters_}};
        attempt.request.member_id = id;
        attempt.request.generation_id = any_generation();
        if (choose_.one_in(12)) attempt.request.protocol_name = "range";
        std::map<std::string, std::string> assignments;
        for (const std::string& one : known_)
            if (!choose_.one_in(8)) assignments[one] = any_text();
        for (const auto& [member, text] : assignments)
            attempt.request.assignments.push_back({.member_id = member, .assignment = Bytes::copy_of(text)});
        std::int32_t generation = attempt.request.generation_id;
        model_.asked(attempt.waiter,
                     {.what = GroupModel::Waiting::For::sync, .member = id, .generation = generation});
        auto effects = group_->sync(std::move(attempt), at_);
        if (effects.to_store) {
            require(group_->members().is_leader(id), "only a leader assigns");
            for (const auto& member : effects.to_store->members)
                require(as_text(member.assignment.view()) == assignments[member.member_id],
                        "what is stored is what was sent");
            sent_[generation] = assignments;
        }
        take(std::move(effects));
    }
    void heartbeat(const std::string& id) {
        auto generation = any_generation();
        model_.judge_heartbeat(id, generation, group_->heartbeat(id, generation, at_.now), at_.now);
    }
    void commit(const std::string& id) {
        auto generation = any_generation();
        auto answer = group_->check_commit(id, generation, at_.now);
        bool is_simple = generation < 0 && group_->is(broker::GroupState::empty);
        if (answer == ErrorCode::none && !is_simple) model_.judge_heartbeat(id, generation, answer, at_.now);
    }
    void leave(const std::string& id) {
        auto left = group_->leave({id}, at_);
        take(std::move(left.effects));
        if (left.errors.front() == ErrorCode::none) model_.left(id);
        if (!group_->is(broker::GroupState::dead))
            require(group_->heartbeat(id, group_->generation(), at_.now) == ErrorCode::unknown_member_id,
                    "who left is gone");
    }
    void pass(Time span) {
        Time end = at_.now + span;
        while (!stores_.empty() && stores_.front().since + append_max <= end)
            finish_store(ErrorCode::request_timed_out); // a write ends, one way or the other
        for (int calls = 0; group_->next_deadline() <= end; ++calls) {
            require(calls < 1000, "deadlines move on");
            move_to(std::max(at_.now, group_->next_deadline()));
            take(group_->advance(at_));
        }
        move_to(end);
    }
    void move_to(Time now) {
        at_.wall.ms += std::chrono::duration_cast<std::chrono::milliseconds>(now - at_.now).count();
        at_.now = now;
    }
    /// The disk keeps the order, and what it refuses it does not keep.
    void finish_store(ErrorCode error) {
        if (stores_.empty()) return;
        auto store = std::move(stores_.front().value);
        stores_.pop_front();
        if (error == ErrorCode::none) {
            model_.made_durable(store);
            if (auto sent = sent_.find(store.generation); sent != sent_.end())
                model_.offered(store.generation, sent->second);
        }
        take(group_->stored(store.generation, error, at_));
    }
    void restart() {
        stores_.clear();
        sent_.clear();
        group_ = std::make_unique<Group>("g", options_, random_);
        model_.restarted(at_.now);
        if (model_.durable()) group_->restore(*model_.durable());
        take(group_->resume(at_));
        known_.clear();
        for (const auto& [id, member] : group_->members().all()) known_.push_back(id);
    }
    void retire() {
        if (!group_->is(broker::GroupState::empty) || group_->has_expected_members() || !stores_.empty())
            return;
        group_->retire(at_.wall);
        join(any_id());
        require(!model_.is_anyone_waiting(), "a group that is being removed lets nobody wait");
        group_->revive(at_.wall);
    }

    void take(broker::GroupEffects effects) {
        model_.judge(effects, at_.now);
        for (const auto& answer : effects.joined) learn(answer.response.member_id);
        if (effects.to_store) stores_.push_back({*std::move(effects.to_store), at_.now});
    }
    void learn(const std::string& id) {
        if (id.empty() || std::ranges::find(known_, id) != known_.end() || id == "stranger") return;
        if (known_.size() == known_max) known_.erase(known_.begin());
        known_.push_back(id);
    }
    std::string any_text() {
        return std::string(1 + choose_.below(3), static_cast<char>('a' + choose_.below(26)));
    }

    void judge_state() const {
        const auto& members = group_->members();
        require(members.empty() == members.leader().empty(), "who is there has a leader");
        require(members.empty() || members.find(members.leader()), "a leader is a member");
        require(!group_->is(broker::GroupState::empty) || members.empty(), "an empty group is empty");
        require(members.size() <= 2 * static_cast<std::size_t>(options_.group_max_size),
                "a group has a bound");
        (void)group_->describe();
        (void)group_->list();
        (void)group_->reads("t");
    }
    /// Nobody does anything any more: all are answered, and the group empties.
    void settle() {
        while (!stores_.empty()) finish_store(ErrorCode::none);
        for (int i = 0; i < 20 && !(group_->is(broker::GroupState::empty) && stores_.empty()); ++i) {
            pass(2min);
            while (!stores_.empty()) finish_store(ErrorCode::none);
        }
        require(!model_.is_anyone_waiting(), "time answers everybody");
        require(group_->is(broker::GroupState::empty), "time empties a group of the silent");
    }

    Choices                                                    choose_;
    SeededRandom                                               random_{1};
    broker::GroupOptions                                       options_;
    std::unique_ptr<Group>                                     group_;
    GroupModel                                                 model_;
    broker::Moment                                             at_{Time{0}, {1'000'000}};
    std::uint64_t                                              waiters_ = 0;
    std::vector<std::string>                                   known_;
    std::deque<Storing>                                        stores_;
    std::map<std::int32_t, std::map<std::string, std::string>> sent_;
};

} // namespace
} // namespace riacho::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 4) return -1;
    riacho::fuzz::GroupWorld(riacho::fuzz::view_of(data, size)).play();
    return 0;
}
