#pragma once

#include "client/link/cluster_run.hpp"
#include "kafka/messages/metadata.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace riacho::client {

/// A Kafka cluster of any size: knows its brokers and leaders, keeps a connection to each broker that is
/// needed, and sends each request to the one that can answer it, again where that may help. Belongs to one
/// shard. May be destroyed at any time: calls under way then end with `closed`.
class Cluster {
public:
    using Topic = kafka::MetadataResponse::Topic;
    using Broker = kafka::MetadataResponse::Broker;

    /// Reads what secures the connections; connects to nobody yet. `issuer` outlives the cluster and its
    /// calls.
    static Task<Outcome<std::unique_ptr<Cluster>, SettingError>>
    make(io::World world, io::Shard& shard, Properties properties, TokenIssuer* issuer = nullptr);
    Cluster(io::World world, io::Shard& shard, ClusterOptions options, std::unique_ptr<Security> security);
    ~Cluster(); ///< after `close`, or when the world has ended
    Cluster(const Cluster&) = delete;
    Cluster& operator=(const Cluster&) = delete;

    /// The answer of the one that `route` names. What could not be answered yet (another leader, a
    /// coordinator that loads) is asked again until time is over; the last answer counts, with the error that
    /// is in it.
    template <class Request>
    Task<Reply<typename Request::Response>> ask(Route route, Request request, CallOptions how = {}) {
        return run(inside_, std::move(route), std::move(request), how);
    }

    /// Fresh metadata of these topics; each has its error in it.
    Task<Reply<kafka::MetadataResponse>> metadata(std::vector<std::string> topics);
    /// Of all topics; `how` says how long.
    Task<Reply<kafka::MetadataResponse>> metadata_of_all(CallOptions how = {});
    /// From the cache, where that is young enough.
    Task<Reply<Topic>>               topic(std::string name);
    Task<Reply<std::vector<Broker>>> brokers();

    Lane open_lane();
    void close_lane(Lane lane);

    io::Shard&            shard();
    const ClusterOptions& options() const;
    /// At any time, also twice. Calls under way end with `closed`, and so do later ones; they need the
    /// cluster no more. Waits for connections that are being made, so for `connect_timeout` at most.
    Task<>                                close();
    const std::shared_ptr<ClusterInside>& inside() const { return inside_; }

private:
    template <class Request>
    static Task<Reply<typename Request::Response>> run(std::shared_ptr<ClusterInside> self, Route route,
                                                       Request request, CallOptions how);

    std::shared_ptr<ClusterInside> inside_; // what is under way keeps it
};

template <class Request>
Task<Reply<typename Request::Response>> Cluster::run(std::shared_ptr<ClusterInside> self, Route route,
                                                     Request request, CallOptions how) {
    using Answer = Reply<typename Request::Response>;
    Tries tries(*self, how);
    for (;;) {
        auto        prepared = co_await self->prepare({route}, tries.deadline());
        Reply<Node> node = prepared ? self->node_of(route, tries.count()) : std::unexpected(prepared.error());
        Reply<HeldLink> link =
            node ? co_await self->hold(*node, how.lane, tries.deadline()) : std::unexpected(node.error());
        if (!link) {
            auto problem = link.error();
            if (node) self->note_lost(route);
            if (!co_await tries.again_after(problem.code, route)) co_return Answer(std::unexpected(problem));
            continue;
        }
        Answer answer = co_await try_once(std::move(*link), request, how, tries.try_deadline());
        if (!answer) {
            self->note_lost(route);
            auto problem = answer.error();
            if (!co_await tries.again_after_loss(problem.code.why))
                co_return Answer(std::unexpected(problem));
            continue;
        }
        kafka::ErrorCode error = PassingError::in(*answer);
        if (error == kafka::ErrorCode::none) co_return answer;
        self->note_error(route, error);
        if (!co_await tries.again_after(error, route)) co_return answer;
    }
}

} // namespace riacho::client
