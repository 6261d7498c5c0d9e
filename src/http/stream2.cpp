#include "http/stream2.hpp"

#include "http/connection2.hpp"
#include "http/syntax.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace riacho::http {
namespace {

[[noreturn]] void throw_gone() {
    throw io::StreamError(io::StreamError::Reason::closed, "the peer wants no answer any more");
}

constexpr std::uint32_t internal_error = 2, cancelled = 8; // of RFC 9113

} // namespace

Stream2::Stream2(Connection2& connection, std::int32_t id)
    : connection_(connection), id_(id), since_(connection.place().shard.now()),
      arrived_(connection.place().shard), sent_(connection.place().shard) {
    head_.version = Version::http_2;
}

void Stream2::add_field(std::string_view name, std::string_view value) {
    if (has_head_ || is_head_too_large_) return;
    const ParserLimits& limits = connection_.place().options.heads;
    head_bytes_ += name.size() + value.size();
    if (head_bytes_ > limits.fields_bytes_max || head_.fields.size() >= limits.fields_max) {
        is_head_too_large_ = true;
        return;
    }
    if (name == ":method") {
        method_ = value;
    } else if (name == ":path") {
        head_.target = value;
    } else if (name == ":authority") {
        head_.authority = value;
    } else if (name == "cookie" && head_.fields.has(name)) {
        head_.fields.set(name, *head_.fields.find(name) + "; " + std::string(value)); // one field in HTTP/1.1
    } else if (!name.starts_with(':')) {
        head_.fields.add(std::string(name), std::string(value));
    }
}

Outcome<void, Status> Stream2::finish_head(More body) {
    has_head_ = true;
    head_memory_ = connection_.place().memory.charge(head_bytes_);
    has_whole_body_ = body == More::none;
    head_.has_body = body == More::follows;
    if (is_head_too_large_) return fail(Status::fields_too_large);
    if (head_.target.size() > connection_.place().options.heads.start_line_bytes_max)
        return fail(Status::uri_too_long);
    auto method = method_of(method_);
    if (!method) return fail(Status::not_implemented, "the method is not served");
    head_.method = *method;
    bool is_path = head_.target.starts_with('/') || (head_.target == "*" && *method == Method::options);
    if (!is_path || !std::ranges::all_of(head_.target, is_target_char))
        return fail(Status::bad_request, "a target begins with a slash");
    const std::string* host = head_.fields.find("host");
    if (host && head_.authority.empty()) head_.authority = *host;
    if ((host && *host != head_.authority) || !std::ranges::all_of(head_.authority, is_authority_char))
        return fail(Status::bad_request, "a request says one host");
    if (const std::string* length = head_.fields.find("content-length")) {
        head_.content_length = whole_number(*length);
        if (!head_.content_length) return fail(Status::bad_request, "a content-length that is no number");
    }
    if (const std::string* expected = head_.fields.find("expect")) {
        if (!equals_ignoring_case(*expected, "100-continue")) return fail(Status::expectation_failed);
        must_continue_ = head_.expects_continue = head_.has_body;
    }
    return {};
}

void Stream2::add_body(ByteView piece) {
    body_.push_back(Bytes::copy_of(piece, connection_.place().memory.charge(piece.size())));
    arrived_.set();
}

void Stream2::end_body() {
    has_whole_body_ = true;
    arrived_.set();
}

std::size_t Stream2::unread_bytes() const {
    std::size_t bytes = 0;
    for (const Bytes& piece : body_) bytes += piece.size();
    return bytes;
}

void Stream2::forget_body() { body_.clear(); }

void Stream2::close() {
    is_closed_ = true;
    pending_ = {};
    end_exchange();
    arrived_.set();
    sent_.set();
}

void Stream2::set_exchange(Exchange* exchange) {
    exchange_ = exchange;
    if (exchange_ && is_closed_) exchange_->end();
}

void Stream2::end_exchange() {
    if (exchange_) exchange_->end();
}

std::optional<Stream2::Sent> Stream2::send(std::span<std::byte> room) {
    if (pending_.empty() && !is_last_) return std::nullopt;
    std::size_t size = std::min(room.size(), pending_.size());
    if (size > 0) std::memcpy(room.data(), pending_.data(), size);
    pending_ = pending_.subspan(size);
    has_sent_end_ = is_last_ && pending_.empty();
    if (pending_.empty()) sent_.set();
    return Sent{size, has_sent_end_};
}

void Stream2::give_leave() {
    if (std::exchange(must_continue_, false) && !is_closed_)
        connection_.submit_head(id_, {.status = Status::continue_sending}, More::follows);
}

Task<Outcome<Bytes, Status>> Stream2::read_body() {
    give_leave();
    for (;;) {
        if (is_closed_ && !has_whole_body_) throw_gone();
        if (!body_.empty()) {
            Bytes piece = std::move(body_.front());
            body_.pop_front();
            connection_.consume(id_, piece.size());
            co_return piece;
        }
        if (has_whole_body_) co_return Bytes();
        arrived_.reset();
        Time deadline = connection_.place().shard.now() + connection_.place().options.body_wait_max;
        if (!co_await arrived_.wait_until(deadline))
            co_return fail(Status::request_timeout, "the rest did not come in time");
    }
}

Task<> Stream2::wait_for_rest(Time deadline) {
    while (!is_closed_ && !has_whole_body_) {
        arrived_.reset();
        if (!co_await arrived_.wait_until(deadline)) co_return;
    }
}

Task<> Stream2::begin(ResponseHead head, ByteView first, More more) {
    if (is_closed_) throw_gone();
    if (more == More::follows) give_leave(); // the handler may read while it answers
    must_continue_ = false;
    if (head.content_length) head.fields.set("content-length", std::to_string(*head.content_length));
    is_last_ = more == More::none;
    pending_ = first;
    has_sent_end_ = is_last_ && first.empty();
    connection_.submit_head(id_, head, has_sent_end_ ? More::none : More::follows);
    co_await wait_until_sent();
}

Task<> Stream2::write(ByteView piece, More more) {
    if (is_closed_) throw_gone();
    is_last_ = more == More::none;
    pending_ = piece;
    connection_.resume(id_);
    co_await wait_until_sent();
}

Task<> Stream2::wait_until_sent() {
    Time deadline = connection_.deadline_for(pending_.size());
    while (!is_closed_ && (!pending_.empty() || (is_last_ && !has_sent_end_))) {
        sent_.reset();
        if (co_await sent_.wait_until(deadline)) continue;
        pending_ = {};
        is_last_ = false;
        connection_.reset(id_, cancelled);
        throw io::StreamError(io::StreamError::Reason::timed_out, "the peer did not take the answer in time");
    }
    if (is_closed_ && !has_sent_end_) throw_gone();
}

void Stream2::cut_off() { connection_.reset(id_, internal_error); }

} // namespace riacho::http
