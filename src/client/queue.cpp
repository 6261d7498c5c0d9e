#include "client/queue.hpp"

#include <array>
#include <librdkafka/rdkafka.h>
#include <utility>

namespace riacho::client {

/// Shared with what is on its way from librdkafka's threads to the shard, so that it may come late.
struct Queue::Bell : std::enable_shared_from_this<Bell> {
    Bell(io::Shard& home, std::function<void()> work) : shard(home), ring(std::move(work)) {}

    io::Shard&            shard;
    std::function<void()> ring; // empty once the queue is gone; touched on the shard only

    /// Frees itself at its end: librdkafka's thread cannot wait for it.
    struct OnItsWay {
        struct promise_type {
            OnItsWay           get_return_object() noexcept { return {}; }
            std::suspend_never initial_suspend() noexcept { return {}; }
            std::suspend_never final_suspend() noexcept { return {}; }
            void               return_void() noexcept {}
            void               unhandled_exception() noexcept { std::terminate(); }
        };
    };
    static OnItsWay ring_on_shard(std::shared_ptr<Bell> bell) {
        co_await bell->shard.enter();
        if (bell->ring) bell->ring();
    }
    static void called_by_librdkafka(rd_kafka_t*, void* bell) {
        ring_on_shard(static_cast<Bell*>(bell)->shared_from_this());
    }
};

Queue::Queue(rd_kafka_queue_s* queue, io::Shard& shard, std::function<void()> ring)
    : queue_(queue), bell_(std::make_shared<Bell>(shard, std::move(ring))) {
    rd_kafka_queue_cb_event_enable(queue_, &Bell::called_by_librdkafka, bell_.get());
    // What came before the bell was there rang for nobody.
    Bell::ring_on_shard(bell_);
}

Queue::~Queue() {
    bell_->shard.check_here();
    // Under the queue's lock, so afterwards librdkafka calls no more.
    rd_kafka_queue_cb_event_enable(queue_, nullptr, nullptr);
    bell_->ring = nullptr;
    rd_kafka_queue_destroy(queue_);
}

EventPointer Queue::take() { return EventPointer(rd_kafka_queue_poll(queue_, 0)); }

void DestroyEvent::operator()(rd_kafka_op_s* event) const { rd_kafka_event_destroy(event); }

Error error_with(int code, std::string detail) {
    auto        number = static_cast<rd_kafka_resp_err_t>(code);
    const char* meaning = rd_kafka_err2str(number);
    if (detail == meaning) detail.clear();
    return {.code = code, .meaning = meaning, .detail = std::move(detail)};
}

void keep_cause(std::optional<Error>& last, Error error) {
    if (!last || error.code != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) last = std::move(error);
}

Error error_of(rd_kafka_s* client, rd_kafka_op_s* event) {
    auto code = rd_kafka_event_error(event);
    if (code != RD_KAFKA_RESP_ERR__FATAL && !rd_kafka_event_error_is_fatal(event)) {
        const char* detail = rd_kafka_event_error_string(event);
        return error_with(code, detail ? detail : "");
    }
    // The event only says that there is one: the client keeps which.
    std::array<char, 512> text{};
    auto                  cause = rd_kafka_fatal_error(client, text.data(), text.size());
    Error                 error = error_with(cause, text.data());
    error.fatal = true;
    return error;
}

} // namespace riacho::client
