// Consumers in a group: they join, share the partitions, read, commit, and now and then leave, stall or lose
// their connection.
#include "crowd.hpp"
#include "kafka/messages/find_coordinator.hpp"
#include "kafka/messages/leave_group.hpp"
#include "kafka/messages/offset_fetch.hpp"

#include <algorithm>

namespace riacho::scenarios {
namespace {

using Member = Crowd::Member;
using State = Journal::State;

constexpr const char* group = "readers";

Journal::At at(const Member& member, const Crowd::Place& place) {
    return {member.name, place.topic->told_as, place.index};
}

kafka::JoinGroupRequest join(const Member& member) {
    auto request = join_request(group, member.id);
    request.session_timeout_ms = 250;
    request.rebalance_timeout_ms = 400;
    return request;
}

/// Whose turn it is, partition by partition: "0,2" are places of the crowd.
Configs shares(Crowd& crowd, const kafka::JoinGroupResponse& joined) {
    Configs assignments;
    if (joined.members.empty()) return assignments;
    std::size_t places = crowd.lasting_places().size();
    for (std::size_t i = 0; i < places; ++i) {
        const std::string& member = joined.members.at(i % joined.members.size()).member_id;
        assignments[member] += fmt::format("{}{}", assignments[member].empty() ? "" : ",", i);
    }
    return assignments;
}

std::vector<std::size_t> places_in(std::string_view assignment) {
    std::vector<std::size_t> places;
    for (char c : assignment)
        if (c != ',') places.push_back(static_cast<std::size_t>(c - '0'));
    return places;
}

/// Where the group is; nothing where that cannot be said now.
Task<std::optional<std::int64_t>> ask_position(Crowd& crowd, Member& member, LinkPtr link,
                                               Crowd::Place& place) {
    kafka::OffsetFetchRequest request;
    auto&                     asked = request.groups.emplace_back();
    asked.group_id = group;
    auto& in = asked.topics.emplace().emplace_back();
    in.name = place.topic->name;
    in.partition_indexes.push_back(place.index);
    std::uint64_t since = crowd.journal().now();
    auto          answer = co_await link->ask(std::move(request), crowd.soon(60s));
    if (!answer || answer->groups.at(0).error_code != ErrorCode::none) co_return std::nullopt;
    auto& told = answer->groups.at(0).topics.at(0).partitions.at(0);
    if (told.error_code != ErrorCode::none) co_return std::nullopt;
    crowd.journal().committed(at(member, place), group, told.committed_offset, since);
    co_return told.committed_offset;
}

/// True once it is a member of a generation, with its share.
Task<bool> take_part(Crowd& crowd, Member& member, LinkPtr link) {
    member.share.clear();
    auto joined = co_await link->ask(join(member), crowd.soon(60s));
    if (!joined) co_return false;
    if (joined->error_code == ErrorCode::member_id_required) member.id = joined->member_id;
    if (joined->error_code == ErrorCode::unknown_member_id) member.id.clear();
    if (joined->error_code != ErrorCode::none) co_return false;
    member.id = joined->member_id;
    Membership now{group, joined->member_id, joined->generation_id};
    auto       assignments = joined->leader == member.id ? shares(crowd, *joined) : Configs{};
    auto       synced = co_await link->ask(sync_request(now, assignments), crowd.soon(60s));
    if (!synced || synced->error_code != ErrorCode::none) co_return false;
    member.generation = now.generation;
    std::vector<std::pair<std::string, std::int32_t>> told;
    auto                                              places = crowd.lasting_places();
    for (std::size_t i : places_in(as_text(synced->assignment.view()))) {
        member.share.push_back({places.at(i), std::nullopt});
        told.emplace_back(places[i]->topic->told_as, places[i]->index);
    }
    crowd.journal().assigned(member.name, member.generation, told);
    ++crowd.count()["generations"];
    co_return true;
}

Task<> read_some(Crowd& crowd, Member& member, LinkPtr link, Member::Part& part) {
    auto request = fetch_request(part.place->topic->name, part.place->index,
                                 {.offset = *part.position, .max_wait_ms = 5, .partition_max_bytes = 20'000});
    auto answer = co_await link->ask_in(fetch_by_name, std::move(request), crowd.soon(60s));
    if (!answer) co_return;
    auto told = answer_in(*answer);
    if (told.error_code == ErrorCode::offset_out_of_range) {
        part.position = std::max(told.log_start_offset, part.place->log_start);
        crowd.journal().seek(at(member, *part.place));
    }
    if (told.error_code != ErrorCode::none) co_return;
    Journal::Records records;
    for (Got& got : records_in(*told.records))
        if (got.offset >= *part.position) records.emplace_back(got.offset, Crowd::key_of(got.value));
    if (records.empty()) co_return;
    part.position = records.back().first + 1;
    crowd.journal().fetched(at(member, *part.place), records);
}

/// False where it must join again.
Task<bool> commit_part(Crowd& crowd, Member& member, LinkPtr link, Member::Part& part) {
    auto request =
        as_member({group, member.id, member.generation},
                  commit_request(group, part.place->topic->name, part.place->index, *part.position));
    std::int64_t position = *part.position;
    crowd.journal().commit(at(member, *part.place), group, State::sent, position);
    auto answer = co_await link->ask(std::move(request), crowd.soon(60s));
    if (!answer) co_return false;
    auto error = answer->topics.at(0).partitions.at(0).error_code;
    bool is_refused = error == ErrorCode::illegal_generation || error == ErrorCode::unknown_member_id ||
                      error == ErrorCode::rebalance_in_progress;
    if (error == ErrorCode::none || is_refused)
        crowd.journal().commit(at(member, *part.place), group, is_refused ? State::failed : State::acked,
                               position);
    if (error == ErrorCode::none) part.committed = position;
    if (error == ErrorCode::unknown_member_id) member.id.clear();
    co_return error == ErrorCode::none;
}

/// One turn of a member's loop; false where it must join again.
Task<bool> work(Crowd& crowd, Member& member, LinkPtr link) {
    for (Member::Part& part : member.share) {
        if (!part.position) {
            auto position = co_await ask_position(crowd, member, link, *part.place);
            if (!position) co_return false;
            part.position = part.committed = std::max<std::int64_t>(*position, 0);
        }
        co_await read_some(crowd, member, link, part);
        if (*part.position != part.committed && crowd.one_in(2) &&
            !co_await commit_part(crowd, member, link, part))
            co_return false;
    }
    auto beat = co_await link->ask(heartbeat_request({group, member.id, member.generation}), crowd.soon(60s));
    if (beat && beat->error_code == ErrorCode::unknown_member_id) member.id.clear();
    co_return beat && beat->error_code == ErrorCode::none;
}

Task<bool> has_coordinator(Crowd& crowd, LinkPtr link) {
    kafka::FindCoordinatorRequest request;
    request.coordinator_keys.push_back(group);
    auto answer = co_await link->ask(std::move(request), crowd.soon(60s));
    co_return answer && answer->coordinators.at(0).error_code == ErrorCode::none;
}

Task<> leave(Crowd& crowd, Member& member, LinkPtr link) {
    kafka::LeaveGroupRequest request;
    request.group_id = group;
    request.members.emplace_back().member_id = std::exchange(member.id, {});
    (void)co_await link->ask(std::move(request), crowd.soon(60s));
}

} // namespace

Task<> consume(Crowd& crowd, Member& member) {
    while (!crowd.is_over()) {
        auto link = co_await crowd.link();
        if (!link) co_return;
        bool is_known = co_await has_coordinator(crowd, link);
        while (is_known && !crowd.is_over() && link->is_open() && co_await take_part(crowd, member, link)) {
            while (!crowd.is_over() && co_await work(crowd, member, link)) {
                co_await crowd.pause(15ms);
                if (!crowd.one_in(25)) continue;
                if (crowd.one_in(3)) co_await leave(crowd, member, link);
                ++crowd.count()["stalled members"];
                co_await crowd.pause(800ms); // as SIGSTOP: longer than its session
            }
        }
        co_await crowd.pause(30ms);
    }
}

} // namespace riacho::scenarios
