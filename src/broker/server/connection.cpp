#include "broker/server/connection.hpp"

#include "base/log.hpp"
#include "broker/broker.hpp"
#include "broker/server/api_versions.hpp"

#include <algorithm>
#include <utility>

namespace riacho::broker {
namespace {

constexpr log::Logger connection_log{"connection"};

using namespace std::chrono_literals;

constexpr std::size_t small_request_bytes = 4 << 10; ///< of a frame; these never wait for memory
constexpr std::size_t decoded_bytes_max = 16 << 20;  ///< of one request
constexpr std::size_t large_answer_bytes = 1 << 20;  ///< what an API of large answers starts with
constexpr Time        memory_wait_max = 30s;
constexpr Time        abandoned_after = 500ms; ///< of a request: then it is looked whether its peer is there
/// While memory is short, who holds so much for so long makes no headway; an answer that is not read while
/// somebody waits for memory goes sooner.
constexpr std::size_t stuck_bytes_min = 64 << 10, waited_bytes_min = 4 << 10;
constexpr Time        stuck_after = 2s, waited_after = 1s;
constexpr std::size_t slowest_bytes_per_second = 8 << 20;

/// How much memory the structs of a request may take. What clients send grows up to five times; one-byte
/// elements would grow thirty times. Records are not copied.
std::size_t decoded_bytes_allowed(const ApiRow& row, std::size_t bytes) {
    std::size_t growth = row.overlap == Overlap::while_waiting ? 1 : 8;
    return std::min(small_request_bytes * 16 + bytes * growth, decoded_bytes_max);
}

} // namespace

bool Connection::Stage::is_stuck(Time now, Patience patience) const {
    bool is_hasty = patience == Patience::little;
    if (since == Time::max() || bytes < (is_hasty ? waited_bytes_min : stuck_bytes_min)) return false;
    auto to_move_it = std::chrono::milliseconds(1000 * bytes / slowest_bytes_per_second);
    return now - since > (is_hasty ? waited_after : stuck_after) + to_move_it;
}

Connection::Connection(Broker& broker, Local& here, std::unique_ptr<io::Stream> stream,
                       const ListenerOptions& listener, ConnectionOptions options)
    : broker_(broker), here_(here), stream_(std::move(stream)),
      session_{listener, stream_->local(), stream_->peer(), {}, {}, {}, io::Mutex(here.shard)},
      options_(options), moved_(here.shard), waiting_(here.shard) {}

void Connection::close_gently() {
    is_closing_ = true;
    if (slots_.empty()) stream_->close();
}

void Connection::close() {
    is_closing_ = true;
    stream_->close();
    session_.is_over = true;
    if (!session_.waiting) return;
    if (&session_.waiting->home() == &here_.shard)
        session_.waiting->event().set();
    else
        waiting_.spawn(relay(session_.waiting, here_.shard));
}

void Connection::look_after(Time now) {
    if (running_.since < now - options_.idle_max) return close(); // nobody knows whether it is still there
    if (running_.since < now - abandoned_after && stream_->is_abandoned()) {
        connection_log.debug("{} left while its request waited", session_.peer.text());
        return close();
    }
    bool holds_request = options_.requests.is_short() && arriving_.is_stuck(now, Patience::usual);
    bool holds_answer = options_.responses.whole().is_short() && is_stuck_with_answers(now);
    if (!holds_request && !holds_answer) return;
    refuse(holds_request
               ? "memory for requests is short (queued.max.request.bytes), and its own is half there"
               : "memory for answers is short (queued.max.response.bytes), and it does not take its own");
    close();
}

/// An answer that nobody reads is the first to go; who waits for his group, say, may go on.
bool Connection::is_stuck_with_answers(Time now) const {
    Stage running = running_;
    if (call_) running.bytes = call_->memory.bytes() + call_->records.bytes.bytes();
    bool is_waited_for = options_.responses.whole().is_waited_for();
    return running.is_stuck(now, Patience::usual) ||
           writing_.is_stuck(now, is_waited_for ? Patience::little : Patience::usual);
}

void Connection::refuse(std::string_view why) {
    is_closing_ = true;
    auto left_out = here_.peer_lines.take(here_.shard.now());
    if (!left_out) return;
    connection_log.warn("closing connection of {} on {}: {}", session_.peer.text(), session_.listener.name,
                        why);
    if (*left_out > 0) connection_log.warn("{} lines like this were left out", *left_out);
}

Task<> Connection::serve() {
    try {
        while (!is_closing_) {
            auto frame = co_await read_frame();
            if (!frame) break;
            auto asked = read_head(*std::exchange(frame, {}));
            if (!asked) break;
            co_await dispatch(*std::move(asked));
        }
    } catch (const io::StreamError& error) {
        connection_log.debug("connection of {} ended: {}", session_.peer.text(), error.what());
    }
    is_closing_ = true;
    co_await waiting_.join();
    stream_->close();
}

std::optional<Connection::Asked> Connection::read_head(Bytes frame) {
    kafka::Reader in(std::move(frame));
    auto          head = kafka::decode_request_header(in);
    if (!head) {
        refuse("a request header that cannot be read");
        return std::nullopt;
    }
    const ApiRow* row = find_api(head->request_api_key);
    if (!row) {
        refuse(fmt::format("unknown API key {}", head->request_api_key));
        return std::nullopt;
    }
    bool is_served = row->api.versions.contains(head->request_api_version);
    if (!is_served && row->api.key != kafka::ApiKey::api_versions) {
        refuse(fmt::format("{} version {} is not served; supported are {} to {}", row->api.name,
                           head->request_api_version, row->api.versions.low, row->api.versions.high));
        return std::nullopt;
    }
    session_.client_id = head->client_id.value_or("");
    return Asked{*row, head->request_api_version, head->correlation_id, in.share(in.remaining()),
                 here_.shard.now()};
}

Task<> Connection::dispatch(Asked asked) {
    co_await wait_for_turn(asked.row, asked.body.size());
    Slot& slot = slots_.emplace_back();
    slot.request_bytes = asked.body.size();
    slot.row = &asked.row;
    slot.version = asked.version;
    slot.times.received = asked.received;
    in_flight_bytes_ += slot.request_bytes;
    if (!asked.row.api.versions.contains(asked.version)) {
        // Kafka answers in the oldest layout, so that a newer client learns what it may ask (KIP-511).
        here_.requests.add(asked.row.api.key, kafka::ErrorCode::unsupported_version);
        finish(slot,
               kafka::response_frame(api_versions_response(kafka::ErrorCode::unsupported_version), 0,
                                     asked.correlation_id),
               {});
        co_await flush();
        co_return;
    }
    if (asked.row.overlap == Overlap::while_waiting) {
        waiting_.spawn_now(run(std::move(asked), slot));
    } else {
        running_.begin(here_.shard.now(), 0);
        co_await run(std::move(asked), slot);
        running_.end();
    }
}

/// Waits until the requests that are under way let another one start.
Task<> Connection::wait_for_turn(const ApiRow& row, std::size_t bytes) {
    bool        overlaps = row.overlap == Overlap::while_waiting;
    std::size_t limit = overlaps ? options_.in_flight_max : 1;
    while (slots_.size() >= limit ||
           (!slots_.empty() && in_flight_bytes_ + bytes > options_.in_flight_bytes_max)) {
        moved_.reset();
        co_await moved_.wait();
    }
}

/// Of what is decoded, before it is; nothing when the connection ended meanwhile, or there is none for long.
Task<std::optional<Charge>> Connection::memory_for(const Asked& asked) {
    std::size_t bytes = asked.row.answer == AnswerSize::may_be_large ? large_answer_bytes : 0;
    if (asked.row.overlap == Overlap::none && asked.body.size() > small_request_bytes)
        bytes += decoded_bytes_allowed(asked.row, asked.body.size());
    if (bytes == 0) co_return Charge();
    MemoryBudget& budget = options_.responses.whole();
    bytes = std::min(bytes, budget.limit_bytes() / 2);
    auto memory =
        co_await here_.memory.take(budget, bytes, {is_closing_, here_.shard.now() + memory_wait_max});
    if (!memory && !is_closing_) refuse("there is no memory for its request (queued.max.response.bytes)");
    co_return memory;
}

Task<> Connection::run(Asked asked, Slot& slot) {
    const ApiRow& row = asked.row;
    kafka::Writer out;
    kafka::begin_response(row.api, asked.version, asked.correlation_id, out);
    auto memory = co_await memory_for(asked);
    slot.times.started = here_.shard.now();
    Call call{broker_, here_, session_, asked.version, here_.requests, options_.responses.whole(), {},
              {},      {},    {}};
    call.decoded_bytes_max = decoded_bytes_allowed(row, asked.body.size());
    auto result = ApiRow::Result::silent;
    if (memory) {
        call.memory = *std::exchange(memory, {});
        std::optional<Under> under; // a produce waits for the disk, not for its client
        if (row.overlap == Overlap::none) under.emplace(*this, call);
        result = co_await row.run(call, std::exchange(asked.body, {}), out);
    }
    slot.times.waited = call.waited;
    finish(slot, result == ApiRow::Result::answered ? kafka::finish_frame(out) : std::vector<Bytes>{},
           std::exchange(call.records, {}));
    call.memory = {};
    if (result == ApiRow::Result::undecodable)
        refuse(fmt::format("a {} request, version {}, that cannot be decoded", row.api.name, asked.version));
    if (call.must_close_because) {
        refuse(*call.must_close_because);
        stream_->close();
    }
    // What became durable with one round is answered with one write.
    if (row.overlap == Overlap::while_waiting) co_await here_.shard.enter();
    co_await flush();
}

void Connection::finish(Slot& slot, std::vector<Bytes> pieces, FetchMemory::Held records) {
    std::size_t bytes = 0;
    for (const Bytes& piece : pieces) bytes += piece.size();
    std::size_t counted = records.bytes.bytes();
    if (bytes > counted) slot.memory = options_.responses.whole().charge(bytes - counted);
    slot.records = std::move(records);
    slot.pieces = std::move(pieces);
    slot.times.done = here_.shard.now();
    slot.is_done = true;
}

} // namespace riacho::broker
