#pragma once

#include "client/link/cluster.hpp"
#include "client/link/member_state.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <string>

namespace riacho::client {

/// Membership in a classic group of any protocol type: joins, answers the group's changes, says that it is
/// alive, and makes the assignments when it is chosen to lead. Belongs to the cluster's shard; the cluster
/// outlives it.
class Membership {
public:
    using Assignments = MemberState::Assignments;
    using Members = std::vector<MemberState::Member>;
    /// What the leader gives to whom, under the protocol that all members know.
    using Assign = std::function<Assignments(const std::string& protocol, const Members& members)>;

    struct Event {
        MemberState::Change what = MemberState::Change::none; ///< assigned, revoked, lost or failed
        Bytes               assignment{};
        std::int32_t        generation = -1;
        std::string         member_id{};
        std::string         problem{};
    };

    Membership(Cluster& cluster, MembershipOptions options, Assign assign);
    ~Membership(); ///< after `stop`, or when the world has ended

    /// Waits for what happens next. Asking for it says that the last one has been dealt with: after `revoked`
    /// the group is joined again only then, or when half of the session or of the time for a rebalance is
    /// over.
    Task<Event> next();
    /// Leaves the group (a static member stays, as in Kafka) and ends. May be called again afterwards.
    Task<> stop();

private:
    Task<>                                                           live();
    Task<>                                                           join_and_sync();
    Task<>                                                           beat();
    Task<>                                                           tell(MemberState::Change change);
    template <class Request> Task<Reply<typename Request::Response>> ask(Request request, Time timeout);

    Cluster&          cluster_;
    io::Shard&        shard_;
    MemberState       state_;
    Assign            assign_;
    Lane              lane_;
    std::deque<Event> events_;
    io::Event         told_;     // there is an event
    io::Event         accepted_; // the last one that was taken has been dealt with
    std::size_t       taken_ = 0;
    std::size_t       dealt_with_ = 0;
    io::Event         stopping_;
    bool              stopped_ = false;
    io::Group         work_;
};

} // namespace riacho::client
