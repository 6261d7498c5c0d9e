// What a cluster's brokers tell of it: who they are, who leads what, who coordinates whom.
#include "client/link/cluster_run.hpp"
#include "kafka/messages/find_coordinator.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace riacho::client {
namespace {

using kafka::ErrorCode;

std::unexpected<Failure<NoReply>> refused_with(ErrorCode error, std::string_view what) {
    return fail(NoReply{.why = LinkError::refused, .error = error},
                fmt::format("{}: {} ({})", what, text_of(error), name_of(error)));
}

bool concerns_leader(ErrorCode error) {
    switch (error) {
    case ErrorCode::unknown_topic_or_partition:
    case ErrorCode::unknown_topic_id:
    case ErrorCode::inconsistent_topic_id:
    case ErrorCode::leader_not_available:
    case ErrorCode::not_leader_or_follower:
    case ErrorCode::replica_not_available:
    case ErrorCode::listener_not_found:
    case ErrorCode::fenced_leader_epoch:
    case ErrorCode::unknown_leader_epoch:
    case ErrorCode::kafka_storage_error:
        return true;
    default:
        return false;
    }
}

} // namespace

bool ClusterInside::is_fresh(const CachedTopic& cached) const {
    if (cached.stale || shard_.now() >= cached.fetched + options_.metadata_max_age) return false;
    return cached.topic.error_code == ErrorCode::none;
}

bool ClusterInside::has_fresh_brokers() const {
    return !brokers_stale_ && shard_.now() < brokers_fetched_ + options_.metadata_max_age;
}

const ClusterInside::Topic* ClusterInside::find_topic(const std::string& name) const {
    auto cached = topics_.find(name);
    return cached == topics_.end() ? nullptr : &cached->second.topic;
}

/// Those that are known, then the ones to begin with: where no known one is left, it begins again (KIP-899).
std::vector<Node> ClusterInside::any_nodes() const {
    std::vector<Node> nodes;
    for (const auto& broker : brokers_.brokers) {
        Node node{broker.node_id, {broker.host, static_cast<std::uint16_t>(broker.port)}};
        auto slot = slots_.find({node.id, Lane::shared});
        bool connected = slot != slots_.end() && slot->second->link && slot->second->link->is_open();
        nodes.insert(connected ? nodes.begin() : nodes.end(), std::move(node));
    }
    for (std::size_t i = 0; i < options_.bootstrap.size(); ++i)
        nodes.push_back({-1 - static_cast<std::int32_t>(i), options_.bootstrap[i]});
    return nodes;
}

Reply<Node> ClusterInside::node_with(std::int32_t id) const {
    for (const auto& broker : brokers_.brokers) {
        if (broker.node_id == id)
            return Node{broker.node_id, {broker.host, static_cast<std::uint16_t>(broker.port)}};
    }
    return refused_with(ErrorCode::broker_not_available, fmt::format("broker {}", id));
}

Reply<Node> ClusterInside::leader_of(const LeaderOf& route) const {
    const Topic* topic = find_topic(route.topic);
    if (!topic) return refused_with(ErrorCode::unknown_topic_or_partition, route.topic);
    if (topic->error_code != ErrorCode::none) return refused_with(topic->error_code, route.topic);
    auto partition =
        std::ranges::find(topic->partitions, route.partition, &Topic::Partition::partition_index);
    std::string name = fmt::format("{}-{}", route.topic, route.partition);
    if (partition == topic->partitions.end())
        return refused_with(ErrorCode::unknown_topic_or_partition, name);
    if (partition->leader_id < 0) return refused_with(ErrorCode::leader_not_available, name);
    auto node = node_with(partition->leader_id);
    return node ? node : refused_with(ErrorCode::leader_not_available, name);
}

