#pragma once

#include "broker/broker.hpp"
#include "broker/server/api.hpp"
#include "kafka/messages/fetch.hpp"

#include <cstddef>
#include <memory>

namespace riacho::broker {

using FetchAnswer = kafka::FetchResponse::Topic::Partition;

/// One partition of a fetch, with its topic as it was when the request came.
struct FetchTarget {
    std::shared_ptr<const Topic>          topic; ///< null: no such topic
    kafka::FetchRequest::Topic::Partition asked;

    bool exists() const { return topic && topic->has(asked.partition); }
};

/// What is left for the rest of an answer.
struct FetchRoom {
    std::size_t bytes;           ///< as the client limits it
    std::size_t enough;          ///< what is missing to min_bytes
    std::size_t memory;          ///< that was set aside
    bool        is_first = true; ///< nothing yet: the next batch goes out however large it is (KIP-74)
};

struct Fetched {
    FetchAnswer answer;
    bool        ends_wait = false; ///< an error, or news that does not wait for bytes
    std::size_t needed = 0;        ///< there is a batch of this size, and no memory for it
};

/// Reads on the partition's shard, and comes back. Leaves `waker` with the partition where it is given.
Task<Fetched> read_partition(Call& call, FetchTarget target, FetchRoom room, std::shared_ptr<Waker> waker);
/// Takes `waker` from the partition again.
Task<> forget_waker(Call& call, FetchTarget target, std::shared_ptr<Waker> waker);

} // namespace riacho::broker
