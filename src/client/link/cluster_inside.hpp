#pragma once

#include "client/link/cluster_types.hpp"
#include "client/link/link.hpp"
#include "io/event.hpp"
#include "io/group.hpp"
#include "kafka/messages/metadata.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace riacho::client {

/// A broker to connect to: one of the cluster's, or (negative ids) one that bootstrap.servers names.
struct Node {
    std::int32_t id = -1;
    io::Endpoint at{};
};

/// The connection to one node in one lane: made when it is needed, made again when it is gone.
struct LinkSlot {
    explicit LinkSlot(io::Shard& shard) : changed(shard) {}

    io::Endpoint                      at;
    std::shared_ptr<Link>             link; // what is under way on an older one keeps that
    std::size_t                       in_flight = 0;
    bool                              dialing = false;
    io::Cancellation                  cancellation; // of that
    bool                              closed = false;
    unsigned                          failures = 0; // in a row
    Time                              retry_at{0};
    std::optional<Failure<LinkError>> last_failure;
    io::Event                         changed; // something of the above, or the end of all
};

/// A connection for one request.
class HeldLink {
public:
    explicit HeldLink(std::shared_ptr<LinkSlot> slot) : slot_(std::move(slot)), link_(slot_->link) {
        ++slot_->in_flight;
    }
    HeldLink(HeldLink&&) = default;
    HeldLink& operator=(HeldLink&&) = delete;
    ~HeldLink() {
        if (!slot_) return;
        --slot_->in_flight;
        slot_->changed.set();
    }
    Link& operator*() const { return *link_; }
    Link* operator->() const { return link_.get(); }
    /// The next request gets a new connection.
    void drop() {
        if (slot_->link == link_) slot_->link.reset();
    }

private:
    std::shared_ptr<LinkSlot> slot_;
    std::shared_ptr<Link>     link_;
};

/// What a Cluster knows and has. Lives as long as a call that is under way.
class ClusterInside {
public:
    using Topic = kafka::MetadataResponse::Topic;

    ClusterInside(io::World world, io::Shard& shard, ClusterOptions options,
                  std::unique_ptr<Security> security);
    /// After `close`, or when the world has ended.
    ~ClusterInside();

    /// Calls under way end with `closed`; waits until nothing runs.
    Task<> close();
    void   close_lane(Lane lane);
    Lane   open_lane() { return *lanes_.insert(Lane{++last_lane_}).first; }
    bool   is_closed() const { return closing_.is_set(); }
    bool is_open(Lane lane) const { return !is_closed() && (lane == Lane::shared || lanes_.contains(lane)); }

    /// Finds out what is not known of these routes, or is too old, in as few requests as it takes.
    Task<Reply<void>> prepare(std::vector<Route> routes, Time deadline);
    /// From what is known. `attempt` spreads requests that any broker can answer.
    Reply<Node>           node_of(const Route& route, unsigned attempt) const;
    Task<Reply<HeldLink>> hold(Node node, Lane lane, Time deadline);

    /// Of any broker, each tried once. What it tells is kept.
    Task<Reply<kafka::MetadataResponse>> ask_metadata(kafka::MetadataRequest request, Time deadline);
    const Topic*                         find_topic(const std::string& name) const;
    const kafka::MetadataResponse&       brokers() const { return brokers_; }

    /// A request by this route got this error, or no answer: what led there is not believed any more.
    void note_error(const Route& route, kafka::ErrorCode error);
    void note_lost(const Route& route);

    /// The pause before try number `tries`, doubled each time, with a fifth of chance in it. False at the
    /// end.
    Task<bool> pause(unsigned tries, Lane lane, Time deadline);

    io::Shard&            shard() { return shard_; }
    const ClusterOptions& options() const { return options_; }

private:
    using CoordinatorId = std::pair<CoordinatorOf::Kind, std::string>;
    using SlotId = std::pair<std::int32_t, Lane>;
    struct CachedTopic {
        Topic topic;
        Time  fetched;
        bool  stale = false;
    };

    bool                      is_fresh(const CachedTopic& topic) const;
    bool                      has_fresh_brokers() const;
    std::vector<Node>         any_nodes() const;
    Reply<Node>               node_with(std::int32_t id) const;
    Reply<Node>               leader_of(const LeaderOf& route) const;
    void                      keep(const kafka::MetadataResponse& response);
    void                      forget_old_topics();
    Task<Reply<void>>         find_topics(std::vector<std::string> names, Time deadline);
    Task<Reply<void>>         find_coordinators(CoordinatorOf::Kind kind, std::vector<std::string> ids,
                                                Time deadline);
    Task<Reply<void>>         find_coordinators_at(HeldLink link, CoordinatorOf::Kind kind,
                                                   std::vector<std::string> ids, Time deadline);
    std::shared_ptr<LinkSlot> slot_for(const Node& node, Lane lane);
    Task<>                    dial(std::shared_ptr<LinkSlot> slot);
    Task<>                    finish(std::unique_ptr<Link> link);
    void                      bury(std::unique_ptr<Link> link);
    Time                      backoff(Time first, Time most, unsigned failures);

    io::World                                   world_;
    io::Shard&                                  shard_;
    ClusterOptions                              options_;
    std::unique_ptr<Security>                   security_;
    io::Event                                   closing_;
    io::Mutex                                   asking_; // one asks for metadata, whoever waits looks again
    io::Mutex                                   joining_;
    kafka::MetadataResponse                     brokers_;
    Time                                        brokers_fetched_{0};
    bool                                        brokers_stale_ = true;
    std::map<std::string, CachedTopic>          topics_;
    std::map<CoordinatorId, std::int32_t>       coordinators_;
    std::map<SlotId, std::shared_ptr<LinkSlot>> slots_;
    std::uint32_t                               last_lane_ = 0;
    std::set<Lane>                              lanes_; // that were opened, and are
    bool                                        dead_ = false;
    io::Group                                   work_; // connecting, and the ends of links
};

} // namespace riacho::client
