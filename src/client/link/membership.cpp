#include "client/link/membership.hpp"

#include <algorithm>

namespace riacho::client {

using Change = MemberState::Change;
using Phase = MemberState::Phase;

Membership::Membership(Cluster& cluster, MembershipOptions options, Assign assign)
    : cluster_(cluster), shard_(cluster.shard()), state_(std::move(options)), assign_(std::move(assign)),
      lane_(cluster.open_lane()), told_(shard_), accepted_(shard_), stopping_(shard_), work_(shard_) {
    work_.spawn(live());
}

Membership::~Membership() {
    check(work_.is_idle() || !shard_.is_here(), "a membership is stopped before it dies");
}

Task<Membership::Event> Membership::next() {
    dealt_with_ = taken_;
    accepted_.set();
    while (events_.empty() && !stopped_) {
        told_.reset();
        co_await told_.wait();
    }
    if (events_.empty()) co_return Event{.what = Change::failed, .problem = "the membership was stopped"};
    Event event = std::move(events_.front());
    events_.pop_front();
    ++taken_;
    co_return event;
}

Task<> Membership::stop() {
    stopping_.set();
    accepted_.set();
    if (!std::exchange(stopped_, true)) {
        // What waits at the broker is not waited for; leaving goes another way.
        cluster_.close_lane(lane_);
        bool           is_static = state_.options().instance_id.has_value();
        constexpr Time patience = std::chrono::seconds(2);
        if (!state_.id().empty() && !is_static && state_.phase() != Phase::failed)
            co_await cluster_.ask(CoordinatorOf{.id = state_.options().group}, state_.leave(),
                                  {.timeout = patience});
        told_.set();
    }
    co_await work_.join();
}

Task<> Membership::live() {
    while (!stopping_.is_set() && state_.phase() != Phase::failed) {
        if (state_.phase() == Phase::stable)
            co_await beat();
        else
            co_await join_and_sync();
    }
}

Task<> Membership::join_and_sync() {
    Time patience = state_.options().rebalance_timeout + std::chrono::seconds(5); // as Kafka's clients
    Time before = shard_.now();
    auto joined = co_await ask(state_.join(), patience);
    if (stopping_.is_set()) co_return;
    co_await tell(state_.joined(joined, shard_.now()));
    if (state_.phase() != Phase::syncing) {
        // A group that refuses at once is asked again a little later.
        Time again = before + cluster_.options().retry_backoff;
        bool goes_on = joined && joined->error_code == kafka::ErrorCode::member_id_required;
        if (!goes_on && state_.phase() != Phase::failed) co_await stopping_.wait_until(again);
        co_return;
    }
    Assignments assignments;
    if (state_.must_assign()) assignments = assign_(state_.protocol(), state_.members());
    auto synced = co_await ask(state_.sync(std::move(assignments)), patience);
    if (stopping_.is_set()) co_return;
    co_await tell(state_.synced(synced, shard_.now()));
}

Task<> Membership::beat() {
    co_await stopping_.wait_until(shard_.now() + state_.options().heartbeat_interval);
    if (stopping_.is_set()) co_return;
    auto answer = co_await ask(state_.heartbeat(), state_.options().heartbeat_interval);
    if (stopping_.is_set()) co_return;
    co_await tell(state_.beaten(answer, shard_.now()));
}

/// Whoever has to give something up gets time for it; a group waits for its slowest member.
Task<> Membership::tell(Change change) {
    if (change == Change::none) co_return;
    events_.push_back({.what = change,
                       .assignment = change == Change::assigned ? state_.assignment() : Bytes(),
                       .generation = state_.generation(),
                       .member_id = state_.id(),
                       .problem = state_.problem()});
    std::size_t number = taken_ + events_.size();
    told_.set();
    if (change != Change::revoked && change != Change::lost) co_return;
    Time limit =
        shard_.now() + std::min(state_.options().rebalance_timeout, state_.options().session_timeout) / 2;
    while (dealt_with_ < number && shard_.now() < limit && !stopping_.is_set()) {
        accepted_.reset();
        co_await accepted_.wait_until(limit);
    }
}

template <class Request>
Task<Reply<typename Request::Response>> Membership::ask(Request request, Time timeout) {
    return cluster_.ask(CoordinatorOf{.id = state_.options().group}, std::move(request),
                        {.timeout = timeout, .try_timeout = timeout, .lane = lane_});
}

} // namespace riacho::client
