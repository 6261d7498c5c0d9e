#pragma once

#include "client/link/link_error.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace riacho::client {

/// The client's part in one exchange of SASL, without its I/O.
class SaslClient {
public:
    virtual ~SaslClient() = default;
    /// What opens the exchange.
    virtual std::string begin() = 0;
    /// What to say to what the broker said; nothing at the end.
    virtual Outcome<std::optional<std::string>, LinkError> answer(std::string_view said) = 0;
};

/// RFC 4616.
std::unique_ptr<SaslClient> plain_client(std::string user, std::string password);

/// RFC 7628: `token` is a JSON web token; each of `extensions` is name, =, value and \x01.
std::unique_ptr<SaslClient> oauthbearer_client(std::string token, std::string extensions = "");

/// What a broker with Kafka's own handler for tests takes: a token that nobody signed.
std::string unsecured_token(std::string_view principal, std::int64_t issued_s, std::int64_t expires_s);

} // namespace riacho::client
