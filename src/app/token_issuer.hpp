#pragma once

#include "client/link/token_issuer.hpp"

namespace riacho::app {

/// Asks an OIDC provider for tokens, as Kafka's clients do: `client_credentials`, the client's name and
/// secret in the header Authorization. Has no state; of any shard.
class HttpTokenIssuer final : public client::TokenIssuer {
public:
    static constexpr std::size_t answer_bytes_max = 64 * 1024;
    static constexpr Time        patience = std::chrono::seconds(10); ///< the deadline may be earlier

    Task<Outcome<client::IssuedToken, client::LinkError>>
    issue(io::Shard& shard, io::Network& network, client::TokenGrant grant, Time deadline) override;
};

} // namespace riacho::app
