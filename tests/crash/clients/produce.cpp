#include "kafka/messages/produce.hpp"

#include "clients.hpp"
#include "kafka/batch/batch_builder.hpp"
#include "kafka/messages/init_producer_id.hpp"

#include <array>

namespace riacho::crash {
namespace {

constexpr Time        pause_after_refusal = std::chrono::milliseconds(20);
constexpr std::size_t filler_bytes_max = 400;
constexpr std::size_t large_bytes = 20'000; // past wal.external.bytes of the loop
constexpr int         records_max = 3;
constexpr int         one_large_in = 60;

struct Producer {
    Peer         peer;
    Care         care;
    std::int16_t acks;
    ProducerId   id = ProducerId::none;
    std::int16_t epoch = -1;

    struct Stream {
        std::int32_t first = 0; // the number of the next record, and its sequence
        std::int32_t count = 0; // under way; 0: nothing
        Bytes        batch;
    };
    std::array<Stream, partitions> streams = {};
};

bool is_passing(kafka::ErrorCode code) {
    using enum kafka::ErrorCode;
    return code == request_timed_out || code == not_leader_or_follower ||
           code == unknown_topic_or_partition || code == coordinator_load_in_progress ||
           code == coordinator_not_available;
}

void form(Producer& producer, Producer::Stream& stream) {
    Random&             chance = producer.peer.place().chance;
    kafka::BatchOptions options;
    if (producer.care == Care::idempotent)
        options = {
            .producer_id = producer.id, .producer_epoch = producer.epoch, .base_sequence = stream.first};
    kafka::BatchBuilder builder(options);
    stream.count = static_cast<std::int32_t>(chance.between(1, records_max));
    for (std::int32_t i = 0; i < stream.count; ++i) {
        bool        large = chance.between(1, one_large_in) == 1;
        std::size_t filler = large ? large_bytes : chance.between(0, filler_bytes_max);
        std::string value =
            fmt::format("{}/{} {}", producer.peer.name(), stream.first + i, std::string(filler, 'x'));
        builder.add({.timestamp = producer.peer.place().clock.wall(), .value = as_bytes(value)});
    }
    stream.batch = builder.build();
}

void take(Producer& producer, const kafka::ProduceResponse::Topic::Partition& answer) {
    Producer::Stream& stream = producer.streams.at(static_cast<std::size_t>(answer.index));
    if (answer.error_code == kafka::ErrorCode::none) {
        producer.peer.journal().line("records {} {} {} {} {} {}", topic, answer.index, answer.base_offset,
                                     producer.peer.name(), stream.first, stream.count);
    } else if (is_passing(answer.error_code)) {
        return;
    } else {
        producer.peer.journal().line("wrong {} was answered {}", producer.peer.name(),
                                     kafka::name_of(answer.error_code));
    }
    stream.first += std::exchange(stream.count, 0);
}

Task<> become_idempotent(Producer& producer) {
    while (producer.id == ProducerId::none) {
        auto answer =
            co_await producer.peer.ask(kafka::InitProducerIdRequest{.transaction_timeout_ms = 60'000});
        if (answer && answer->error_code == kafka::ErrorCode::none) {
            producer.id = ProducerId{answer->producer_id};
            producer.epoch = answer->producer_epoch;
        } else {
            co_await producer.peer.pause(pause_after_refusal);
        }
    }
    producer.peer.journal().line("ordered {}", producer.peer.name());
}

kafka::ProduceRequest next_request(Producer& producer) {
    kafka::ProduceRequest request{.acks = producer.acks, .timeout_ms = 10'000};
    auto&                 in = request.topic_data.emplace_back();
    in.name = topic;
    std::int32_t always = static_cast<std::int32_t>(producer.peer.place().chance.between(0, partitions - 1));
    for (std::int32_t index = 0; index < partitions; ++index) {
        Producer::Stream& stream = producer.streams.at(static_cast<std::size_t>(index));
        bool              new_one = index == always || producer.peer.place().chance.between(0, 3) == 0;
        if (stream.count == 0 && new_one) form(producer, stream);
        if (stream.count > 0) in.partition_data.push_back({.index = index, .records = stream.batch});
    }
    return request;
}

} // namespace

Task<> produce(Peer peer, Care care, std::int16_t acks) {
    Producer producer{std::move(peer), care, acks};
    if (care == Care::idempotent) co_await become_idempotent(producer);
    for (;;) {
        auto answer = co_await producer.peer.ask(next_request(producer));
        if (answer)
            for (const auto& one : answer->responses.at(0).partition_responses) take(producer, one);
        for (Producer::Stream& stream : producer.streams)
            if (care == Care::once) stream.first += std::exchange(stream.count, 0);
    }
}

} // namespace riacho::crash
