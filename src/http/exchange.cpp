#include "http/exchange.hpp"

#include "http/date.hpp"
#include "http/encoding.hpp"
#include "http/router.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <utility>

namespace riacho::http {
namespace {

constexpr std::size_t gzip_piece_bytes = 64 << 10; ///< compressed before others have their turn

} // namespace

Response response(std::string content_type, std::string body, Status status) {
    return {status, {{"Content-Type", std::move(content_type)}}, std::move(body)};
}

Exchange::Exchange(const ServerPlace& place, RequestHead head, Peers peers, Transport& transport)
    : place_(place), head_(std::move(head)), peers_(std::move(peers)), transport_(transport),
      body_bytes_max_(place.options.body_bytes_max) {}

const std::string& Exchange::parameter(std::string_view name) const {
    auto found = parameters_.find(name);
    check(found != parameters_.end(), "a handler asks for the parameters of its route");
    return found->second;
}

void Exchange::set_route(std::map<std::string, std::string, std::less<>> parameters,
                         std::uint64_t                                   body_bytes_max) {
    parameters_ = std::move(parameters);
    body_bytes_max_ = body_bytes_max;
}

Task<Outcome<Bytes, Status>> Exchange::read() {
    std::uint64_t told = head_.content_length.value_or(0);
    if (told > body_bytes_max_)
        co_return fail(Status::content_too_large,
                       fmt::format("the body has {} bytes, at most {} are taken", told, body_bytes_max_));
    CO_TRY(Bytes piece, co_await transport_.read_body());
    body_bytes_ += piece.size();
    if (body_bytes_ > body_bytes_max_)
        co_return fail(Status::content_too_large,
                       fmt::format("the body has more than {} bytes", body_bytes_max_));
    co_return piece;
}

Task<Outcome<std::string, Status>> Exchange::read_all() {
    std::string whole;
    for (;;) {
        CO_TRY(Bytes piece, co_await read());
        if (piece.empty()) co_return whole;
        if (whole.size() + piece.size() > body_memory_.bytes()) {
            // As a string grows: twice as much, and the old half beside it while it is copied.
            std::size_t room = (whole.size() + piece.size()) * 2;
            auto        charge = place_.memory.try_charge(room);
            if (!charge) co_return fail(Status::service_unavailable, "there is no memory for the body");
            whole.reserve(room);
            body_memory_ = *std::move(charge);
        }
        whole += as_text(piece.view());
    }
}

/// What every answer carries.
void Exchange::complete(ResponseHead& head) const {
    head.fields.set("Date", date_text(place_.clock.wall()));
    for (const Field& field : place_.router.common_fields())
        if (!head.fields.has(field.name)) head.fields.add(field.name, field.value);
}

/// Whether the body of this answer is compressed; says that it may be, for caches.
bool Exchange::must_compress(ResponseHead& head) const {
    const std::string* type = head.fields.find("Content-Type");
    bool               is_small = head.content_length && *head.content_length < gzip_bytes_min;
    if (!may_have_body(head.status) || !type || !is_compressible(*type) || is_small ||
        head.fields.has("Content-Encoding"))
        return false;
    if (!head.fields.lists("Vary", "Accept-Encoding")) head.fields.add("Vary", "Accept-Encoding");
    return accepts_gzip(head_.fields);
}

/// False where it need not be, or there is no memory for it.
bool Exchange::start_compressing(ResponseHead& head) {
    if (!must_compress(head)) return false;
    auto memory = place_.memory.try_charge(GzipStream::held_bytes);
    if (!memory) return false;
    gzip_memory_ = *std::move(memory);
    gzip_ = std::make_unique<GzipStream>();
    head.fields.set("Content-Encoding", "gzip");
    head.content_length.reset();
    const std::string* tag = head.fields.find("ETag");
    if (tag && !tag->starts_with("W/")) head.fields.set("ETag", "W/" + *tag);
    return true;
}

Task<> Exchange::respond(Response response) {
    ResponseHead head{.status = response.status, .fields = std::move(response.fields)};
    co_await respond(std::move(head), as_bytes(response.body));
}

Task<> Exchange::respond(ResponseHead head, ByteView body) {
    check(state_ == State::asked, "a request is answered once");
    has_body_ = may_have_body(head.status);
    complete(head);
    if (has_body_) head.content_length = body.size();
    if (start_compressing(head) && !hides_body())
        co_return co_await respond_compressed(std::move(head), body);
    state_ = State::finished;
    co_await transport_.begin(std::move(head), hides_body() ? ByteView() : body, More::none);
}

Task<> Exchange::respond_compressed(ResponseHead head, ByteView body) {
    if (body.size() > gzip_piece_bytes) {
        state_ = State::begun;
        co_await transport_.begin(std::move(head), {}, More::follows);
        co_return co_await write_compressed(body, GzipStream::Flush::none);
    }
    std::string packed;
    gzip_->put(body, GzipStream::Flush::finish, packed);
    gzip_.reset();
    state_ = State::finished;
    head.content_length = packed.size();
    co_await transport_.begin(std::move(head), as_bytes(packed), More::none);
}

Task<> Exchange::begin(ResponseHead head) {
    check(state_ == State::asked, "a request is answered once");
    state_ = State::begun;
    has_body_ = may_have_body(head.status);
    complete(head);
    start_compressing(head);
    if (hides_body()) state_ = State::finished;
    co_await transport_.begin(std::move(head), {}, hides_body() ? More::none : More::follows);
}

Task<> Exchange::write(ByteView piece) {
    check(state_ != State::asked, "a body comes behind its head");
    if (state_ == State::finished || piece.empty()) co_return; // nobody asked for the body
    if (gzip_) co_return co_await write_compressed(piece, GzipStream::Flush::sync);
    co_await transport_.write(piece, More::follows);
}

/// In pieces, between which others have their turn.
Task<> Exchange::write_compressed(ByteView piece, GzipStream::Flush flush) {
    while (!piece.empty()) {
        ByteView    part = piece.first(std::min(piece.size(), gzip_piece_bytes));
        std::string packed;
        piece = piece.subspan(part.size());
        gzip_->put(part, piece.empty() ? flush : GzipStream::Flush::none, packed);
        if (!packed.empty()) co_await transport_.write(as_bytes(packed), More::follows);
        if (!piece.empty()) co_await place_.shard.enter();
    }
}

Task<> Exchange::finish() {
    if (std::exchange(state_, State::finished) != State::begun) co_return;
    std::string packed;
    if (gzip_) gzip_->put({}, GzipStream::Flush::finish, packed);
    co_await transport_.write(as_bytes(packed), More::none);
}

void Exchange::end() {
    is_over_ = true;
    if (waker_) waker_->set();
}

void Exchange::wake_when_over(io::Event* event) {
    waker_ = event;
    if (waker_ && is_over_) waker_->set();
}

} // namespace riacho::http
