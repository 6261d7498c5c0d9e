#pragma once

#include "io/shard.hpp"
#include "riacho/error.hpp"

#include <functional>
#include <memory>
#include <optional>

// librdkafka's own types, whose header only .cpp files of this folder see.
struct rd_kafka_s;
struct rd_kafka_queue_s;
struct rd_kafka_op_s;

namespace riacho::client {

struct DestroyEvent {
    void operator()(rd_kafka_op_s* event) const;
};
using EventPointer = std::unique_ptr<rd_kafka_op_s, DestroyEvent>;

/// An event queue of librdkafka. When the first event arrives in the empty queue, `ring` runs on the shard:
/// nothing polls. Whoever is rung takes all events, or takes the rest before it waits again. Made, used and
/// destroyed on the shard, before the client it belongs to.
class Queue {
public:
    /// Takes over `queue`.
    Queue(rd_kafka_queue_s* queue, io::Shard& shard, std::function<void()> ring);
    ~Queue();
    Queue(const Queue&) = delete;
    Queue& operator=(const Queue&) = delete;

    /// The next event, or null: never waits.
    EventPointer      take();
    rd_kafka_queue_s* get() { return queue_; }

private:
    struct Bell;

    rd_kafka_queue_s*     queue_;
    std::shared_ptr<Bell> bell_;
};

/// What an event of the kind "error" says.
Error error_of(rd_kafka_s* client, rd_kafka_op_s* event);
/// Remembers `error`, unless it only says that no broker is left, which the one before explains better.
void keep_cause(std::optional<Error>& last, Error error);
/// The error with this number.
Error error_with(int code, std::string detail = {});

} // namespace riacho::client