Reply<Node> ClusterInside::node_of(const Route& route, unsigned attempt) const {
    auto any = any_nodes();
    if (std::holds_alternative<AnyBroker>(route)) return any[attempt % any.size()];
    if (std::holds_alternative<Controller>(route)) {
        auto controller = node_with(brokers_.controller_id);
        return controller ? controller : any[attempt % any.size()];
    }
    if (auto* id = std::get_if<BrokerId>(&route)) return node_with(static_cast<std::int32_t>(*id));
    if (auto* leader = std::get_if<LeaderOf>(&route)) return leader_of(*leader);
    const auto& coordinator = std::get<CoordinatorOf>(route);
    auto        known = coordinators_.find({coordinator.kind, coordinator.id});
    if (known == coordinators_.end())
        return refused_with(ErrorCode::coordinator_not_available, coordinator.id);
    auto node = node_with(known->second);
    return node ? node : refused_with(ErrorCode::coordinator_not_available, coordinator.id);
}

Task<Reply<void>> ClusterInside::prepare(std::vector<Route> routes, Time deadline) {
    std::vector<std::string> topics;
    std::vector<std::string> ids[2];
    bool                     brokers = false;
    for (const Route& route : routes) {
        brokers = brokers || !std::holds_alternative<AnyBroker>(route);
        if (auto* leader = std::get_if<LeaderOf>(&route)) {
            auto cached = topics_.find(leader->topic);
            if (cached == topics_.end() || !is_fresh(cached->second)) topics.push_back(leader->topic);
        }
        if (auto* coordinator = std::get_if<CoordinatorOf>(&route)) {
            auto known = coordinators_.find({coordinator->kind, coordinator->id});
            if (known == coordinators_.end())
                ids[static_cast<std::size_t>(coordinator->kind)].push_back(coordinator->id);
            else
                brokers_stale_ = brokers_stale_ || !node_with(known->second);
        }
        if (auto* id = std::get_if<BrokerId>(&route))
            brokers_stale_ = brokers_stale_ || !node_with(static_cast<std::int32_t>(*id));
    }
    if (!topics.empty() || (brokers && !has_fresh_brokers())) {
        auto found = co_await find_topics(std::move(topics), deadline);
        if (!found) co_return found;
    }
    for (auto kind : {CoordinatorOf::Kind::group, CoordinatorOf::Kind::transaction}) {
        auto& wanted = ids[static_cast<std::size_t>(kind)];
        if (wanted.empty()) continue;
        auto found = co_await find_coordinators(kind, std::move(wanted), deadline);
        if (!found) co_return found;
    }
    co_return Reply<void>();
}

Task<Reply<void>> ClusterInside::find_topics(std::vector<std::string> names, Time deadline) {
    std::ranges::sort(names);
    names.erase(std::unique(names.begin(), names.end()), names.end());
    Time asked = shard_.now();
    auto turn = co_await asking_.lock();
    // Somebody else may have asked meanwhile.
    std::erase_if(names, [&](const std::string& name) {
        auto cached = topics_.find(name);
        return cached != topics_.end() && is_fresh(cached->second) && cached->second.fetched > asked;
    });
    if (names.empty() && has_fresh_brokers()) co_return Reply<void>();
    kafka::MetadataRequest request{.topics = {{}}, .allow_auto_topic_creation = false};
    for (auto& name : names) request.topics->push_back({.topic_id = {}, .name = std::move(name)});
    auto answer = co_await ask_metadata(std::move(request), deadline);
    if (!answer) co_return std::unexpected(answer.error());
    co_return Reply<void>();
}

Task<Reply<kafka::MetadataResponse>> ClusterInside::ask_metadata(kafka::MetadataRequest request,
                                                                 Time                   deadline) {
    Failure<NoReply> last{{.why = LinkError::unreachable}, "no broker is known"};
    for (const Node& node : any_nodes()) {
        if (shard_.now() >= deadline) break;
        auto link = co_await hold(node, Lane::shared, deadline);
        if (!link) {
            last = link.error();
            if (!may_pass(last.code.why)) break;
            continue;
        }
        auto answer =
            co_await (*link)->ask(request, std::min(deadline, shard_.now() + options_.request_timeout));
        if (answer && !answer->brokers.empty()) {
            keep(*answer);
            co_return std::move(*answer);
        }
        last = answer
                   ? Failure<NoReply>{{.why = LinkError::refused, .error = ErrorCode::broker_not_available},
                                      node.at.text() + " knows no brokers yet"}
                   : Failure<NoReply>{{.why = answer.error().code}, answer.error().detail};
        if (!answer && answer.error().code == LinkError::timed_out) link->drop();
    }
    co_return std::unexpected(last);
}

