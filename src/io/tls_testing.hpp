#pragma once

#include "io/tls_context.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace riacho::io {

/// For tests: an authority with a key of its own, made on the spot, and the identities it vouches for.
class TestAuthority {
public:
    explicit TestAuthority(const std::string& name = "authority of a test");
    ~TestAuthority();

    /// In PEM.
    std::string certificate() const;
    /// `names` as in a certificate: "DNS:broker,IP:127.0.0.1". Valid for as long from now; a past one is
    /// negative.
    TlsIdentity issue(const std::string& names, std::chrono::hours valid = std::chrono::hours(24)) const;

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

/// The same key, encrypted with a password.
TlsIdentity locked(const TlsIdentity& identity, const std::string& password);

} // namespace riacho::io
