#pragma once

#include "client/link/cluster_inside.hpp"
#include "client/link/errors_in.hpp"

#include <algorithm>

namespace riacho::client {

/// The tries of one call.
class Tries {
public:
    Tries(ClusterInside& cluster, const CallOptions& how)
        : cluster_(cluster), repeat_(how.repeat), lane_(how.lane),
          deadline_(cluster.shard().now() +
                    (how.timeout > Time{0} ? how.timeout : cluster.options().call_timeout)),
          try_timeout_(how.try_timeout > Time{0} ? how.try_timeout : cluster.options().request_timeout) {}

    unsigned count() const { return count_; }
    Time     deadline() const { return deadline_; }
    Time     try_deadline() const { return std::min(deadline_, cluster_.shard().now() + try_timeout_); }
    /// Whether one more try is allowed after this; the pause before it is over then.
    Task<bool> again_after(kafka::ErrorCode error, const Route& route);
    Task<bool> again_after(NoReply problem, const Route& route);
    /// The same after a request that went out and got no answer.
    Task<bool> again_after_loss(LinkError error);

private:
    ClusterInside& cluster_;
    Repeat         repeat_;
    Lane           lane_;
    Time           deadline_;
    Time           try_timeout_;
    unsigned       count_ = 0;
    unsigned       unknown_topics_ = 0;
};

template <class T> std::unexpected<Failure<NoReply>> no_reply(const Outcome<T, LinkError>& answer) {
    return fail(NoReply{.why = answer.error().code}, answer.error().detail);
}

/// The version in which this link is asked.
Reply<kafka::Version> version_for(const Link& link, const kafka::Api& api, kafka::VersionRange within);

/// One try.
template <class Request>
Task<Reply<typename Request::Response>> try_once(HeldLink link, Request request, CallOptions how,
                                                 Time deadline) {
    CO_TRY(kafka::Version version, version_for(*link, Request::api, how.versions));
    auto answer = co_await link->ask_in(version, std::move(request), deadline);
    if (answer) co_return std::move(*answer);
    // A broker that is silent for so long is perhaps gone: a new connection finds out.
    if (answer.error().code == LinkError::timed_out) link.drop();
    co_return no_reply(answer);
}

} // namespace riacho::client
