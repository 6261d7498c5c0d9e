#include "base/log.hpp"
#include "broker/local.hpp"
#include "broker/server/connection.hpp"
#include "codec/endian.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace riacho::broker {
namespace {

constexpr log::Logger frames_log{"connection"};

constexpr std::size_t first_buffer_bytes = 4 << 10; ///< granted to every frame
constexpr std::size_t buffer_growth = 4;
/// What one connection reads before the others have their turn; a frame counts as some bytes too.
constexpr std::size_t turn_bytes_max = 256 << 10;
constexpr std::size_t turn_bytes_per_frame = 16 << 10;
constexpr std::size_t slowest_reader_bytes_per_second = 64 << 10;

/// What a peer speaks that begins so, where that is no Kafka; empty where nobody knows.
std::string_view protocol_of(std::span<const std::byte> prefix) {
    std::string_view text = as_text(prefix);
    if (text.starts_with("\x16\x03")) return "TLS";
    for (std::string_view method : {"GET ", "POST", "HEAD", "PUT ", "OPTI"})
        if (text == method) return "HTTP";
    return "";
}

} // namespace

/// What comes behind it, the beginning of the next frame, is read ahead with the same call.
Task<bool> Connection::fill(std::span<std::byte> into, Time deadline) {
    while (!into.empty()) {
        std::size_t count = co_await stream_->read_some(into, ahead_.room(), deadline);
        if (count == 0) co_return false;
        arrived_ -= std::min(arrived_, count);
        if (count > into.size()) ahead_.filled(count - into.size());
        into = into.subspan(std::min(count, into.size()));
        if (!into.empty()) co_await take_turns(count);
    }
    co_return true;
}

std::span<std::byte> Connection::Ahead::room() {
    std::ranges::copy(view(), bytes_.begin());
    filled_ -= std::exchange(from_, 0);
    return std::span(bytes_).subspan(filled_);
}

std::size_t Connection::Ahead::take(std::span<std::byte> into) {
    ByteView taken = view().first(std::min(view().size(), into.size()));
    std::ranges::copy(taken, into.begin());
    from_ += taken.size();
    return taken.size();
}

/// Who always has something to read would never let anybody else run.
Task<> Connection::take_turns(std::size_t bytes) {
    turn_bytes_ += bytes;
    if (turn_bytes_ < turn_bytes_max) co_return;
    turn_bytes_ = 0;
    co_await here_.shard.enter();
}

Task<std::optional<Bytes>> Connection::read_frame() {
    co_await take_turns(turn_bytes_per_frame);
    std::array<std::byte, 4> prefix{};
    Time                     deadline = here_.shard.now() + options_.idle_max;
    while (ahead_.view().size() < prefix.size()) {
        std::size_t count = co_await stream_->read_some(ahead_.room(), deadline);
        if (count == 0) co_return std::nullopt;
        arrived_ -= std::min(arrived_, count);
        ahead_.filled(count);
    }
    ahead_.take(prefix);
    auto size = load_big<std::int32_t>(prefix.data());
    if (size < 0 || static_cast<std::size_t>(size) > options_.request_bytes_max) {
        refuse_prefix(prefix);
        co_return std::nullopt;
    }
    auto frame = co_await read_body(static_cast<std::size_t>(size));
    arriving_.end();
    if (!frame && !is_closing_) refuse("it ended in the middle of a request");
    co_return frame;
}

void Connection::refuse_prefix(std::span<const std::byte> prefix) {
    std::string_view protocol = protocol_of(prefix);
    if (!protocol.empty())
        return refuse(
            fmt::format("it speaks {}, this listener speaks Kafka's protocol without TLS", protocol));
    refuse(fmt::format("a request of {} bytes, while socket.request.max.bytes is {}",
                       load_big<std::int32_t>(prefix.data()), options_.request_bytes_max));
}

/// For a frame of `size` bytes, of which `filled` are in its buffer.
std::size_t Connection::room_for(std::size_t size, std::size_t filled) {
    std::size_t here = filled + ahead_.view().size();
    if (size > here + arrived_) arrived_ = stream_->available();
    return std::min(size, std::max(first_buffer_bytes, (here + arrived_) * buffer_growth));
}

