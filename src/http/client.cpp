#include "http/client.hpp"

#include "io/tls_stream.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <utility>

namespace riacho::http {
namespace {

/// To do it twice is to do it once.
bool is_idempotent(const Request& request) {
    return request.method != Method::post && request.method != Method::patch && !request.source;
}

} // namespace

ClientResponse::~ClientResponse() {
    if (!connection_) return;
    check(!connection_->is_sending(), "a request with a source is finished before its response dies");
    client_->give_back(std::move(connection_));
}

Task<Outcome<std::string, ClientError>> ClientResponse::read_all(std::size_t bytes_max, Time deadline) {
    std::string whole;
    for (;;) {
        CO_TRY(Bytes piece, co_await read(deadline));
        if (piece.empty()) co_return whole;
        if (piece.size() > bytes_max - whole.size())
            co_return fail(ClientError::too_large,
                           fmt::format("the answer has more than {} bytes", bytes_max));
        whole += as_text(piece.view());
    }
}

Client::Client(io::Shard& shard, io::Network& network, ClientOptions options)
    : shard_(shard), network_(network), options_(options), freed_(shard) {}

Task<Outcome<ClientResponse, ClientError>> Client::ask(Request request, Time deadline) {
    for (;;) {
        CO_TRY(auto connection, co_await take(request.origin, deadline));
        bool may_repeat = std::exchange(connection->was_used, true) && is_idempotent(request);
        auto head = co_await exchange(*connection, may_repeat ? request : std::move(request), deadline);
        if (head) co_return ClientResponse(*this, std::move(connection), *std::move(head));
        bool was_stale = !connection->has_begun() && head.error().code == ClientError::closed;
        give_back(std::move(connection));
        if (!may_repeat || !was_stale) co_return std::unexpected(head.error());
    }
}

Task<Outcome<ResponseHead, ClientError>> Client::exchange(ClientConnection& connection, Request request,
                                                          Time deadline) {
    Method method = request.method;
    auto   sent = co_await connection.send(std::move(request), deadline);
    // Who refuses a request may stop reading it: the answer may be there all the same.
    bool may_be_answered = sent || sent.error().code == ClientError::closed;
    if (!may_be_answered) co_return std::unexpected(sent.error());
    auto head = co_await connection.receive_head(method, deadline);
    if (!head) co_await connection.end_sending();
    if (!head && !sent) co_return std::unexpected(sent.error());
    co_return head;
}

/// A kept connection, or a new one when one more may be used.
Task<Client::Taken> Client::take(Origin origin, Time deadline) {
    auto closed = [] { return fail(ClientError::closed, "this client is closed"); };
    if (is_closed_) co_return closed();
    for (;;) {
        auto to_one = static_cast<std::size_t>(std::ranges::count(in_use_, origin));
        if (in_use_.size() < options_.connections_max && to_one < options_.connections_to_one_max) break;
        if (shard_.now() >= deadline)
            co_return fail(ClientError::busy, fmt::format("{} requests are under way, {} of them to {}",
                                                          in_use_.size(), to_one, origin.host_text()));
        // What it gives says nothing: another one that waits may have reset the event since it was set.
        freed_.reset();
        co_await freed_.wait_until(deadline);
    }
    in_use_.push_back(origin);
    Taken taken = take_idle(origin);
    if (!*taken) taken = co_await connect(origin, deadline);
    if (taken && is_closed_) taken = closed();
    if (taken)
        used_.push_back(taken->get());
    else
        release(origin);
    co_return taken;
}

std::unique_ptr<ClientConnection> Client::take_idle(const Origin& origin) {
    Time oldest = shard_.now() - options_.idle_max;
    std::erase_if(idle_, [&](const auto& kept) { return kept->idle_since < oldest || kept->is_stale(); });
    for (auto kept = idle_.rbegin(); kept != idle_.rend(); ++kept) {
        if ((*kept)->origin() != origin) continue;
        auto found = std::move(*kept);
        idle_.erase(std::next(kept).base());
        return found;
    }
    return nullptr;
}

Task<Client::Taken> Client::connect(Origin origin, Time deadline) {
    deadline = std::min(deadline, shard_.now() + options_.connect_max);
    try {
        auto stream = co_await network_.connect(shard_, origin.endpoint, deadline);
        if (origin.scheme == Scheme::https) {
            if (!options_.tls) co_return fail(ClientError::untrusted, "this client is not set up for TLS");
            stream = co_await io::TlsStream::open(shard_, std::move(stream), *options_.tls,
                                                  origin.endpoint.host, deadline);
        }
        co_return std::make_unique<ClientConnection>(shard_, std::move(origin), std::move(stream),
                                                     options_.heads);
    } catch (const io::TlsError& error) {
        co_return fail(ClientError::untrusted, error.what());
    } catch (const io::StreamError& error) {
        bool is_late = error.reason() == io::StreamError::Reason::timed_out;
        co_return fail(is_late ? ClientError::timed_out : ClientError::unreachable, error.what());
    }
}

void Client::close() {
    is_closed_ = true;
    idle_.clear();
    for (ClientConnection* connection : used_) connection->close();
}

void Client::release(const Origin& origin) {
    in_use_.erase(std::ranges::find(in_use_, origin));
    freed_.set();
}

void Client::give_back(std::unique_ptr<ClientConnection> connection) {
    release(connection->origin());
    std::erase(used_, connection.get());
    bool is_kept = connection->is_reusable() && options_.idle_connections_max > 0 && !is_closed_;
    if (!is_kept) return connection->close();
    if (idle_.size() == options_.idle_connections_max) idle_.erase(idle_.begin());
    connection->idle_since = shard_.now();
    idle_.push_back(std::move(connection));
}

} // namespace riacho::http
