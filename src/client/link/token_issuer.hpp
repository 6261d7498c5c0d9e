#pragma once

#include "base/clock.hpp"
#include "client/link/link_error.hpp"
#include "io/shard.hpp"
#include "io/stream.hpp"
#include "io/tls_context.hpp"
#include "riacho/task.hpp"

#include <optional>
#include <string>

namespace riacho::client {

/// What to ask an identity provider for: a token for a client of its own (RFC 6749, section 4.4).
struct TokenGrant {
    std::string url; ///< http:// or https://
    std::string client_id;
    std::string client_secret;
    std::string scope{};
    enum class Header {
        as_it_is,    ///< as Kafka's clients do unless told otherwise
        url_encoded, ///< as the RFC says: sasl.oauthbearer.header.urlencode
    } header = Header::as_it_is;
    const io::TlsContext* tls = nullptr; ///< for https; outlives the asking
};

struct IssuedToken {
    std::string         token;
    std::optional<Time> lifetime{}; ///< from now on; nothing where nobody says
};

/// Asks for tokens over HTTP, which this module does not know: handed in by app/.
class TokenIssuer {
public:
    virtual ~TokenIssuer() = default;
    /// By the deadline at the latest; a failure names the endpoint and never the secret.
    virtual Task<Outcome<IssuedToken, LinkError>> issue(io::Shard& shard, io::Network& network,
                                                        TokenGrant grant, Time deadline) = 0;
};

} // namespace riacho::client