/// As large as what has arrived allows, if there is memory for so much.
std::shared_ptr<Buffer> Connection::first_buffer(std::size_t size) {
    std::size_t room = room_for(size, 0);
    if (room > first_buffer_bytes) {
        if (auto charge = options_.requests.try_charge(room))
            return std::make_shared<Buffer>(room, *std::move(charge));
    }
    room = std::min(size, first_buffer_bytes);
    return std::make_shared<Buffer>(room, options_.requests.charge(room));
}

Task<std::optional<Bytes>> Connection::read_body(std::size_t size) {
    Time deadline = here_.shard.now() + options_.idle_max;
    auto buffer = first_buffer(size);
    arriving_.begin(here_.shard.now(), buffer->view().size());
    for (std::size_t filled = 0; filled < size;) {
        if (filled == buffer->view().size()) {
            buffer = co_await enlarge(std::move(buffer), room_for(size, filled));
            if (!buffer) co_return std::nullopt;
            arriving_.bytes = buffer->view().size();
        }
        auto rest = buffer->span().subspan(filled);
        rest = rest.subspan(ahead_.take(rest));
        if (!co_await fill(rest, deadline)) co_return std::nullopt;
        filled = buffer->view().size();
    }
    co_return Bytes(std::move(buffer));
}

/// Who comes when the budget is used up waits, with what it has, until others are done.
Task<std::shared_ptr<Buffer>> Connection::enlarge(std::shared_ptr<Buffer> from, std::size_t size) {
    auto charge = options_.requests.try_charge(size);
    if (!charge)
        charge = co_await here_.memory.take(options_.requests, size,
                                            {is_closing_, here_.shard.now() + options_.idle_max});
    if (!charge) co_return nullptr;
    auto larger = std::make_shared<Buffer>(size, *std::move(charge));
    std::ranges::copy(from->view(), larger->span().begin());
    co_return larger;
}

/// Writes the answers that are next in turn. One at a time: whoever finds a write under way leaves his answer
/// to it.
Task<> Connection::flush() {
    if (is_writing_) co_return;
    is_writing_ = true;
    try {
        while (!slots_.empty() && slots_.front().is_done) {
            std::vector<Bytes> pieces;
            std::vector<Slot>  written; // what they hold
            for (; !slots_.empty() && slots_.front().is_done; drop_front()) {
                for (Bytes& piece : slots_.front().pieces) pieces.push_back(std::move(piece));
                written.push_back(std::move(slots_.front()));
            }
            Time began = here_.shard.now();
            if (!pieces.empty()) co_await write(std::move(pieces));
            count_written(written, began);
            written.clear();
            moved_.set();
        }
    } catch (const io::StreamError& error) {
        frames_log.debug("cannot answer {}: {}", session_.peer.text(), error.what());
        is_closing_ = true;
        stream_->close();
        while (!slots_.empty() && slots_.front().is_done) drop_front();
        moved_.set();
    }
    writing_.end();
    is_writing_ = false;
    if (is_closing_ && slots_.empty()) stream_->close();
}

void Connection::count_written(std::vector<Slot>& written, Time began) {
    Time now = here_.shard.now();
    for (Slot& slot : written) {
        slot.times.writing = began;
        slot.times.written = now;
        here_.requests.add(slot.row->api.key, slot.version, slot.times);
    }
}

void Connection::drop_front() {
    in_flight_bytes_ -= slots_.front().request_bytes;
    slots_.pop_front();
}

Task<> Connection::write(std::vector<Bytes> pieces) {
    std::vector<ByteView> views;
    std::size_t           bytes = 0;
    for (const Bytes& piece : pieces) {
        views.push_back(piece.view());
        bytes += piece.size();
    }
    Time now = here_.shard.now();
    auto slowest = std::chrono::seconds(bytes / slowest_reader_bytes_per_second);
    writing_.begin(now, bytes);
    co_await stream_->write(std::move(views), now + options_.write_max + slowest);
    writing_.end();
}

} // namespace riacho::broker
