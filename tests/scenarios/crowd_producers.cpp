// Who sends: with sequences, sending again what was not answered until it is; or without, and never again.
#include "crowd.hpp"
#include "io/event.hpp"
#include "kafka/messages/init_producer_id.hpp"

#include <algorithm>

namespace riacho::scenarios {
namespace {

using Batch = Crowd::Batch;
using Producer = Crowd::Producer;

constexpr std::size_t recent_max = 3;

/// What was sent over one connection until something went wrong.
struct Round {
    Round(io::Shard& shard, std::uint64_t n) : number(n), changed(shard) {}
    std::uint64_t number;
    std::size_t   under_way = 0;
    std::uint64_t asked = 0;
    bool          is_broken = false;
    bool          is_refused = false; // the first batch, for its sequence
    io::Event     changed;
};

Batch& make_batch(Crowd& crowd, Producer& from) {
    Batch& batch = from.open.emplace_back();
    batch.number = ++from.numbers;
    std::uint64_t count = crowd.random().between(1, crowd.one_in(3) ? 5 : 2);
    std::size_t   bytes = crowd.random().between(1, from.bytes_max);
    for (std::uint64_t i = 0; i < count; ++i) {
        batch.keys.push_back(fmt::format("{}/{}/{}-{}", from.name, batch.number, i, count));
        batch.values.push_back(Crowd::value_of(batch.keys.back(), bytes / count));
    }
    if (from.is_idempotent) {
        batch.sequence = from.next_sequence;
        from.next_sequence += static_cast<std::int32_t>(count);
    }
    const Crowd::Place& to = *from.to;
    for (const std::string& key : batch.keys)
        crowd.journal().sent({from.name, to.topic->told_as, to.index}, key);
    return batch;
}

kafka::ProduceRequest request_for(Crowd& crowd, const Producer& from, const Batch& batch) {
    Sequence sequence;
    if (from.is_idempotent) sequence = {from.id, 0, batch.sequence};
    auto request =
        produce_request(from.to->topic->name, from.to->index,
                        batch_of(batch.values, crowd.cluster().wall(), sequence), crowd.one_in(2) ? 1 : -1);
    if (crowd.one_in(8)) request.timeout_ms = static_cast<std::int32_t>(crowd.random().between(1, 200));
    return request;
}

void note_ack(Crowd& crowd, Producer& from, const Batch& batch, std::int64_t offset) {
    Crowd::Place& to = *from.to;
    if (crowd.keeps_promises()) {
        for (std::size_t i = 0; i < batch.keys.size(); ++i)
            crowd.journal().acked({from.name, to.topic->told_as, to.index}, batch.keys[i],
                                  offset + static_cast<std::int64_t>(i));
    }
    auto found = std::ranges::find(from.open, batch.number, &Batch::number);
    if (found == from.open.end()) return; // its twin was answered first
    if (batch.keys.size() > 1) to.batches.emplace_back(offset, batch.keys.size());
    std::size_t bytes = 0;
    for (const std::string& value : batch.values) bytes += value.size();
    if (bytes > crowd.plan().broker.wal_external_bytes) ++crowd.count()["external batches"];
    ++crowd.count()["acknowledged batches"];
    from.recent.push_back(std::move(*found));
    if (from.recent.size() > recent_max) from.recent.pop_front();
    from.open.erase(found);
}

bool is_about_sequence(ErrorCode error) {
    return error == ErrorCode::out_of_order_sequence_number || error == ErrorCode::unknown_producer_id ||
           error == ErrorCode::duplicate_sequence_number;
}

Task<> ask(Crowd& crowd, Producer& from, LinkPtr link, Batch batch, std::shared_ptr<Round> round) {
    bool is_first = round->asked++ == 0;
    ++round->under_way;
    auto request = request_for(crowd, from, batch);
    auto answer = co_await link->ask(std::move(request), crowd.soon(60s));
    --round->under_way;
    round->changed.set();
    if (!answer) {
        round->is_broken = true;
        co_return;
    }
    auto told = answer_in(*answer);
    if (told.error_code == ErrorCode::none) co_return note_ack(crowd, from, batch, told.base_offset);
    round->is_broken = true;
    from.refusal = fmt::format("{} {}", kafka::name_of(told.error_code), told.error_message.value_or(""));
    if (told.error_code == ErrorCode::request_timed_out) ++crowd.count()["timed out"];
    round->is_refused |= is_first && is_about_sequence(told.error_code);
}

/// The same batch over another connection, while it is under way or after it was answered.
Task<> ask_again(Crowd& crowd, Producer& from, LinkPtr link, Batch batch) {
    bool was_open = std::ranges::find(from.open, batch.number, &Batch::number) != from.open.end();
    auto answer = co_await link->ask(request_for(crowd, from, batch), crowd.soon(60s));
    if (!answer) co_return;
    auto told = answer_in(*answer);
    if (told.error_code != ErrorCode::none) co_return;
    if (was_open) ++crowd.count()["duplicates in flight"];
    note_ack(crowd, from, batch, told.base_offset);
}

Batch* next_batch(Crowd& crowd, Producer& from, std::uint64_t round) {
    for (Batch& batch : from.open)
        if (batch.round != round) return &batch;
    return crowd.is_draining() ? nullptr : &make_batch(crowd, from);
}

Task<std::shared_ptr<Round>> send_round(Crowd& crowd, Producer& from, LinkPtr link, LinkPtr other) {
    auto round = std::make_shared<Round>(crowd.shard(), ++from.rounds);
    while (!crowd.is_over() && !round->is_broken && link->is_open()) {
        // As Kafka, the broker takes any sequence from whom it does not know yet: the first batch goes alone.
        std::size_t window = from.recent.empty() ? 1 : from.window;
        if (round->under_way >= window) {
            round->changed.reset();
            co_await round->changed.wait();
            continue;
        }
        bool is_new = from.open.empty() || from.open.back().round == round->number;
        if (is_new && crowd.is_draining()) break;
        if (is_new) co_await crowd.pause(from.pace);
        if (crowd.is_over() || round->is_broken) break;
        Batch* batch = next_batch(crowd, from, round->number);
        if (!batch) break;
        batch->round = round->number;
        crowd.spawn_now(ask(crowd, from, link, *batch, round));
        if (!from.is_idempotent || !other) continue;
        if (!from.recent.empty() && crowd.one_in(20))
            crowd.spawn_now(ask_again(crowd, from, other, from.recent.back()));
        else if (!from.open.empty() && crowd.one_in(6))
            crowd.spawn_now(ask_again(crowd, from, other, from.open.back()));
    }
    while (round->under_way > 0) {
        round->changed.reset();
        co_await round->changed.wait();
    }
    co_return round;
}

Task<bool> ensure_id(Crowd& crowd, Producer& from, LinkPtr link) {
    if (!from.is_idempotent || from.id >= 0) co_return true;
    kafka::InitProducerIdRequest request;
    request.transaction_timeout_ms = 60'000;
    auto answer = co_await link->ask(std::move(request), crowd.soon(60s));
    if (!answer || answer->error_code != ErrorCode::none) co_return false;
    crowd.note_producer_id(answer->producer_id);
    from.id = answer->producer_id;
    co_return true;
}

/// What it had sent may be there or not; it begins anew, as somebody else.
void give_up(Crowd& crowd, Producer& from) {
    from.open.clear();
    from.recent.clear();
    from.id = -1;
    from.next_sequence = 0;
    from.name = fmt::format("{}.{}", from.name.substr(0, from.name.find('.')), ++from.names);
    if (from.is_idempotent) crowd.journal().idempotent_producer(from.name);
}

} // namespace

Task<> produce(Crowd& crowd, Producer& from) {
    while (!crowd.is_over() && !(crowd.is_draining() && from.open.empty())) {
        auto link = co_await crowd.link();
        if (!link) co_return;
        LinkPtr other;
        if (crowd.one_in(2)) other = co_await crowd.link();
        if (!co_await ensure_id(crowd, from, link)) {
            co_await crowd.pause(20ms);
            continue;
        }
        auto round = co_await send_round(crowd, from, link, other);
        if (!from.is_idempotent) from.open.clear();
        if (round->is_refused && crowd.keeps_promises())
            throw Broken(
                fmt::format("{} has sent everything in order, and is refused for its sequence", from.name));
        if (round->is_refused) give_up(crowd, from);
        if (crowd.is_draining() && from.to->may_be_offline && round->is_broken) co_return;
        co_await crowd.pause(20ms);
    }
}

} // namespace riacho::scenarios
