#pragma once

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
    /// Called on `home`; files are read on the pool.
    static Task<Outcome<std::unique_ptr<Security>, SettingError>> load(io::World world, io::Shard& home,
                                                                       SecuritySettings settings);
    Security(io::World world, SecuritySettings settings)
        : world_(std::move(world)), settings_(std::move(settings)) {}

    /// Null without TLS.
    const io::TlsContext* tls() const { return tls_ ? &*tls_ : nullptr; }
    SaslMechanism         mechanism() const { return settings_.mechanism; }
    /// One exchange; a token in a file is read anew, since somebody else renews it.
    Task<Outcome<std::unique_ptr<SaslClient>, LinkError>> begin_sasl(io::Shard& home) const;

private:
    static Task<Outcome<std::string, SettingError>> text_of(io::World world, io::Shard& home,
                                                            TextSource source);
    Task<Outcome<void, SettingError>>               load_tls(io::Shard& home);
    std::string                                     draw_nonce() const;

    io::World                     world_;
    SecuritySettings              settings_;
    std::optional<io::TlsContext> tls_;
};

} // namespace riacho::client
