// The connections of a cluster, and the pauses between tries.
#include "client/link/cluster_inside.hpp"

#include <algorithm>

namespace riacho::client {

ClusterInside::ClusterInside(io::World world, io::Shard& shard, ClusterOptions options,
                             std::unique_ptr<Security> security)
    : world_(std::move(world)), shard_(shard), options_(std::move(options)), security_(std::move(security)),
      closing_(shard), asking_(shard), joining_(shard), work_(shard) {}

ClusterInside::~ClusterInside() {
    check(work_.is_idle() || !shard_.is_here(), "a cluster is closed before it is destroyed");
    dead_ = true;
}

Task<> ClusterInside::close() {
    closing_.set();
    while (!slots_.empty()) close_lane(slots_.begin()->first.second);
    auto turn = co_await joining_.lock();
    co_await work_.join();
}

/// Whoever holds a link last gives it back here: its reader ends before it does.
void ClusterInside::bury(std::unique_ptr<Link> link) {
    link->shut();
    if (!dead_ && shard_.is_here()) work_.spawn_now(finish(std::move(link)));
}

Task<> ClusterInside::finish(std::unique_ptr<Link> link) { co_await link->close(); }

void ClusterInside::close_lane(Lane lane) {
    lanes_.erase(lane);
    for (auto entry = slots_.begin(); entry != slots_.end();) {
        if (entry->first.second != lane) {
            ++entry;
            continue;
        }
        auto slot = entry->second;
        entry = slots_.erase(entry);
        slot->closed = true;
        slot->cancellation.request();
        if (slot->link) slot->link->shut();
        slot->link.reset();
        slot->changed.set();
    }
}

Task<Reply<HeldLink>> ClusterInside::hold(Node node, Lane lane, Time deadline) {
    auto slot = slot_for(node, lane);
    for (bool waited = false;; waited = true) {
        if (is_closed() || slot->closed)
            co_return fail(NoReply{.why = LinkError::closed}, "the connection was closed here");
        bool usable = slot->link && slot->link->is_open() && shard_.now() < slot->link->expires_at();
        if (!usable) slot->link.reset();
        if (usable && slot->in_flight < options_.in_flight_max) co_return HeldLink(slot);
        if (!usable && !slot->dialing) {
            // Whoever waited for a connection that did not come about has its answer; others may have to
            // wait.
            if (slot->last_failure && (waited || shard_.now() < slot->retry_at))
                co_return fail(NoReply{.why = slot->last_failure->code}, slot->last_failure->detail);
            slot->dialing = true;
            work_.spawn_now(dial(slot));
            if (!slot->dialing) continue;
        }
        if (shard_.now() >= deadline)
            co_return fail(NoReply{.why = LinkError::timed_out},
                           "no connection to " + node.at.text() + " in time");
        slot->changed.reset();
        co_await slot->changed.wait_until(deadline);
    }
}

std::shared_ptr<LinkSlot> ClusterInside::slot_for(const Node& node, Lane lane) {
    auto& slot = slots_[{node.id, lane}];
    if (!slot) slot = std::make_shared<LinkSlot>(shard_);
    if (slot->at != node.at) slot->link.reset(); // the broker came back elsewhere
    slot->at = node.at;
    return slot;
}

Task<> ClusterInside::dial(std::shared_ptr<LinkSlot> slot) {
    LinkOptions how{.broker = slot->at,
                    .client_id = options_.client_id,
                    .response_bytes_max = options_.response_bytes_max,
                    .security = security_.get(),
                    .cancellation = &slot->cancellation};
    auto        made = co_await Link::connect(shard_, world_.network, std::move(how),
                                              shard_.now() + options_.connect_timeout);
    slot->dialing = false;
    if (made && (is_closed() || slot->closed)) {
        bury(std::move(*made));
    } else if (made) {
        slot->link = {made->release(), [this](Link* link) { bury(std::unique_ptr<Link>(link)); }};
        slot->failures = 0;
        slot->last_failure.reset();
    } else {
        slot->last_failure = made.error();
        slot->retry_at = shard_.now() + backoff(options_.reconnect_backoff, options_.reconnect_backoff_max,
                                                slot->failures++);
    }
    slot->changed.set();
}

Task<bool> ClusterInside::pause(unsigned tries, Lane lane, Time deadline) {
    Time until = shard_.now() + backoff(options_.retry_backoff, options_.retry_backoff_max, tries - 1);
    if (until >= deadline || !is_open(lane)) co_return false;
    co_return !co_await closing_.wait_until(until);
}

Time ClusterInside::backoff(Time first, Time most, unsigned failures) {
    constexpr unsigned doublings_max = 20;
    double             full =
        static_cast<double>(first.count()) * static_cast<double>(1u << std::min(failures, doublings_max));
    full = std::min(full, static_cast<double>(most.count()));
    double chance = 0.8 + 0.4 * static_cast<double>(world_.random.between(0, 1000)) / 1000;
    return std::min(Time(static_cast<std::int64_t>(full * chance)), most);
}

} // namespace riacho::client
