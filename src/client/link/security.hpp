#pragma once

#include "client/link/kept_token.hpp"
#include "client/link/sasl.hpp"
#include "client/link/security_settings.hpp"
#include "io/tls_stream.hpp"
#include "io/world.hpp"

#include <memory>
#include <optional>

namespace riacho::client {

/// What protects a client's connections, with its files read. Outlives the links that use it.
class Security {
public:
    /// Called on `home`, where it is used; files are read on the pool. `issuer` outlives it; without one,
    /// tokens are not asked for over HTTP.
    static Task<Outcome<std::unique_ptr<Security>, SettingError>>
    load(io::World world, io::Shard& home, SecuritySettings settings, TokenIssuer* issuer = nullptr);
    Security(io::World world, SecuritySettings settings)
        : world_(std::move(world)), settings_(std::move(settings)) {}

    /// Null without TLS.
    const io::TlsContext* tls() const { return tls_ ? &*tls_ : nullptr; }
    SaslMechanism         mechanism() const { return settings_.mechanism; }
    /// One exchange; a token in a file is read anew, since somebody else renews it.
    Task<Outcome<std::unique_ptr<SaslClient>, LinkError>> begin_sasl(io::Shard& home, Time deadline);
    /// A broker does not take what an exchange said; whether the next one may do better.
    KeptToken::Outlook note_refusal() {
        return kept_token_ ? kept_token_->forget() : KeptToken::Outlook::none;
    }

private:
    static Task<Outcome<std::string, SettingError>> text_of(io::World world, io::Shard& home,
                                                            TextSource source);
    Task<Outcome<void, SettingError>>               load_tls(io::Shard& home);
    Task<Outcome<void, SettingError>>               load_endpoint(io::Shard& home, TokenIssuer& issuer);
    Task<Outcome<std::string, LinkError>>           token(io::Shard& home, Time deadline);
    std::string                                     draw_nonce() const;

    io::World                     world_;
    SecuritySettings              settings_;
    std::optional<io::TlsContext> tls_;
    std::optional<io::TlsContext> endpoint_tls_; ///< of https
    std::unique_ptr<KeptToken>    kept_token_;
};

} // namespace riacho::client
