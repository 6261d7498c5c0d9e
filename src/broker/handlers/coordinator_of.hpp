#pragma once

#include "broker/broker.hpp"
#include "broker/server/api.hpp"
#include "io/run_on.hpp"

#include <string_view>
#include <utility>

namespace riacho::broker {

/// The shard that coordinates a group. While nobody does, for want of __consumer_offsets, any shard may say
/// so.
inline Local& coordinator_of(Call& call, std::string_view group_id) {
    auto topic = call.here.image.find(OffsetsTopic::name);
    if (!topic) return call.here;
    auto partition = offsets_partition_of(group_id, topic->partitions);
    return call.broker.local_of({topic->id, partition});
}

/// Runs `work` of the coordinator on its shard, and comes back to the connection's.
template <class Response> Task<Response> at_coordinator(Call& call, Local& owner, Task<Response> work) {
    return io::run_on(owner.shard, call.here.shard, std::move(work));
}

/// The same for work that may wait there, and ends when `waker` is set: as it is when the peer leaves.
template <class Response>
Task<Response> at_coordinator(Call& call, Local& owner, Task<Response> work, std::shared_ptr<Waker> waker) {
    call.session.waiting = std::move(waker);
    Time began = call.here.shard.now();
    auto response = co_await at_coordinator(call, owner, std::move(work));
    call.waited += call.here.shard.now() - began;
    call.session.waiting.reset();
    co_return response;
}

/// Who sends the request, as DescribeGroups shows it: Kafka writes an address with a slash.
inline GroupClient group_client(const Call& call, std::shared_ptr<Waker> waker) {
    return {.id = call.session.client_id,
            .host = "/" + call.session.peer.host,
            .version = call.version,
            .waker = std::move(waker)};
}

} // namespace riacho::broker
