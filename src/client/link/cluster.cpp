#include "client/link/cluster.hpp"

#include <fmt/format.h>

namespace riacho::client {

Task<Outcome<std::unique_ptr<Cluster>, SettingError>>
Cluster::make(io::World world, io::Shard& shard, Properties properties, TokenIssuer* issuer) {
    CO_TRY(ClusterOptions options, read_cluster_options(properties));
    CO_TRY(SecuritySettings settings, read_security(properties));
    CO_TRY(auto security, co_await Security::load(world, shard, std::move(settings), issuer));
    co_return std::make_unique<Cluster>(world, shard, std::move(options), std::move(security));
}

Cluster::Cluster(io::World world, io::Shard& shard, ClusterOptions options,
                 std::unique_ptr<Security> security)
    : inside_(std::make_shared<ClusterInside>(std::move(world), shard, std::move(options),
                                              std::move(security))) {}

Cluster::~Cluster() = default;

namespace {

Task<> close_inside(std::shared_ptr<ClusterInside> inside) { co_await inside->close(); }

} // namespace

Task<> Cluster::close() { return close_inside(inside_); }
Lane   Cluster::open_lane() { return inside_->open_lane(); }
void   Cluster::close_lane(Lane lane) {
    shard().check_here();
    inside_->close_lane(lane);
}
io::Shard&            Cluster::shard() { return inside_->shard(); }
const ClusterOptions& Cluster::options() const { return inside_->options(); }

namespace {

Task<Reply<kafka::MetadataResponse>> ask_for_metadata(std::shared_ptr<ClusterInside>          inside,
                                                      std::optional<std::vector<std::string>> topics,
                                                      CallOptions                             how) {
    kafka::MetadataRequest request{.topics = std::nullopt, .allow_auto_topic_creation = false};
    if (topics) {
        request.topics.emplace();
        for (auto& name : *topics) request.topics->push_back({.topic_id = {}, .name = std::move(name)});
    }
    Tries tries(*inside, how);
    for (;;) {
        auto answer = co_await inside->ask_metadata(request, tries.try_deadline());
        if (answer) co_return answer;
        auto problem = answer.error();
        if (!co_await tries.again_after(problem.code, AnyBroker{})) co_return std::unexpected(problem);
    }
}

Task<Reply<Cluster::Topic>> find_one_topic(std::shared_ptr<ClusterInside> inside, std::string name) {
    Tries tries(*inside, {});
    Route route = LeaderOf{name, 0};
    for (;;) {
        auto prepared = co_await inside->prepare({route}, tries.deadline());
        auto topic = inside->find_topic(name);
        if (prepared && topic && topic->error_code == kafka::ErrorCode::none) co_return *topic;
        Failure<NoReply> problem = prepared ? inside->node_of(route, 0).error() : prepared.error();
        if (!co_await tries.again_after(problem.code, route)) co_return std::unexpected(problem);
    }
}

Task<Reply<std::vector<Cluster::Broker>>> find_brokers(std::shared_ptr<ClusterInside> inside) {
    Tries tries(*inside, {});
    for (;;) {
        auto prepared = co_await inside->prepare({Controller{}}, tries.deadline());
        if (prepared) co_return inside->brokers().brokers;
        auto problem = prepared.error();
        if (!co_await tries.again_after(problem.code, Controller{})) co_return std::unexpected(problem);
    }
}

} // namespace

Task<Reply<kafka::MetadataResponse>> Cluster::metadata(std::vector<std::string> topics) {
    return ask_for_metadata(inside_, std::move(topics), {});
}
Task<Reply<kafka::MetadataResponse>> Cluster::metadata_of_all(CallOptions how) {
    return ask_for_metadata(inside_, std::nullopt, how);
}
Task<Reply<Cluster::Topic>> Cluster::topic(std::string name) {
    return find_one_topic(inside_, std::move(name));
}
Task<Reply<std::vector<Cluster::Broker>>> Cluster::brokers() { return find_brokers(inside_); }

Reply<kafka::Version> version_for(const Link& link, const kafka::Api& api, kafka::VersionRange within) {
    auto newest = link.version_of(api);
    if (!newest) return no_reply(newest);
    kafka::Version version = std::min(*newest, within.high);
    if (version < within.low || version < link.versions().at(api.key).low)
        return fail(NoReply{.why = LinkError::unsupported},
                    fmt::format("{} speaks {} up to v{}; this needs v{}", link.broker().text(), api.name,
                                *newest, within.low));
    return version;
}

Task<bool> Tries::again_after(kafka::ErrorCode error, const Route& route) {
    using kafka::ErrorCode;
    if (!kafka::is_retriable(error)) co_return false;
    if (error == ErrorCode::unknown_topic_or_partition || error == ErrorCode::unknown_topic_id) {
        // A topic that was just made is not known everywhere; one that does not exist never will be.
        constexpr unsigned unknown_topics_max = 3;
        if (!std::holds_alternative<LeaderOf>(route) || ++unknown_topics_ > unknown_topics_max)
            co_return false;
    }
    bool done_perhaps =
        error == ErrorCode::request_timed_out || error == ErrorCode::not_enough_replicas_after_append;
    if (done_perhaps && repeat_ == Repeat::when_refused) co_return false;
    co_return co_await cluster_.pause(++count_, lane_, deadline_);
}

Task<bool> Tries::again_after(NoReply problem, const Route& route) {
    if (problem.why == LinkError::refused) co_return co_await again_after(problem.error, route);
    if (!may_pass(problem.why)) co_return false;
    co_return co_await cluster_.pause(++count_, lane_, deadline_);
}

Task<bool> Tries::again_after_loss(LinkError error) {
    if (!may_pass(error) || repeat_ == Repeat::when_refused) co_return false;
    co_return co_await cluster_.pause(++count_, lane_, deadline_);
}

} // namespace riacho::client
