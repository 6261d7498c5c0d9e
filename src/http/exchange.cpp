#include "http/exchange.hpp"

#include "http/date.hpp"
#include "http/router.hpp"

#include <fmt/core.h>
#include <utility>

namespace riacho::http {

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

Task<> Exchange::respond(Response response) {
    check(state_ == State::asked, "a request is answered once");
    state_ = State::finished;
    ResponseHead head{.status = response.status, .fields = std::move(response.fields)};
    has_body_ = may_have_body(response.status);
    complete(head);
    if (has_body_) head.content_length = response.body.size();
    ByteView body = as_bytes(response.body);
    co_await transport_.begin(std::move(head), hides_body() ? ByteView() : body, More::none);
}

Task<> Exchange::begin(ResponseHead head) {
    check(state_ == State::asked, "a request is answered once");
    state_ = State::begun;
    has_body_ = may_have_body(head.status);
    complete(head);
    if (hides_body()) state_ = State::finished;
    co_await transport_.begin(std::move(head), {}, hides_body() ? More::none : More::follows);
}

Task<> Exchange::write(ByteView piece) {
    check(state_ != State::asked, "a body comes behind its head");
    if (state_ == State::finished || piece.empty()) co_return; // nobody asked for the body
    co_await transport_.write(piece, More::follows);
}

Task<> Exchange::finish() {
    if (std::exchange(state_, State::finished) == State::begun) co_await transport_.write({}, More::none);
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
