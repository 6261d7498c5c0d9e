#include "http/client_connection.hpp"

#include "http/serializer.hpp"

#include <utility>

namespace riacho::http {
namespace {

constexpr Time        piece_write_max = std::chrono::seconds(60);
constexpr std::size_t client_turn_bytes = 256 << 10;

std::unexpected<Failure<ClientError>> failure_of(const io::StreamError& error) {
    bool is_late = error.reason() == io::StreamError::Reason::timed_out;
    return fail(is_late ? ClientError::timed_out : ClientError::closed, error.what());
}

std::string head_text(const Request& request) {
    RequestHead head{.method = request.method, .target = request.target, .fields = request.fields};
    head.fields.set("Host", request.origin.host_text());
    bool has_length = !request.body.empty() || request.method == Method::post ||
                      request.method == Method::put || request.method == Method::patch;
    if (request.source)
        head.fields.set("Transfer-Encoding", "chunked");
    else if (has_length)
        head.fields.set("Content-Length", std::to_string(request.body.size()));
    return text_of(head);
}

} // namespace

Task<Outcome<void, ClientError>> ClientConnection::write(std::vector<ByteView> pieces, Time deadline) {
    try {
        co_await stream_->write(std::move(pieces), deadline);
        co_return Outcome<void, ClientError>{};
    } catch (const io::StreamError& error) { co_return failure_of(error); }
}

Task<Outcome<void, ClientError>> ClientConnection::send(Request request, Time deadline) {
    has_begun_ = has_whole_answer_ = false;
    std::string           head = head_text(request);
    std::vector<ByteView> pieces{as_bytes(head)};
    if (!request.source && !request.body.empty()) pieces.push_back(as_bytes(request.body));
    auto sent = co_await write(std::move(pieces), deadline);
    if (sent && request.source) sending_.spawn(send_source(std::move(request.source)));
    co_return sent;
}

/// A server may answer while it reads, and read no further before the answer is read: both go on at once. Who
/// has stopped reading may have answered all the same, so that is no failure here.
Task<> ClientConnection::send_source(BodySource source) {
    for (;;) {
        auto piece = co_await source();
        if (!piece) {
            no_body_ = std::move(piece.error());
            co_return stream_->close();
        }
        bool is_last = piece->empty();
        auto sent = co_await send_piece(*std::move(piece));
        if (is_last || !sent) co_return;
    }
}

Task<> ClientConnection::end_sending() {
    if (!is_sending()) co_return;
    co_await shard_.enter(); // it may have nothing left to do but to end
    if (is_sending()) stream_->close();
    co_await sending_.join();
}

Task<Outcome<void, ClientError>> ClientConnection::send_piece(Bytes piece) {
    std::string           head = chunk_head(piece.size());
    std::vector<ByteView> pieces{as_bytes(head), piece.view(), as_bytes(chunk_tail)};
    if (piece.empty()) pieces = {as_bytes(last_chunk)};
    co_return co_await write(std::move(pieces), shard_.now() + piece_write_max);
}

/// 0 at the server's end.
Task<Outcome<std::size_t, ClientError>> ClientConnection::fill(Time deadline) {
    try {
        std::size_t got = co_await input_.fill(*stream_, deadline);
        turn_bytes_ += got;
        if (turn_bytes_ > client_turn_bytes) { // others have their turn
            turn_bytes_ = 0;
            co_await shard_.enter();
        }
        co_return got;
    } catch (const io::StreamError& error) {
        if (no_body_) co_return std::unexpected(*no_body_);
        co_return failure_of(error);
    }
}

/// The next thing in the answer other than `more`; `end` too where the answer ends with its connection.
Task<Outcome<Parser::Step, ClientError>> ClientConnection::next(Time deadline) {
    for (;;) {
        auto step = parser_.next(input_.view());
        if (!step) co_return fail(ClientError::malformed, step.error().detail);
        if (step->found != Parser::Found::more) co_return *step;
        input_.consume(step->consumed);
        CO_TRY(std::size_t got, co_await fill(deadline));
        has_begun_ = has_begun_ || got > 0;
        if (got > 0) continue;
        if (!has_begun_) co_return fail(ClientError::closed, "the server left without an answer");
        if (auto ended = parser_.finish(); !ended) co_return fail(ClientError::closed, ended.error().detail);
        if (parser_.is_between_messages()) co_return fail(ClientError::closed, "the server left");
        co_return Parser::Step{Parser::Found::end, 0};
    }
}

Task<Outcome<ResponseHead, ClientError>> ClientConnection::receive_head(Method method, Time deadline) {
    parser_.set_method(method);
    for (;;) {
        CO_TRY(Parser::Step step, co_await next(deadline));
        input_.consume(step.consumed);
        if (step.found != Parser::Found::head) continue; // the end of an informational one
        ResponseHead head = parser_.take_head();
        if (number_of(head.status) < 200) continue;
        keeps_alive_ = head.keeps_alive;
        if (head.has_body) co_return head;
        CO_TRY(Parser::Step end, co_await next(deadline));
        input_.consume(end.consumed);
        has_whole_answer_ = end.found == Parser::Found::end;
        co_return head;
    }
}

Task<Outcome<Bytes, ClientError>> ClientConnection::receive_body(Time deadline) {
    if (has_whole_answer_) co_return Bytes();
    CO_TRY(Parser::Step step, co_await next(deadline));
    Bytes piece;
    if (step.found == Parser::Found::body) piece = Bytes::copy_of(step.body);
    input_.consume(step.consumed);
    has_whole_answer_ = step.found == Parser::Found::end;
    co_return piece;
}

} // namespace riacho::http
