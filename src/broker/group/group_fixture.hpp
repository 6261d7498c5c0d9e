#pragma once

// For tests: one group, the clock it is told, and everything it answered.

#include "broker/group/group.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <string>
#include <vector>

namespace riacho::broker {

struct JoinSpec {
    kafka::Version            version = 9;
    std::vector<std::string>  protocols = {"range"};
    std::string               metadata = "topics";
    std::chrono::milliseconds session{10'000};
    std::chrono::milliseconds rebalance{60'000};
    std::string               type = "consumer";
};

class GroupFixture : public ::testing::Test {
protected:
    using Error = kafka::ErrorCode;
    static constexpr kafka::Version before_kip_394 = 3;

    WaiterId join(const std::string& member_id = {}, const JoinSpec& spec = {}) {
        JoinAttempt attempt{.version = spec.version, .waiter = WaiterId{++waiters_}, .client_id = "c"};
        attempt.client_host = "/127.0.0.1";
        attempt.request.group_id = group.id();
        attempt.request.member_id = member_id;
        attempt.request.protocol_type = spec.type;
        attempt.request.session_timeout_ms = static_cast<std::int32_t>(spec.session.count());
        attempt.request.rebalance_timeout_ms = static_cast<std::int32_t>(spec.rebalance.count());
        for (const std::string& name : spec.protocols)
            attempt.request.protocols.push_back({.name = name, .metadata = Bytes::copy_of(spec.metadata)});
        WaiterId waiter = attempt.waiter;
        take(group.join(std::move(attempt), at));
        return waiter;
    }
    /// KIP-394: asks for an id and comes back with it.
    std::string new_id(const JoinSpec& spec = {}) {
        WaiterId waiter = join("", spec);
        EXPECT_EQ(joined.at(waiter).error_code, Error::member_id_required);
        return joined.at(waiter).member_id;
    }
    WaiterId sync(const std::string& member_id, const std::map<std::string, std::string>& assignments = {}) {
        SyncAttempt attempt{.waiter = WaiterId{++waiters_}};
        attempt.request.member_id = member_id;
        attempt.request.generation_id = group.generation();
        for (const auto& [id, text] : assignments)
            attempt.request.assignments.push_back({.member_id = id, .assignment = Bytes::copy_of(text)});
        WaiterId waiter = attempt.waiter;
        take(group.sync(std::move(attempt), at));
        return waiter;
    }
    void stored(Error error = Error::none) {
        ASSERT_TRUE(to_store);
        std::int32_t generation = to_store->generation;
        to_store.reset();
        take(group.stored(generation, error, at));
    }
    std::vector<Error> leave(const std::vector<std::string>& ids) {
        auto left = group.leave(ids, at);
        take(std::move(left.effects));
        return left.errors;
    }
    Error heartbeat(const std::string& id) { return group.heartbeat(id, group.generation(), at.now); }
    /// Time goes by, and the group is called whenever it asked to be.
    void pass(Time span) {
        Time end = at.now + span;
        while (group.next_deadline() <= end) {
            move_to(std::max(at.now, group.next_deadline()));
            take(group.advance(at));
        }
        move_to(end);
    }
    void move_to(Time now) {
        at.wall.ms += std::chrono::duration_cast<std::chrono::milliseconds>(now - at.now).count();
        at.now = now;
    }
    void take(GroupEffects effects) {
        for (auto& answer : effects.joined)
            EXPECT_TRUE(joined.emplace(answer.waiter, std::move(answer.response)).second) << "answered twice";
        for (auto& answer : effects.synced)
            EXPECT_TRUE(synced.emplace(answer.waiter, std::move(answer.response)).second) << "answered twice";
        if (effects.to_store) to_store = std::move(effects.to_store);
    }
    bool  is_waiting(WaiterId waiter) const { return !joined.contains(waiter) && !synced.contains(waiter); }
    Error join_error(WaiterId waiter) const { return joined.at(waiter).error_code; }
    Error sync_error(WaiterId waiter) const { return synced.at(waiter).error_code; }
    std::string assignment(WaiterId waiter) const {
        return std::string(as_text(synced.at(waiter).assignment.view()));
    }

    /// `count` members of generation 2 or later that have their assignments: the first one leads.
    std::vector<std::string> stable_members(std::size_t count, const JoinSpec& spec = {}) {
        std::vector<std::string> ids;
        for (std::size_t i = 0; i < count; ++i) ids.push_back(new_id(spec));
        settle(ids, spec);
        std::iter_swap(ids.begin(), std::ranges::find(ids, group.members().leader()));
        return ids;
    }
    /// Everybody joins and syncs.
    void settle(const std::vector<std::string>& ids, const JoinSpec& spec = {}) {
        for (const std::string& id : ids) join(id, spec);
        for (int round = 0; round < 2 && !group.is(GroupState::completing_rebalance); ++round)
            for (const std::string& id : ids)
                if (!group.members().find(id)->joining) join(id, spec);
        ASSERT_TRUE(group.is(GroupState::completing_rebalance)) << name_of(group.state());
        std::map<std::string, std::string> assignments;
        for (const std::string& id : ids) assignments[id] = "of " + id;
        for (const std::string& id : ids)
            sync(id, group.members().is_leader(id) ? assignments : decltype(assignments){});
        stored();
        ASSERT_TRUE(group.is(GroupState::stable));
    }

    GroupOptions                                 options;
    SeededRandom                                 random{7};
    Group                                        group{"group", options, random};
    Moment                                       at{Time{}, {1'700'000'000'000}};
    std::map<WaiterId, kafka::JoinGroupResponse> joined;
    std::map<WaiterId, kafka::SyncGroupResponse> synced;
    std::optional<kafka::GroupMetadataValue>     to_store;

private:
    std::uint64_t waiters_ = 0;
};

} // namespace riacho::broker
