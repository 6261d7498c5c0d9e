#pragma once

#include "base/outcome.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

extern "C" {
struct ssl_ctx_st;
}

namespace riacho::io {

/// Who one side of a TLS connection is: texts in PEM.
struct TlsIdentity {
    std::string certificates{}; ///< its own first, then those up to the authority
    std::string private_key{};
    std::string password{}; ///< of the key, where it is encrypted
};

struct TlsClientOptions {
    /// What a server has to prove.
    enum class Verify {
        host_name, ///< an authority vouches for it, under the name that was connected to
        authority, ///< an authority vouches for it
        nothing
    };
    Verify                     verify = Verify::host_name;
    std::string                authorities{}; ///< certificates in PEM; empty: the ones that the system trusts
    std::optional<TlsIdentity> identity{};    ///< for servers that ask for one
    std::vector<std::string>   protocols{};   ///< ALPN, the preferred one first
};

struct TlsServerOptions {
    enum class ClientIdentity { not_asked, asked, required };
    TlsIdentity    identity;
    ClientIdentity client_identity = ClientIdentity::not_asked;
    std::string    client_authorities{}; ///< certificates in PEM, to verify clients with
    /// ALPN, the preferred one first. A client that offers protocols, and none of these, is refused.
    std::vector<std::string> protocols{};
};

enum class TlsSetupError {
    bad_certificate, ///< no certificate in PEM could be read
    bad_key,         ///< no key in PEM could be read; perhaps the password is wrong
    key_mismatch,    ///< the key is not the certificate's
    bad_protocol,    ///< a name for ALPN is empty or too long
};

/// What TLS connections of one kind share: certificates, keys and rules, read once. TLS 1.2 and 1.3. May be
/// used from any shard.
class TlsContext {
public:
    static Outcome<TlsContext, TlsSetupError> client(const TlsClientOptions& options);
    static Outcome<TlsContext, TlsSetupError> server(const TlsServerOptions& options);

    ssl_ctx_st*              get() const { return context_.get(); }
    bool                     is_server() const { return server_; }
    TlsClientOptions::Verify verify() const { return verify_; }

private:
    struct Free {
        void operator()(ssl_ctx_st* context) const;
    };
    TlsContext() = default;
    Outcome<void, TlsSetupError> take(const TlsIdentity& identity);
    Outcome<void, TlsSetupError> trust(const std::string& authorities);
    Outcome<void, TlsSetupError> offer(const std::vector<std::string>& protocols);

    std::unique_ptr<ssl_ctx_st, Free> context_;
    // In the wire's form, each behind its length; at one address, since the library keeps that.
    std::unique_ptr<std::string> protocols_ = std::make_unique<std::string>();
    TlsClientOptions::Verify     verify_ = TlsClientOptions::Verify::nothing;
    bool                         server_ = false;
};

} // namespace riacho::io
