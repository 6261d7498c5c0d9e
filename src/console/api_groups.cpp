#include "browse/group_offsets.hpp"
#include "console/api.hpp"
#include "console/api_parts.hpp"
#include "console/listing.hpp"

#include <fmt/core.h>
#include <set>
#include <utility>

namespace riacho::console {
namespace {

using data::Json;
using kafka::ErrorCode;

constexpr std::string_view state_names[] = {
    "stable", "preparing_rebalance", "completing_rebalance", "assigning", "reconciling", "empty", "dead",
    "unknown"};

/// Kafka's "PreparingRebalance" as the API writes it: "preparing_rebalance".
std::string state_name(std::string_view state) {
    if (state.empty()) return "unknown";
    std::string name;
    for (char c : state) {
        bool is_capital = c >= 'A' && c <= 'Z';
        if (is_capital && !name.empty()) name += '_';
        name += is_capital ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return name;
}

struct ListedGroup {
    const GroupPicture*         group;
    std::string                 state;
    std::size_t                 members = 0;
    std::optional<std::int64_t> lag;
};

/// In one topic, or (empty) in all.
ListedGroup listed_group(const Picture& picture, const GroupPicture& group, std::string_view topic = {}) {
    return {&group, state_name(group.state), group.members.size(), picture.lag_of(group, topic)};
}

Json group_summary_json(const ListedGroup& listed) {
    const GroupPicture&        group = *listed.group;
    std::set<std::string_view> topics;
    for (const client::GroupOffset& offset : group.offsets) topics.insert(offset.topic);
    constexpr std::string_view types[] = {"classic", "consumer", "share", "streams"};
    bool                       is_known = std::ranges::find(types, group.type) != std::end(types);
    const std::string&         protocol = group.protocol_type;
    return Json::Object{{"group", group.id},
                        {"state", listed.state},
                        {"type", is_known ? group.type : "unknown"},
                        {"protocol_type", protocol.empty() ? Json(nullptr) : Json(protocol)},
                        {"members", listed.members},
                        {"topics", topics.size()},
                        {"lag", int64_json(listed.lag)},
                        {"coordinator", group.coordinator < 0 ? Json(nullptr) : Json(group.coordinator)}};
}

Json member_json(const MemberPicture& member) {
    Json::Array assignment;
    for (const auto& assigned : member.assigned) {
        Json::Array partitions;
        for (std::int32_t partition : assigned.partitions) partitions.push_back(partition);
        assignment.push_back(Json::Object{{"topic", assigned.topic}, {"partitions", std::move(partitions)}});
    }
    return Json::Object{{"member_id", member.id},
                        {"instance_id", or_null(member.instance_id)},
                        {"client_id", member.client_id},
                        {"host", member.host},
                        {"assignment", std::move(assignment)}};
}

using Place = std::pair<std::string, std::int32_t>;

/// Of each partition that somebody reads or an offset was committed of: who reads it.
std::map<Place, std::string> readers_of(const GroupPicture& group) {
    std::map<Place, std::string> readers;
    for (const client::GroupOffset& offset : group.offsets) readers[{offset.topic, offset.partition}];
    for (const MemberPicture& member : group.members)
        for (const auto& assigned : member.assigned)
            for (std::int32_t partition : assigned.partitions)
                readers[{assigned.topic, partition}] = member.id;
    return readers;
}

Json offsets_json(const Picture& picture, const GroupPicture& group) {
    Json::Array offsets;
    for (const auto& [place, member] : readers_of(group)) {
        const PartitionPicture*    partition = picture.find(place.first, place.second);
        const client::GroupOffset* committed = nullptr;
        for (const client::GroupOffset& offset : group.offsets)
            if (offset.topic == place.first && offset.partition == place.second) committed = &offset;
        auto start = partition ? partition->start : std::nullopt;
        auto end = partition ? partition->end : std::nullopt;
        auto lag = committed && end ? std::optional(std::max<std::int64_t>(
                                          *end - std::max(committed->offset, start.value_or(0)), 0))
                                    : std::nullopt;
        bool has_leader = partition && partition->leader >= 0;
        offsets.push_back(
            Json::Object{{"topic", place.first},
                         {"partition", place.second},
                         {"committed", committed ? int64_json(committed->offset) : Json(nullptr)},
                         {"start", int64_json(start)},
                         {"end", int64_json(end)},
                         {"lag", int64_json(lag)},
                         {"leader", has_leader ? Json(partition->leader) : Json(nullptr)},
                         {"member_id", member.empty() ? Json(nullptr) : Json(member)},
                         {"metadata", committed ? Json(committed->metadata) : Json(nullptr)}});
    }
    return offsets;
}

Before<ListedGroup> order_of_groups(const std::string& sort) {
    if (sort == "state") return by<ListedGroup>([](const ListedGroup& one) { return one.state; });
    if (sort == "members") return by<ListedGroup>([](const ListedGroup& one) { return one.members; });
    if (sort == "lag") return by<ListedGroup>([](const ListedGroup& one) { return one.lag; });
    return by<ListedGroup>([](const ListedGroup& one) { return std::string_view(one.group->id); });
}

OrProblem<const GroupPicture*> group_in(const Picture& picture, const std::string& id) {
    auto found = picture.groups.find(id);
    if (found == picture.groups.end())
        return std::unexpected(
            problem_of(ErrorCode::group_id_not_found, fmt::format("there is no group {}", id)));
    return &found->second;
}

Problem problem_of_group(const Failure<browse::GroupError>& failure) {
    switch (failure.code) {
    case browse::GroupError::has_members:
        return problem_of(ErrorCode::non_empty_group, failure.detail);
    case browse::GroupError::subscribed:
        return problem_of(ErrorCode::group_subscribed_to_topic, failure.detail);
    case browse::GroupError::not_allowed:
        return problem_of(ErrorCode::group_authorization_failed, failure.detail);
    case browse::GroupError::unreachable:
        return {http::Status::service_unavailable, "CLUSTER_UNREACHABLE", failure.detail};
    case browse::GroupError::no_such_group:
        return problem_of(ErrorCode::group_id_not_found, failure.detail);
    case browse::GroupError::no_such_topic:
        return problem_of(ErrorCode::unknown_topic_or_partition, failure.detail);
    case browse::GroupError::refused:
        break;
    }
    return {http::Status::bad_request, "BAD_REQUEST", failure.detail};
}

OrProblem<std::vector<std::int32_t>> numbers_in(const Json* array, std::string_view where) {
    std::vector<std::int32_t> numbers;
    if (!array || !array->array() || array->array()->empty())
        return bad_request(fmt::format("{}: must be a list of numbers", where));
    for (const Json& one : *array->array()) {
        auto number = one.int64();
        if (!number || *number < 0 || *number > INT32_MAX)
            return bad_request(fmt::format("{}: must be a list of numbers", where));
        numbers.push_back(static_cast<std::int32_t>(*number));
    }
    return numbers;
}

OrProblem<browse::ResetRule> rule_in(Body& body) {
    constexpr std::pair<std::string_view, browse::ResetTo> names[] = {
        {"earliest", browse::ResetTo::earliest}, {"latest", browse::ResetTo::latest},
        {"time", browse::ResetTo::time},         {"offset", browse::ResetTo::offset},
        {"shift", browse::ResetTo::shift},       {"current", browse::ResetTo::current}};
    TRY(std::string to, body.text("to"));
    TRY(auto value, body.text_or_none("value"));
    browse::ResetRule rule;
    auto              found = std::ranges::find(names, to, [](const auto& pair) { return pair.first; });
    if (found == std::end(names))
        return bad_request("to: one of earliest, latest, time, offset, shift, current");
    rule.to = found->second;
    bool                        needs_value = to == "time" || to == "offset" || to == "shift";
    std::optional<std::int64_t> number;
    if (value) {
        auto parsed = data::Number::from_text(*value);
        number = parsed ? data::Json(*parsed).int64() : std::nullopt;
        if (!number) return bad_request("value: must be a whole number, as text");
    }
    if (needs_value && !number) return bad_request(fmt::format("value: {} needs one", to));
    rule.value = number.value_or(0);
    return rule;
}

OrProblem<std::vector<browse::ResetRequest::Topic>> topics_in(Body& body) {
    std::vector<browse::ResetRequest::Topic> topics;
    const Json*                              listed = body.take("topics");
    if (!listed || !listed->array() || listed->array()->empty())
        return bad_request("topics: must be a list with at least one topic");
    for (const Json& one : *listed->array()) {
        TRY(Body topic, Body::of(one, "topics"));
        TRY(std::string name, topic.text("topic", {1, 249}));
        std::vector<std::int32_t> partitions;
        if (const Json* some = topic.take("partitions")) {
            TRY(partitions, numbers_in(some, "topics.partitions"));
        }
        if (auto end = topic.end(); !end) return std::unexpected(end.error());
        topics.push_back({std::move(name), std::move(partitions)});
    }
    return topics;
}

Json move_json(const browse::OffsetMove& move) {
    auto known = [](const std::optional<Offset>& offset) {
        return offset ? int64_json(offset->value) : Json(nullptr);
    };
    Json problem = nullptr;
    if (move.problem)
        problem = Json::Object{{"type", "about:blank"},
                               {"title", "Conflict"},
                               {"status", 409},
                               {"detail", *move.problem},
                               {"code", "BAD_REQUEST"}};
    return Json::Object{{"topic", move.topic},          {"partition", move.partition},
                        {"from", known(move.from)},     {"to", known(move.to)},
                        {"start", known(move.start)},   {"end", known(move.end)},
                        {"problem", std::move(problem)}};
}

} // namespace

Task<OrProblem<Answer>> list_groups(Asked asked) {
    CO_TRY(Paging paging, paging_in(asked.target(), {"group", "state", "members", "lag"}));
    CO_TRY(auto picture, co_await asked.cluster().picture());
    std::set<std::string_view> states;
    for (const auto& [name, value] : asked.target().query)
        if (name == "state") {
            if (std::ranges::find(state_names, value) == std::end(state_names))
                co_return bad_request(fmt::format("state: no state of a group: '{}'", value));
            states.insert(value);
        }
    std::vector<ListedGroup> found;
    for (const auto& [id, group] : picture->groups) {
        ListedGroup one = listed_group(*picture, group);
        if (paging.finds(id) && (states.empty() || states.contains(one.state)))
            found.push_back(std::move(one));
    }
    co_return Answer{listing(found, paging, order_of_groups(paging.sort), group_summary_json)};
}

Task<OrProblem<Answer>> list_topic_groups(Asked asked) {
    CO_TRY(Paging paging, paging_in(asked.target(), {"group", "state", "members", "lag"}));
    CO_TRY(auto picture, co_await asked.cluster().picture());
    CO_TRY(const TopicPicture* topic, topic_in(*picture, asked.topic()));
    std::vector<ListedGroup> found;
    for (const auto& [id, group] : picture->groups) {
        ListedGroup one = listed_group(*picture, group, topic->name);
        one.members = 0;
        for (const MemberPicture& member : group.members)
            for (const auto& assigned : member.assigned) one.members += assigned.topic == topic->name ? 1 : 0;
        bool has_to_do = reads(group, topic->name) || one.members > 0;
        if (has_to_do && paging.finds(id)) found.push_back(std::move(one));
    }
    co_return Answer{listing(found, paging, order_of_groups(paging.sort), group_summary_json)};
}

Task<OrProblem<Answer>> get_group(Asked asked) {
    CO_TRY(auto picture, co_await asked.cluster().picture());
    CO_TRY(const GroupPicture* group, group_in(*picture, asked.exchange.parameter("group")));
    Json::Array members;
    for (const MemberPicture& member : group->members) members.push_back(member_json(member));
    const std::string& assignor = group->assignor;
    co_return Answer{Json::Object{{"summary", group_summary_json(listed_group(*picture, *group))},
                                  {"assignor", assignor.empty() ? Json(nullptr) : Json(assignor)},
                                  {"members", std::move(members)},
                                  {"offsets", offsets_json(*picture, *group)}}};
}

Task<OrProblem<Answer>> delete_group(Asked asked) {
    auto deleted = co_await asked.cluster().admin().delete_groups({asked.exchange.parameter("group")});
    if (!deleted.at(0)) co_return std::unexpected(problem_of(deleted[0].error()));
    if (deleted[0]->error_code != ErrorCode::none)
        co_return std::unexpected(problem_of(deleted[0]->error_code, ""));
    asked.cluster().forget();
    co_return Answer{nullptr, http::Status::no_content};
}

Task<OrProblem<Answer>> reset_offsets(Asked asked) {
    CO_TRY(Body body, co_await Body::of(asked.exchange));
    CO_TRY(auto topics, topics_in(body));
    CO_TRY(auto rule, rule_in(body));
    const Json* dry = body.take("dry_run");
    if (dry && !dry->boolean()) co_return bad_request("dry_run: must be true or false");
    if (auto end = body.end(); !end) co_return std::unexpected(end.error());
    auto apply = dry && *dry->boolean() ? browse::Apply::preview : browse::Apply::commit;
    auto moved = co_await browse::reset_offsets(
        asked.cluster().admin(), {asked.exchange.parameter("group"), std::move(topics), rule}, apply);
    if (!moved) co_return std::unexpected(problem_of_group(moved.error()));
    if (apply == browse::Apply::commit) asked.cluster().forget();
    Json::Array partitions;
    for (const browse::OffsetMove& move : *moved) partitions.push_back(move_json(move));
    co_return Answer{
        Json::Object{{"applied", apply == browse::Apply::commit}, {"partitions", std::move(partitions)}}};
}

Task<OrProblem<Answer>> delete_offsets(Asked asked) {
    CO_TRY(const std::string* topic, topic_name_in(asked.target()));
    if (!topic) co_return bad_request("topic is missing");
    CO_TRY(auto partitions, partitions_in_query(asked.target()));
    auto forgotten = co_await browse::forget_offsets(
        asked.cluster().admin(), asked.exchange.parameter("group"), *topic, std::move(partitions));
    if (!forgotten) co_return std::unexpected(problem_of_group(forgotten.error()));
    asked.cluster().forget();
    co_return Answer{nullptr, http::Status::no_content};
}

} // namespace riacho::console