void ClusterInside::keep(const kafka::MetadataResponse& response) {
    for (const Topic& topic : response.topics) {
        if (topic.name) topics_[*topic.name] = {topic, shard_.now()};
    }
    brokers_ = response;
    brokers_.topics.clear();
    brokers_fetched_ = shard_.now();
    brokers_stale_ = false;
    if (topics_.size() > options_.cached_topics_max) forget_old_topics();
}

void ClusterInside::forget_old_topics() {
    std::erase_if(topics_, [this](const auto& entry) { return entry.second.fetched < shard_.now(); });
    if (topics_.size() > options_.cached_topics_max) topics_.clear();
}

Task<Reply<void>> ClusterInside::find_coordinators(CoordinatorOf::Kind kind, std::vector<std::string> ids,
                                                   Time deadline) {
    Failure<NoReply> last{{.why = LinkError::unreachable}, "no broker is known"};
    for (const Node& node : any_nodes()) {
        auto link = co_await hold(node, Lane::shared, deadline);
        if (link) {
            auto found = co_await find_coordinators_at(std::move(*link), kind, ids, deadline);
            if (found || found.error().code.why == LinkError::refused) co_return found;
            last = found.error();
        } else {
            last = link.error();
        }
        if (!may_pass(last.code.why) || shard_.now() >= deadline) break;
    }
    co_return std::unexpected(last);
}

Task<Reply<void>> ClusterInside::find_coordinators_at(HeldLink link, CoordinatorOf::Kind kind,
                                                      std::vector<std::string> ids, Time deadline) {
    constexpr kafka::Version several_keys = 4;
    CO_TRY(kafka::Version version, version_for(*link, kafka::FindCoordinatorRequest::api, {}));
    deadline = std::min(deadline, shard_.now() + options_.request_timeout);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        kafka::FindCoordinatorRequest request{.key = ids[i], .key_type = static_cast<std::int8_t>(kind)};
        request.coordinator_keys = version >= several_keys ? ids : std::vector<std::string>{ids[i]};
        auto answer = co_await link->ask_in(version, std::move(request), deadline);
        if (!answer) co_return no_reply(answer);
        if (version < several_keys)
            answer->coordinators = {{.key = ids[i],
                                     .node_id = answer->node_id,
                                     .host = answer->host,
                                     .port = answer->port,
                                     .error_code = answer->error_code,
                                     .error_message = answer->error_message}};
        for (const auto& found : answer->coordinators) {
            if (found.error_code == ErrorCode::none)
                coordinators_[{kind, found.key}] = found.node_id;
            else if (ids.size() == 1)
                co_return refused_with(found.error_code, found.key);
        }
        if (version >= several_keys) break;
    }
    co_return Reply<void>();
}

void ClusterInside::note_error(const Route& route, ErrorCode error) {
    if (error == ErrorCode::not_controller) brokers_stale_ = true;
    if (auto* leader = std::get_if<LeaderOf>(&route); leader && concerns_leader(error)) note_lost(route);
    bool moved = error == ErrorCode::not_coordinator || error == ErrorCode::coordinator_not_available;
    if (moved) note_lost(route);
}

void ClusterInside::note_lost(const Route& route) {
    brokers_stale_ = true;
    if (auto* leader = std::get_if<LeaderOf>(&route)) {
        auto cached = topics_.find(leader->topic);
        if (cached != topics_.end()) cached->second.stale = true;
    }
    if (auto* coordinator = std::get_if<CoordinatorOf>(&route))
        coordinators_.erase({coordinator->kind, coordinator->id});
}

} // namespace riacho::client
