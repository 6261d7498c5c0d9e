#include "app/token_issuer.hpp"

#include "codec/base64.hpp"
#include "data/json_parse.hpp"
#include "http/client.hpp"
#include "http/target.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace riacho::app {
namespace {

using client::IssuedToken;
using client::LinkError;
using client::TokenGrant;
using Issued = Outcome<IssuedToken, LinkError>;

/// What is not said by us and may be shown: the beginning, without what a terminal would obey.
std::string shown(std::string_view text) {
    constexpr std::size_t shown_max = 200;
    std::string           result(text.substr(0, shown_max));
    std::ranges::replace_if(result, [](char c) { return c < ' ' || c > '~'; }, ' ');
    return result;
}

std::string text_in(const data::Json& json, std::string_view name) {
    const data::Json* value = json.find(name);
    return value && value->string() ? *value->string() : std::string();
}

/// Some providers give numbers as text.
std::optional<std::int64_t> number_in(const data::Json& json, std::string_view name) {
    const data::Json* value = json.find(name);
    if (!value) return std::nullopt;
    if (!value->string()) return value->int64();
    auto number = data::Number::from_text(*value->string());
    return number ? data::Json(*number).int64() : std::nullopt;
}

/// From when to when a JSON web token is good, by its own words, which nobody checks here.
std::optional<Time> lifetime_in(std::string_view token) {
    auto first = token.find('.');
    if (first == token.npos) return std::nullopt;
    std::string_view claims = token.substr(first + 1);
    auto             bytes = parse_base64(claims.substr(0, claims.find('.')), Base64::url);
    if (!bytes) return std::nullopt;
    auto json = data::parse_json(as_text(*bytes));
    if (!json) return std::nullopt;
    auto issued = number_in(*json, "iat"), expires = number_in(*json, "exp");
    if (!issued || !expires || *expires <= *issued) return std::nullopt;
    return std::chrono::seconds(std::min<std::int64_t>(*expires - *issued, 365 * 24 * 3600));
}

http::Request request_of(const TokenGrant& grant, http::Url url) {
    bool        is_encoded = grant.header == TokenGrant::Header::url_encoded;
    std::string name = is_encoded ? http::percent_encoded(grant.client_id) : grant.client_id;
    std::string secret = is_encoded ? http::percent_encoded(grant.client_secret) : grant.client_secret;
    std::string body = "grant_type=client_credentials";
    if (!grant.scope.empty()) body += "&scope=" + http::percent_encoded(grant.scope);
    return {.method = http::Method::post,
            .origin = std::move(url.origin),
            .target = std::move(url.target),
            .fields = {{"Authorization", "Basic " + base64(as_bytes(name + ":" + secret))},
                       {"Content-Type", "application/x-www-form-urlencoded"},
                       {"Accept", "application/json"}},
            .body = std::move(body)};
}

LinkError link_error_of(http::ClientError error) {
    switch (error) {
    case http::ClientError::untrusted:
        return LinkError::untrusted;
    case http::ClientError::timed_out:
        return LinkError::timed_out;
    case http::ClientError::malformed:
    case http::ClientError::too_large:
        return LinkError::malformed;
    default:
        return LinkError::unreachable;
    }
}

/// A refusal stays one; a provider that is overloaded, or fails, may do better later.
LinkError link_error_of(http::Status status) {
    int  number = http::number_of(status);
    bool is_refusal = number >= 400 && number < 500 && status != http::Status::too_many_requests &&
                      status != http::Status::request_timeout;
    return is_refusal ? LinkError::unauthorized : LinkError::unreachable;
}

Issued token_in(http::Status status, const std::string& body) {
    auto json = data::parse_json(body);
    if (status != http::Status::ok) {
        std::string error = json ? text_in(*json, "error") : "",
                    why = json ? text_in(*json, "error_description") : "";
        std::string what = fmt::format("{} {}", http::number_of(status), http::reason_of(status));
        for (const std::string& part : {error, why})
            if (!part.empty()) what += ": " + shown(part);
        return fail(link_error_of(status), what);
    }
    if (!json) return fail(LinkError::malformed, "the answer is no JSON: " + json.error().detail);
    std::string token = text_in(*json, "access_token");
    auto        is_of_token = [](char c) { return c > ' ' && c <= '~'; };
    if (token.empty() || !std::ranges::all_of(token, is_of_token))
        return fail(LinkError::malformed, "the answer has no access_token");
    std::optional<Time> lifetime = lifetime_in(token);
    if (auto seconds = number_in(*json, "expires_in"); seconds && *seconds >= 0)
        lifetime = std::chrono::seconds(std::min<std::int64_t>(*seconds, 365 * 24 * 3600));
    return IssuedToken{std::move(token), lifetime};
}

Task<Issued> ask_for_token(io::Shard& shard, io::Network& network, TokenGrant grant, Time deadline) {
    auto url = http::url_of(grant.url);
    if (!url) co_return fail(LinkError::unauthorized, "this is no URL of http or https");
    http::Client client(shard, network, {.connections_max = 1, .idle_connections_max = 0, .tls = grant.tls});
    auto         answer = co_await client.ask(request_of(grant, *std::move(url)), deadline);
    if (!answer) co_return fail(link_error_of(answer.error().code), answer.error().detail);
    auto body = co_await answer->read_all(HttpTokenIssuer::answer_bytes_max, deadline);
    if (!body) co_return fail(link_error_of(body.error().code), body.error().detail);
    co_return token_in(answer->head().status, *body);
}

} // namespace

Task<Issued> HttpTokenIssuer::issue(io::Shard& shard, io::Network& network, TokenGrant grant, Time deadline) {
    std::string url = grant.url;
    auto        issued =
        co_await ask_for_token(shard, network, std::move(grant), std::min(deadline, shard.now() + patience));
    if (issued) co_return issued;
    co_return fail(issued.error().code, fmt::format("no token from {}: {}", url, issued.error().detail));
}

} // namespace riacho::app
