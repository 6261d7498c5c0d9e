#include "broker/server/connection.hpp"

#include "base/log.hpp"
#include "broker/broker.hpp"
#include "broker/server/api_versions.hpp"
#include "codec/endian.hpp"

#include <utility>

namespace riacho::broker {
namespace {

constexpr log::Logger connection_log{"connection"};

using namespace std::chrono_literals;

} // namespace

Connection::Connection(Broker& broker, Local& here, std::unique_ptr<io::Stream> stream,
                       const ListenerOptions& listener, ConnectionOptions options)
    : broker_(broker), here_(here), stream_(std::move(stream)),
      session_{listener, stream_->local(), stream_->peer(), {}, {}, {}}, options_(options),
      moved_(here.shard), waiting_(here.shard) {}

void Connection::close_gently() {
    is_closing_ = true;
    if (slots_.empty()) stream_->close();
}

void Connection::refuse(std::string_view why) {
    connection_log.warn("closing connection of {} on {}: {}", session_.peer.text(), session_.listener.name,
                        why);
    is_closing_ = true;
}

Task<> Connection::serve() {
    try {
        while (!is_closing_) {
            auto frame = co_await read_frame();
            if (!frame) break;
            co_await dispatch(std::move(*frame));
        }
    } catch (const io::StreamError& error) {
        connection_log.debug("connection of {} ended: {}", session_.peer.text(), error.what());
    }
    is_closing_ = true;
    co_await waiting_.join();
    stream_->close();
}

Task<bool> Connection::fill(std::span<std::byte> into) {
    Time deadline = here_.shard.now() + options_.idle_max;
    while (!into.empty()) {
        std::size_t count = co_await stream_->read_some(into, deadline);
        if (count == 0) co_return false;
        into = into.subspan(count);
    }
    co_return true;
}

/// Request buffers draw from one budget: who comes when it is used up waits until others are done.
Task<Charge> Connection::room_for(std::size_t bytes) {
    while (!is_closing_) {
        if (auto charge = options_.requests.try_charge(bytes)) co_return std::move(*charge);
        co_await here_.shard.sleep_for(2ms);
    }
    throw io::StreamError(io::StreamError::Reason::closed, "the broker is stopping");
}

Task<std::optional<Bytes>> Connection::read_frame() {
    std::array<std::byte, 4> prefix{};
    if (!co_await fill(prefix)) co_return std::nullopt;
    auto size = load_big<std::int32_t>(prefix.data());
    if (size < 0 || static_cast<std::size_t>(size) > options_.request_bytes_max) {
        refuse(fmt::format("a request of {} bytes, while socket.request.max.bytes is {}", size,
                           options_.request_bytes_max));
        co_return std::nullopt;
    }
    Charge charge = co_await room_for(static_cast<std::size_t>(size));
    auto   buffer = std::make_shared<Buffer>(static_cast<std::size_t>(size), std::move(charge));
    if (!co_await fill(buffer->span())) {
        refuse("it ended in the middle of a request");
        co_return std::nullopt;
    }
    co_return Bytes(std::move(buffer));
}

Task<> Connection::dispatch(Bytes frame) {
    kafka::Reader in(frame);
    auto          head = kafka::decode_request_header(in);
    if (!head) {
        refuse("a request header that cannot be read");
        co_return;
    }
    const ApiRow* row = find_api(head->request_api_key);
    if (!row) {
        refuse(fmt::format("unknown API key {}", head->request_api_key));
        co_return;
    }
    bool is_served = row->api.versions.contains(head->request_api_version);
    if (!is_served && row->api.key != kafka::ApiKey::api_versions) {
        refuse(fmt::format("{} version {} is not served; supported are {} to {}", row->api.name,
                           head->request_api_version, row->api.versions.low, row->api.versions.high));
        co_return;
    }
    session_.client_id = head->client_id.value_or("");
    if (row->overlap == Overlap::none || !is_served)
        co_await waiting_below(1);
    else
        co_await waiting_below(options_.waiting_max);
    Slot& slot = slots_.emplace_back();
    if (!is_served) {
        // Kafka answers in the oldest layout, so that a newer client learns what it may ask (KIP-511).
        slot.pieces = kafka::response_frame(api_versions_response(kafka::ErrorCode::unsupported_version), 0,
                                            head->correlation_id);
        slot.is_done = true;
        co_await flush();
        co_return;
    }
    Asked asked{*row, head->request_api_version, head->correlation_id, in.share(in.remaining())};
    if (row->overlap == Overlap::while_waiting)
        waiting_.spawn_now(run(std::move(asked), slot));
    else
        co_await run(std::move(asked), slot);
}

/// Waits until fewer than `limit` requests of this connection are under way.
Task<> Connection::waiting_below(std::size_t limit) {
    while (slots_.size() >= limit) {
        moved_.reset();
        co_await moved_.wait();
    }
}

Task<> Connection::run(Asked asked, Slot& slot) {
    const ApiRow& row = asked.row;
    kafka::Writer out;
    kafka::begin_response(row.api, asked.version, asked.correlation_id, out);
    Call call{broker_, here_, session_, asked.version, {}};
    auto result = co_await row.run(call, std::exchange(asked.body, {}), out);
    slot.is_done = true;
    if (result == ApiRow::Result::answered) slot.pieces = kafka::finish_frame(out);
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

/// Writes the answers that are next in turn. One at a time: whoever finds a write under way leaves his answer
/// to it.
Task<> Connection::flush() {
    if (is_writing_) co_return;
    is_writing_ = true;
    try {
        while (!slots_.empty() && slots_.front().is_done) {
            std::vector<Bytes>    held;
            std::vector<ByteView> pieces;
            for (; !slots_.empty() && slots_.front().is_done; slots_.pop_front())
                for (Bytes& piece : slots_.front().pieces) held.push_back(std::move(piece));
            for (const Bytes& piece : held) pieces.push_back(piece.view());
            if (!pieces.empty())
                co_await stream_->write(std::move(pieces), here_.shard.now() + options_.write_max);
            moved_.set();
        }
    } catch (const io::StreamError& error) {
        connection_log.debug("cannot answer {}: {}", session_.peer.text(), error.what());
        is_closing_ = true;
        stream_->close();
        while (!slots_.empty() && slots_.front().is_done) slots_.pop_front();
        moved_.set();
    }
    is_writing_ = false;
    if (is_closing_ && slots_.empty()) stream_->close();
}

} // namespace riacho::broker
