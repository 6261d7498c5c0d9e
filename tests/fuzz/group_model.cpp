#include "group_model.hpp"

#include <algorithm>
#include <utility>

namespace riacho::fuzz {

using kafka::ErrorCode;

const GroupModel::Member* GroupModel::find(const std::string& member) const {
    auto found = members_.find(member);
    return found == members_.end() ? nullptr : &found->second;
}

GroupModel::Waiting GroupModel::take(broker::WaiterId waiter, Waiting::For what) {
    auto found = waiting_.find(waiter);
    require(found != waiting_.end(), "a request is answered once");
    Waiting waiting = std::move(found->second);
    waiting_.erase(found);
    require(waiting.what == what, "a join is answered as a join");
    return waiting;
}

void GroupModel::offered(std::int32_t generation, std::map<std::string, std::string> assignments) {
    offered_.try_emplace(generation, std::move(assignments)); // the first one counts
}

void GroupModel::judge(const broker::GroupEffects& effects, Time now) {
    judge_joins(effects.joined, now);
    for (const auto& synced : effects.synced) judge_sync(synced, now);
}

void GroupModel::judge_joins(const std::vector<broker::GroupEffects::Joined>& joined, Time now) {
    for (const auto& [waiter, answer] : joined) {
        Waiting waiting = take(waiter, Waiting::For::join);
        if (answer.error_code == ErrorCode::unknown_member_id ||
            answer.error_code == ErrorCode::group_max_size_reached)
            members_.erase(waiting.member);
        if (answer.error_code != ErrorCode::none) {
            require(answer.members.empty(), "a refusal shows no members");
            continue;
        }
        require(!answer.member_id.empty() && (waiting.member.empty() || waiting.member == answer.member_id),
                "a member keeps its id");
        bool is_new = generations_.empty() || answer.generation_id > generations_.rbegin()->first;
        auto [at, added] = generations_.try_emplace(answer.generation_id);
        Generation& generation = at->second;
        require(!added || is_new, "generations rise");
        if (added) generation = {answer.leader, answer.protocol_name.value_or(""), {}, {}, now};
        require(generation.leader == answer.leader && generation.protocol == answer.protocol_name,
                "all members of a generation are told the same");
        require(!generation.protocol.empty(), "a generation has a protocol");
        require((answer.member_id == answer.leader) == !answer.members.empty(),
                "the leader sees the members");
        if (!answer.members.empty()) {
            std::set<std::string> listed;
            for (const auto& member : answer.members) listed.insert(member.member_id);
            require(!generation.listed || *generation.listed == listed,
                    "a generation's members do not change");
            generation.listed = std::move(listed);
        }
        generation.told.insert(answer.member_id);
        Member& member = members_[answer.member_id];
        // Who missed the answer is told again what it said; as in Kafka, that is no new session.
        if (member.generation == answer.generation_id) continue;
        member = {answer.generation_id, now + waiting.session, waiting.session, waiting.rebalance};
    }
    if (generations_.empty()) return;
    const Generation& newest = generations_.rbegin()->second;
    for (const std::string& told : newest.told)
        require(!newest.listed || newest.listed->contains(told),
                "who is told a generation is on its leader's list");
}

void GroupModel::judge_sync(const broker::GroupEffects::Synced& synced, Time now) {
    Waiting     waiting = take(synced.waiter, Waiting::For::sync);
    const auto& answer = synced.response;
    if (auto member = members_.find(waiting.member); member != members_.end()) {
        if (answer.error_code == ErrorCode::unknown_member_id)
            members_.erase(member);
        else if (answer.error_code == ErrorCode::none || waiting.until != Time::max())
            member->second.alive_until = now + member->second.session; // refused at once, it proves no life
    }
    if (answer.error_code != ErrorCode::none) return;
    require(durable_ && durable_->generation == waiting.generation,
            "an assignment is durable before it is shown");
    auto offered = offered_.find(waiting.generation);
    require(offered != offered_.end(), "an assignment comes from a leader");
    auto        mine = offered->second.find(waiting.member);
    std::string wanted = mine == offered->second.end() ? "" : mine->second;
    require(as_text(answer.assignment.view()) == wanted, "an assignment is what the leader sent");
    if (auto member = members_.find(waiting.member); member != members_.end())
        member->second.has_synced = true;
}

void GroupModel::judge_heartbeat(const std::string& id, std::int32_t generation, ErrorCode answer, Time now) {
    auto member = members_.find(id);
    bool is_member = member != members_.end() && member->second.generation == generation;
    bool is_waiting = std::ranges::any_of(waiting_, [&](const auto& one) { return one.second.member == id; });
    if (answer == ErrorCode::none || answer == ErrorCode::rebalance_in_progress) {
        require(is_member || is_waiting, "a heartbeat is taken from a member of the generation only");
        if (is_member) member->second.alive_until = now + member->second.session;
        return;
    }
    if (answer != ErrorCode::unknown_member_id || !is_member) return;
    const Generation& newest = generations_.rbegin()->second;
    bool              missed_join = !newest.told.contains(id) || generation != generations_.rbegin()->first;
    bool missed_sync = !member->second.has_synced && now - newest.since >= member->second.rebalance;
    bool was_silent = now >= member->second.alive_until;
    members_.erase(member);
    require(!is_waiting, "who waits for the group is a member of it");
    require(missed_join || missed_sync || was_silent, "who did all its duties stays a member");
}

void GroupModel::restarted(Time now) {
    waiting_.clear();
    generations_.clear();
    offered_.clear();
    std::map<std::string, Member> before = std::exchange(members_, {});
    if (!durable_) return;
    Generation& generation = generations_[durable_->generation];
    generation.leader = durable_->leader.value_or("");
    generation.protocol = durable_->protocol.value_or("");
    generation.since = now;
    generation.listed.emplace();
    auto& assignments = offered_[durable_->generation];
    for (const auto& member : durable_->members) {
        std::chrono::milliseconds session(member.session_timeout);
        members_[member.member_id] = {durable_->generation, now + session, session, {}, true};
        generation.told.insert(member.member_id);
        generation.listed->insert(member.member_id);
        assignments[member.member_id] = as_text(member.assignment.view());
    }
}

void GroupModel::judge_waits(Time now, Time end_of_wait) {
    for (auto& [waiter, waiting] : waiting_) {
        if (waiting.until == Time::max()) waiting.until = end_of_wait;
        require(now < waiting.until, "a request is answered in time");
    }
}

} // namespace riacho::fuzz
