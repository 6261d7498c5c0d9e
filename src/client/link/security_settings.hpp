#pragma once

#include "base/outcome.hpp"
#include "io/tls_context.hpp"

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace riacho::client {

/// Settings by the names that Kafka's clients have for them.
using Properties = std::map<std::string, std::string, std::less<>>;

enum class SettingError {
    bad_value,
    missing,       ///< something else that was set needs it
    unreadable,    ///< a file
    not_supported, ///< Kafka's clients can do it, this one cannot
};

/// A text that is given, or lies in a file.
struct TextSource {
    std::string text{};
    std::string path{};
    bool        is_set() const { return !text.empty() || !path.empty(); }
};

enum class SaslMechanism { none, plain, scram_sha_256, scram_sha_512, oauthbearer };
/// As Kafka writes it: "SCRAM-SHA-256".
std::string_view name_of(SaslMechanism mechanism);

/// Where OAUTHBEARER gets its tokens from, over HTTP.
struct TokenEndpoint {
    std::string url{};
    std::string client_id{};
    std::string client_secret{};
    std::string scope{};
    TextSource  authorities{}; ///< for https; unset: those of the system
    bool        url_encodes_header = false;
};

/// How a client protects its connections and says who it is.
struct SecuritySettings {
    bool                         tls = false;
    io::TlsClientOptions::Verify verify = io::TlsClientOptions::Verify::host_name;
    TextSource                   authorities{}; ///< unset: those of the system
    TextSource                   certificates{};
    TextSource                   private_key{};
    std::string                  key_password{};
    SaslMechanism                mechanism = SaslMechanism::none;
    std::string                  user{};
    std::string                  password{};
    TextSource                   token{};               ///< of OAUTHBEARER
    std::string                  unsecured_principal{}; ///< of OAUTHBEARER: for a token that nobody signs
    std::optional<TokenEndpoint> token_endpoint{};      ///< of OAUTHBEARER
    std::string                  extensions{};          ///< of OAUTHBEARER: "name=value\x01" for each
};

/// Reads security.protocol, ssl.* and sasl.*, as Kafka's Java client and librdkafka name them; of two names
/// for one thing either does. Other properties are left alone. Stores are PEM: JKS and PKCS12 are refused.
Outcome<SecuritySettings, SettingError> read_security(const Properties& properties);

/// The first of `names` that is set to something.
std::optional<std::string> value_of(const Properties&                       properties,
                                    std::initializer_list<std::string_view> names);

/// The options of `sasl.jaas.config`: "module required username="a" password='b';". The module's class is
/// under "".
Outcome<Properties, SettingError> parse_jaas(std::string_view text);

} // namespace riacho::client
