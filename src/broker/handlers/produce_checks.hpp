#pragma once

#include "broker/server/api.hpp"
#include "kafka/messages/produce.hpp"

#include <memory>
#include <optional>
#include <string>

namespace riacho::broker {

struct Topic;

using ProducePartition = kafka::ProduceRequest::Topic::Partition;
using ProduceAnswer = kafka::ProduceResponse::Topic::Partition;

/// What one request asks of every partition in it.
struct ProduceTerms {
    kafka::Version version;
    Time           deadline;
    Timestamp      now;
};

ProduceAnswer refused_produce(std::int32_t index, kafka::ErrorCode error, std::string message = {});

/// Why the records cannot be taken, or nothing. What is compressed is unpacked for it: up to 1 MiB at once,
/// more on a pool thread, one batch of the shard at a time, so that it holds up nobody but its own
/// connection.
Task<std::optional<ProduceAnswer>> problem_with(Call& call, const ProducePartition& sent, const Topic& topic,
                                                ProduceTerms terms);

/// Compresses the records as the topic wants them, where they came in another way: small batches at once,
/// larger ones on a pool thread. Why they cannot be taken then, or nothing.
Task<std::optional<ProduceAnswer>> compress_for(Call& call, ProducePartition& sent,
                                                std::shared_ptr<const Topic> topic);

} // namespace riacho::broker
