#include "http/connection.hpp"

#include "base/log.hpp"
#include "http/connection2.hpp"
#include "http/router.hpp"
#include "http/serializer.hpp"

#include <algorithm>
#include <utility>

namespace riacho::http {
namespace {

constexpr log::Logger connection_log{"http"};
constexpr Time        abandoned_after = std::chrono::milliseconds(500);

constexpr std::size_t turn_bytes_per_request = 16 << 10;

constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";

} // namespace

Connection1::Connection1(const ServerPlace& place, std::unique_ptr<io::Stream> stream, Input input)
    : Connection(place, std::move(stream)), input_(std::move(input)), parser_(place.options.heads),
      since_(now()) {}

void Connection1::stop_gently() {
    is_stopping_ = true;
    keeps_alive_ = false;
    if (exchange_) exchange_->end();
    if (idle_since()) stream_->close();
}

std::optional<Time> Connection1::idle_since() const {
    if (exchange_ || is_reading_head_) return std::nullopt;
    return since_;
}

void Connection1::look_after(Time now) {
    if (!exchange_ || exchange_->is_over() || since_ > now - abandoned_after) return;
    if (stream_->is_abandoned()) exchange_->end();
}

Task<> Connection1::serve() {
    try {
        co_await serve_requests();
    } catch (const io::StreamError& error) {
        connection_log.debug("connection of {} ended: {}", stream_->peer().text(), error.what());
    }
    if (!speaks_http2_) stream_->close();
}

/// A client that knows beforehand that we speak HTTP/2 begins with words that are no request.
Task<> Connection1::find_preface() {
    Time deadline = now() + place_.options.idle_max;
    for (;;) {
        std::string_view come = as_text(input_.view()).substr(0, http2_preface.size());
        if (!http2_preface.starts_with(come)) co_return;
        speaks_http2_ = come.size() == http2_preface.size();
        if (speaks_http2_) co_return;
        auto got = co_await fill(deadline);
        if (!got) keeps_alive_ = false;
        if (!got || *got == 0) co_return;
    }
}

Task<> Connection1::serve_requests() {
    co_await find_preface();
    while (keeps_alive_ && !speaks_http2_) {
        auto head = co_await read_head();
        if (!head) break;
        co_await answer(*std::move(head));
        co_await take_turns(turn_bytes_per_request);
    }
    if (must_linger_) co_await linger();
}

/// What has come, or why nothing more will. A peer that leaves has failed with nobody to tell.
Task<Outcome<std::size_t, Status>> Connection1::fill(Time deadline) {
    try {
        std::size_t got = co_await input_.fill(*stream_, deadline);
        co_await take_turns(got);
        co_return got;
    } catch (const io::StreamError& error) {
        if (error.reason() != io::StreamError::Reason::timed_out) throw;
    }
    co_return fail(Status::request_timeout, "the rest did not come in time");
}

Task<std::optional<RequestHead>> Connection1::read_head() {
    since_ = now();
    Time deadline = since_ + place_.options.idle_max;
    for (;;) {
        auto step = parser_.next(input_.view());
        if (!step) {
            co_await refuse({status_of(step.error().code), step.error().detail});
            co_return std::nullopt;
        }
        input_.consume(step->consumed);
        if (step->found == Parser::Found::head) break;
        if (!is_reading_head_ && !parser_.is_between_messages()) {
            is_reading_head_ = true;
            deadline = now() + place_.options.head_max;
        }
        auto got = co_await fill(deadline);
        if (!got && is_reading_head_) co_await refuse(got.error());
        if (!got || *got == 0) co_return std::nullopt;
    }
    is_reading_head_ = false;
    co_return parser_.take_head();
}

/// Answers what is no request, and ends the connection.
Task<> Connection1::refuse(Failure<Status> failure) {
    keeps_alive_ = false;
    must_linger_ = true;
    has_whole_body_ = true;
    asked_head_ = false;
    version_ = Version::http_1_1;
    Exchange exchange(place_, {}, peers(), *this);
    co_await place_.router.refuse(exchange, std::move(failure));
}

Task<> Connection1::answer(RequestHead head) {
    since_ = now();
    version_ = head.version;
    asked_head_ = head.method == Method::head;
    keeps_alive_ = head.keeps_alive && !is_stopping_;
    must_continue_ = head.expects_continue;
    has_whole_body_ = false;
    body_left_ = head.content_length.value_or(0);
    if (!head.has_body) co_await skip_body(); // which comes with the head
    Exchange exchange(place_, std::move(head), peers(), *this);
    exchange_ = &exchange;
    if (is_stopping_) exchange.end();
    try {
        co_await place_.router.answer(exchange);
    } catch (...) {
        exchange_ = nullptr;
        throw;
    }
    exchange_ = nullptr;
    if (!has_whole_body_) must_linger_ = !keeps_alive_;
    if (!has_whole_body_ && keeps_alive_) co_await skip_body();
}

Task<Outcome<Bytes, Status>> Connection1::read_body() {
    if (has_whole_body_) co_return Bytes();
    co_await give_leave();
    for (;;) {
        auto step = parser_.next(input_.view());
        if (!step) {
            keeps_alive_ = false;
            has_whole_body_ = must_linger_ = true;
            co_return fail(status_of(step.error().code), step.error().detail);
        }
        Bytes piece;
        if (step->found == Parser::Found::body)
            piece = Bytes::copy_of(step->body, place_.memory.charge(step->body.size()));
        input_.consume(step->consumed);
        body_left_ -= std::min<std::uint64_t>(body_left_, piece.size());
        if (step->found == Parser::Found::end) has_whole_body_ = true;
        if (step->found != Parser::Found::more) co_return piece;
        CO_TRY(std::size_t got, co_await fill(now() + place_.options.body_wait_max));
        if (got == 0)
            throw io::StreamError(io::StreamError::Reason::closed, "it ended in the middle of a request");
    }
}

/// What is left of a body is read for the sake of the next request, unless it is long, or was not sent yet.
bool Connection1::may_skip_body() const {
    return has_whole_body_ || (!must_continue_ && body_left_ <= place_.options.unread_bytes_max);
}

Task<> Connection1::skip_body() {
    for (std::uint64_t skipped = 0; !has_whole_body_;) {
        auto piece = co_await read_body();
        skipped += piece ? piece->size() : 0;
        if (!piece || skipped > place_.options.unread_bytes_max) {
            keeps_alive_ = false;
            must_linger_ = true;
            co_return;
        }
    }
}

/// Says how long the answer is, and whether another request is read.
void Connection1::frame(ResponseHead& head, ByteView first, More more) {
    is_chunked_ = false;
    bool has_body = may_have_body(head.status);
    if (has_body && !head.content_length && more == More::none && !asked_head_)
        head.content_length = first.size();
    if (head.content_length) {
        head.fields.set("Content-Length", std::to_string(*head.content_length));
    } else if (has_body && version_ == Version::http_1_1) {
        is_chunked_ = more == More::follows;
        head.fields.set("Transfer-Encoding", "chunked");
    } else if (has_body && more == More::follows) {
        keeps_alive_ = false; // its end is the connection's
    }
    if (!may_skip_body()) keeps_alive_ = false;
    if (!keeps_alive_) head.fields.set("Connection", "close");
    if (keeps_alive_ && version_ == Version::http_1_0) head.fields.set("Connection", "keep-alive");
}

/// The peer may send the body that it has announced.
Task<> Connection1::give_leave() {
    if (std::exchange(must_continue_, false)) co_await write_pieces({as_bytes(go_on)});
}

Task<> Connection1::begin(ResponseHead head, ByteView first, More more) {
    if (more == More::follows) co_await give_leave(); // the handler may read while it answers
    frame(head, first, more);
    std::string           text = text_of(head);
    std::vector<ByteView> pieces{as_bytes(text)};
    if (!first.empty()) pieces.push_back(first);
    check(first.empty() || !is_chunked_, "a body whose length is not known follows its head");
    co_await write_pieces(std::move(pieces));
}

Task<> Connection1::write(ByteView piece, More more) {
    std::string           head = chunk_head(piece.size());
    std::vector<ByteView> pieces;
    if (is_chunked_ && !piece.empty()) pieces.push_back(as_bytes(head));
    if (!piece.empty()) pieces.push_back(piece);
    if (is_chunked_ && !piece.empty()) pieces.push_back(as_bytes(chunk_tail));
    if (is_chunked_ && more == More::none) pieces.push_back(as_bytes(last_chunk));
    if (!pieces.empty()) co_await write_pieces(std::move(pieces));
}

Task<> Connection1::write_pieces(std::vector<ByteView> pieces) {
    std::size_t bytes = 0;
    for (ByteView piece : pieces) bytes += piece.size();
    co_await stream_->write(std::move(pieces), write_deadline(bytes));
    co_await take_turns(bytes);
}

void Connection1::cut_off() {
    keeps_alive_ = false;
    stream_->close();
}

/// A peer that still sends would be told that the connection is reset, and perhaps not read the answer: what
/// it sends is read for a moment.
Task<> Connection1::linger() {
    Time deadline = now() + place_.options.linger_max;
    for (std::uint64_t skipped = 0; skipped <= place_.options.unread_bytes_max;) {
        input_.consume(input_.view().size());
        auto got = co_await fill(deadline);
        if (!got || *got == 0 || now() >= deadline) co_return;
        skipped += *got;
    }
}

} // namespace riacho::http
