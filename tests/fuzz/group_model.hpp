#pragma once

#include "base/random.hpp"
#include "broker/group/group.hpp"
#include "fuzz.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace riacho::fuzz {

/// What the members of one group were told, and nothing of how the group comes to it: the model that the
/// state machine is held against. Each answer is judged when it is given.
///
///   - every request is answered once, and in the time that the group promised
///   - all answers to the joins of one generation agree, and one member, the leader, sees exactly those
///   members
///   - a generation is larger than all before it, since the group was loaded
///   - an assignment is what the leader of that generation sent for that member, and durable
///   - a member that did all its duties stays one; one that left is gone
class GroupModel {
public:
    struct Member {
        std::int32_t              generation = -1; ///< the one it was told last
        Time                      alive_until{0};
        std::chrono::milliseconds session{0};
        std::chrono::milliseconds rebalance{0}; ///< how long the group may wait for it
        bool                      has_synced = false;
    };
    struct Waiting {
        enum class For { join, sync } what = For::join;
        std::string               member;
        std::chrono::milliseconds session{0};
        std::chrono::milliseconds rebalance{0};
        std::int32_t              generation = -1; ///< of a sync
        Time                      until = Time::max();
    };

    void asked(broker::WaiterId waiter, Waiting waiting) { waiting_.emplace(waiter, std::move(waiting)); }
    void offered(std::int32_t generation, std::map<std::string, std::string> assignments);
    void judge(const broker::GroupEffects& effects, Time now);
    void judge_heartbeat(const std::string& member, std::int32_t generation, kafka::ErrorCode answer,
                         Time now);
    void left(const std::string& member) { members_.erase(member); }
    void made_durable(const kafka::GroupMetadataValue& value) { durable_ = value; }
    /// The coordinator begins again with what is durable.
    void restarted(Time now);
    /// No waiter is overdue; `end_of_wait` is how long one that asks now may wait.
    void judge_waits(Time now, Time end_of_wait);

    const std::optional<kafka::GroupMetadataValue>& durable() const { return durable_; }
    const Member*                                   find(const std::string& member) const;
    bool                                            is_anyone_waiting() const { return !waiting_.empty(); }

private:
    void    judge_joins(const std::vector<broker::GroupEffects::Joined>& joined, Time now);
    void    judge_sync(const broker::GroupEffects::Synced& synced, Time now);
    Waiting take(broker::WaiterId waiter, Waiting::For what);

    struct Generation {
        std::string                          leader, protocol;
        std::set<std::string>                told;   ///< members that were given it
        std::optional<std::set<std::string>> listed; ///< what the leader was shown
        Time                                 since{0};
    };
    std::map<broker::WaiterId, Waiting>                        waiting_;
    std::map<std::string, Member>                              members_;
    std::map<std::int32_t, Generation>                         generations_;
    std::map<std::int32_t, std::map<std::string, std::string>> offered_;
    std::optional<kafka::GroupMetadataValue>                   durable_;
};

} // namespace riacho::fuzz
