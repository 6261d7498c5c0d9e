#include "http/proxy.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace riacho::http {
namespace {

constexpr Time look_every_half_second = std::chrono::milliseconds(500);

/// Of one connection, or said anew by whoever sends the message on.
bool stays_here(const Fields& fields, std::string_view name) {
    constexpr std::string_view names[] = {"Connection",
                                          "Keep-Alive",
                                          "Proxy-Authenticate",
                                          "Proxy-Authorization",
                                          "Proxy-Connection",
                                          "TE",
                                          "Trailer",
                                          "Upgrade",
                                          "Transfer-Encoding",
                                          "Content-Length",
                                          "Host",
                                          "Expect",
                                          "Date",
                                          "Accept-Encoding"};
    auto is_name = [&](std::string_view known) { return equals_ignoring_case(known, name); };
    return std::ranges::any_of(names, is_name) || fields.lists("Connection", name);
}

Fields passed_on(const Fields& fields) {
    Fields passed;
    for (const Field& field : fields)
        if (!stays_here(fields, field.name)) passed.add(field.name, field.value);
    return passed;
}

Task<Outcome<Bytes, ClientError>> body_of(Exchange& exchange) {
    try {
        auto piece = co_await exchange.read();
        if (!piece) co_return fail(ClientError::no_body, piece.error().detail);
        co_return *std::move(piece);
    } catch (const io::StreamError& error) { co_return fail(ClientError::no_body, error.what()); }
}

std::unexpected<Failure<Status>> gateway_failure(const Failure<ClientError>& failure) {
    switch (failure.code) {
    case ClientError::timed_out:
        return fail(Status::gateway_timeout, failure.detail);
    case ClientError::busy:
        return fail(Status::service_unavailable, failure.detail);
    case ClientError::no_body:
        return fail(Status::bad_request, failure.detail);
    default:
        return fail(Status::bad_gateway, failure.detail);
    }
}

/// The next piece. Looks now and then whether anybody still wants it.
Task<Outcome<Bytes, ClientError>> next_piece(Exchange& exchange, ClientResponse& answer, Time silence_max) {
    Time end = exchange.shard().now() + silence_max;
    for (;;) {
        Time deadline = std::min(end, exchange.shard().now() + look_every_half_second);
        auto piece = co_await answer.read(deadline);
        if (piece || piece.error().code != ClientError::timed_out) co_return piece;
        if (exchange.is_over() || exchange.shard().now() >= end) co_return piece;
    }
}

Task<Outcome<void, Status>> pass_back(Exchange& exchange, ClientResponse& answer, Time silence_max) {
    co_await exchange.begin({.status = answer.head().status,
                             .fields = passed_on(answer.head().fields),
                             .content_length = answer.head().content_length});
    for (;;) {
        auto piece = co_await next_piece(exchange, answer, silence_max);
        if (!piece) co_return gateway_failure(piece.error());
        if (piece->empty()) co_return Outcome<void, Status>{};
        co_await exchange.write(piece->view());
    }
}

} // namespace

Task<Outcome<void, Status>> pass_on(Exchange& exchange, Client& client, Url to, ProxyOptions options) {
    const RequestHead& head = exchange.head();
    Request            request{.method = head.method,
                               .origin = std::move(to.origin),
                               .target = std::move(to.target),
                               .fields = passed_on(head.fields)};
    if (head.has_body) request.source = [&exchange] { return body_of(exchange); };
    auto answer = co_await client.ask(std::move(request), exchange.shard().now() + options.head_max);
    if (!answer) co_return gateway_failure(answer.error());
    std::exception_ptr    gone;
    Outcome<void, Status> done;
    try {
        done = co_await pass_back(exchange, *answer, options.silence_max);
    } catch (const io::StreamError&) { gone = std::current_exception(); }
    co_await answer->finish(); // its source uses the exchange
    if (gone) std::rethrow_exception(gone);
    co_return done;
}

} // namespace riacho::http
