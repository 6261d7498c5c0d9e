// How a link begins, and what may be wrong with that: TLS, SASL, somebody else at the port.
#include "client/link/link.hpp"
#include "client/link/link_inside.hpp"
#include "codec/endian.hpp"
#include "kafka/messages/sasl_authenticate.hpp"
#include "kafka/messages/sasl_handshake.hpp"

#include <fmt/format.h>

namespace riacho::client {

LinkError link_error_of(const io::TlsError& error) {
    switch (error.cause()) {
    case io::TlsError::Cause::not_tls:
        return LinkError::other_protocol;
    case io::TlsError::Cause::untrusted:
        return LinkError::untrusted;
    case io::TlsError::Cause::refused:
        return LinkError::unauthorized;
    case io::TlsError::Cause::truncated:
    case io::TlsError::Cause::failed:
        break;
    }
    return LinkError::closed;
}

Task<Link::Answer<std::unique_ptr<io::Stream>>> Link::open_stream(io::Shard& shard, io::Network& network,
                                                                  LinkOptions options, Time deadline) {
    LinkError   why = LinkError::unreachable;
    std::string detail;
    try {
        auto stream = co_await network.connect(shard, options.broker, deadline, options.cancellation);
        if (!options.security || !options.security->tls()) co_return stream;
        why = LinkError::closed;
        io::Cancellation::Step step(options.cancellation, [below = stream.get()] { below->close(); });
        co_return co_await io::TlsStream::open(shard, std::move(stream), *options.security->tls(),
                                               options.broker.host, deadline);
    } catch (const io::TlsError& error) {
        why = link_error_of(error);
        detail = error.what();
    } catch (const io::StreamError& error) {
        if (error.reason() == io::StreamError::Reason::timed_out && why == LinkError::closed)
            why = LinkError::timed_out;
        detail = error.what();
    }
    co_return fail(why, detail);
}

Task<Link::Answer<void>> Link::authenticate(Time deadline) {
    if (!options_.security || options_.security->mechanism() == SaslMechanism::none) co_return Answer<void>();
    auto chosen = co_await choose_mechanism(deadline);
    if (!chosen) co_return chosen;
    CO_TRY(auto client, co_await options_.security->begin_sasl(shard_, deadline));
    auto said = co_await exchange_sasl(std::move(client), deadline);
    bool is_refused = !said && said.error().code == LinkError::unauthorized;
    if (is_refused && options_.security->note_refusal() == KeptToken::Outlook::better)
        co_return fail(LinkError::closed, said.error().detail); // which another try may mend
    co_return said;
}

Task<Link::Answer<void>> Link::choose_mechanism(Time deadline) {
    std::string mechanism(name_of(options_.security->mechanism()));
    CO_TRY(kafka::Version version, version_of(kafka::SaslHandshakeRequest::api));
    if (version == 0)
        co_return fail(LinkError::unsupported,
                       fmt::format("{} speaks SASL as Kafka did before 1.0 only", options_.broker.text()));
    auto answer = co_await ask_in(version, kafka::SaslHandshakeRequest{.mechanism = mechanism}, deadline);
    if (!answer) co_return std::unexpected(answer.error());
    if (answer->error_code == kafka::ErrorCode::none) co_return Answer<void>();
    if (answer->error_code == kafka::ErrorCode::illegal_sasl_state)
        co_return fail(
            LinkError::other_protocol,
            fmt::format("{} takes no SASL at this port; see security.protocol", options_.broker.text()));
    std::string taken;
    for (const auto& name : answer->mechanisms) taken += (taken.empty() ? "" : ", ") + name;
    co_return fail(LinkError::unauthorized,
                   fmt::format("{} does not take sasl.mechanism={}; it takes {}", options_.broker.text(),
                               mechanism, taken.empty() ? "none" : taken));
}

Task<Link::Answer<void>> Link::exchange_sasl(std::unique_ptr<SaslClient> client, Time deadline) {
    constexpr int              steps_max = 8; // no mechanism has half as many
    std::optional<std::string> say = client->begin();
    for (int step = 0; say && step < steps_max; ++step) {
        kafka::SaslAuthenticateRequest request{.auth_bytes = Bytes::copy_of(*say)};
        auto                           answer = co_await ask(std::move(request), deadline);
        if (!answer) co_return std::unexpected(answer.error());
        if (answer->error_code != kafka::ErrorCode::none)
            co_return fail(
                LinkError::unauthorized,
                fmt::format("{} refuses the credentials: {}", options_.broker.text(),
                            answer->error_message.value_or(std::string(name_of(answer->error_code)))));
        // A little before the broker would close the connection; as the Java client, but without its chance.
        if (answer->session_lifetime_ms > 0)
            expires_at_ = shard_.now() + std::chrono::milliseconds(answer->session_lifetime_ms / 100 * 85);
        auto next = client->answer(as_text(answer->auth_bytes.view()));
        if (!next) {
            end(next.error().code, next.error().detail);
            co_return std::unexpected(next.error());
        }
        say = std::move(*next);
    }
    if (say) co_return fail(LinkError::malformed, fmt::format("{} never ends SASL", options_.broker.text()));
    co_return Answer<void>();
}

/// A broker that expects something else than what it gets closes the connection without a word.
std::string Link::describe_end() const {
    bool        secure = options_.security && options_.security->tls();
    bool        named = options_.security && options_.security->mechanism() != SaslMechanism::none;
    std::string what = fmt::format("{} closed the connection", options_.broker.text());
    if (responses_ == 0 && !secure) return what + "; perhaps it speaks TLS at this port (security.protocol)";
    if (responses_ <= 1 && !named)
        return what + "; perhaps it asks for SASL (security.protocol, sasl.mechanism)";
    return what;
}

std::string Link::describe_bad_size(ByteView size_field) const {
    std::string_view start = as_text(size_field);
    std::string      who = options_.broker.text();
    // A record of TLS: an alert or a handshake, version 3.x.
    if (responses_ == 0 && (start[0] == 0x15 || start[0] == 0x16) && start[1] == 0x03)
        return who + " speaks TLS at this port (security.protocol=SSL or SASL_SSL)";
    if (responses_ == 0 && start == "HTTP") return who + " is a web server, not a broker of Kafka";
    auto size = load_big<std::int32_t>(size_field.data());
    return fmt::format("{} sent a frame of {} bytes", who, size);
}

} // namespace riacho::client
