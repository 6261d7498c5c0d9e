#include "client/link/security.hpp"

#include "client/link/scram.hpp"
#include "codec/base64.hpp"
#include "io/run_on.hpp"

#include <fmt/format.h>

namespace riacho::client {

Task<Outcome<std::unique_ptr<Security>, SettingError>>
Security::load(io::World world, io::Shard& home, SecuritySettings settings, TokenIssuer* issuer) {
    auto security = std::make_unique<Security>(world, std::move(settings));
    if (security->settings_.tls) {
        auto loaded = co_await security->load_tls(home);
        if (!loaded) co_return std::unexpected(loaded.error());
    }
    if (security->settings_.token_endpoint) {
        if (!issuer)
            co_return fail(SettingError::not_supported,
                           "sasl.oauthbearer.token.endpoint.url: this client asks nobody over HTTP");
        auto loaded = co_await security->load_endpoint(home, *issuer);
        if (!loaded) co_return std::unexpected(loaded.error());
    }
    co_return security;
}

Task<Outcome<void, SettingError>> Security::load_endpoint(io::Shard& home, TokenIssuer& issuer) {
    const TokenEndpoint& endpoint = *settings_.token_endpoint;
    TokenGrant           grant{.url = endpoint.url,
                               .client_id = endpoint.client_id,
                               .client_secret = endpoint.client_secret,
                               .scope = endpoint.scope};
    if (endpoint.url_encodes_header) grant.header = TokenGrant::Header::url_encoded;
    if (endpoint.url.starts_with("https:")) {
        io::TlsClientOptions options{};
        CO_TRY(options.authorities, co_await text_of(world_, home, endpoint.authorities));
        auto context = io::TlsContext::client(options);
        if (!context)
            co_return fail(SettingError::bad_value, fmt::format("https.ca: {}: {}", endpoint.authorities.path,
                                                                context.error().detail));
        endpoint_tls_.emplace(std::move(*context));
        grant.tls = &*endpoint_tls_;
    }
    kept_token_ = std::make_unique<KeptToken>(home, world_.network, issuer, std::move(grant));
    co_return Outcome<void, SettingError>();
}

Task<Outcome<void, SettingError>> Security::load_tls(io::Shard& home) {
    io::TlsClientOptions options{.verify = settings_.verify};
    if (settings_.verify != io::TlsClientOptions::Verify::nothing) {
        CO_TRY(options.authorities, co_await text_of(world_, home, settings_.authorities));
    }
    if (settings_.certificates.is_set()) {
        CO_TRY(std::string certificates, co_await text_of(world_, home, settings_.certificates));
        CO_TRY(std::string key, co_await text_of(world_, home, settings_.private_key));
        options.identity = io::TlsIdentity{
            .certificates = certificates, .private_key = key, .password = settings_.key_password};
    }
    auto context = io::TlsContext::client(options);
    if (!context) {
        const TextSource& source =
            context.error().code == io::TlsSetupError::bad_certificate && !settings_.certificates.is_set()
                ? settings_.authorities
                : settings_.certificates;
        co_return fail(SettingError::bad_value,
                       source.path.empty() ? context.error().detail
                                           : fmt::format("{}: {}", source.path, context.error().detail));
    }
    tls_.emplace(std::move(*context));
    co_return Outcome<void, SettingError>();
}

Task<Outcome<std::string, SettingError>> Security::text_of(io::World world, io::Shard& home,
                                                           TextSource source) {
    if (source.path.empty()) co_return source.text;
    std::optional<Bytes> content;
    std::string          why = "there is no such file";
    try {
        content = co_await io::run_on(world.pool.thread_for(0), home, io::read_file(world.disk, source.path));
    } catch (const io::DiskError& error) { why = error.what(); }
    if (!content) co_return fail(SettingError::unreadable, fmt::format("{}: {}", source.path, why));
    co_return std::string(as_text(content->view()));
}

Task<Outcome<std::unique_ptr<SaslClient>, LinkError>> Security::begin_sasl(io::Shard& home, Time deadline) {
    if (mechanism() == SaslMechanism::plain) co_return plain_client(settings_.user, settings_.password);
    if (mechanism() != SaslMechanism::oauthbearer)
        co_return scram_client(
            {.hash = mechanism() == SaslMechanism::scram_sha_256 ? Hash::sha256 : Hash::sha512,
             .user = settings_.user,
             .password = settings_.password,
             .nonce = draw_nonce()});
    CO_TRY(std::string token, co_await this->token(home, deadline));
    co_return oauthbearer_client(std::move(token), settings_.extensions);
}

Task<Outcome<std::string, LinkError>> Security::token(io::Shard& home, Time deadline) {
    if (kept_token_) co_return co_await kept_token_->get(deadline);
    if (!settings_.token.is_set()) {
        std::int64_t           now_s = world_.clock.wall().ms / 1000;
        constexpr std::int64_t lifetime_s = 3600; // the default of Kafka's own login module
        co_return unsecured_token(settings_.unsecured_principal, now_s, now_s + lifetime_s);
    }
    auto token = co_await text_of(world_, home, settings_.token);
    if (!token) co_return fail(LinkError::unauthorized, "the token cannot be read: " + token.error().detail);
    while (!token->empty() && token->back() <= ' ') token->pop_back();
    co_return std::move(*token);
}

std::string Security::draw_nonce() const {
    std::string nonce;
    for (int i = 0; i < 3; ++i) nonce += fmt::format("{:016x}", world_.random.bits());
    return nonce;
}

} // namespace riacho::client
