#include "client/link/security_settings.hpp"

#include "client/link/oauth_settings.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace riacho::client {
namespace {

using Names = std::initializer_list<std::string_view>;

std::string lower_case(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return text;
}

TextSource source_of(const Properties& properties, Names texts, Names paths) {
    if (auto text = value_of(properties, texts)) return {.text = *text};
    return {.path = value_of(properties, paths).value_or("")};
}

Outcome<void, SettingError> check_store_types(const Properties& properties) {
    for (std::string_view name : {"ssl.truststore.type", "ssl.keystore.type"}) {
        auto type = value_of(properties, {name});
        if (type && lower_case(*type) != "pem")
            return fail(
                SettingError::not_supported,
                fmt::format("{}={}: only PEM is read; keytool and openssl convert to it", name, *type));
    }
    for (std::string_view name : {"ssl.truststore.location", "ssl.keystore.location"}) {
        auto path = value_of(properties, {name});
        for (std::string_view ending : {".jks", ".p12", ".pfx"}) {
            if (path && lower_case(*path).ends_with(ending))
                return fail(
                    SettingError::not_supported,
                    fmt::format("{}={}: only PEM is read; keytool and openssl convert to it", name, *path));
        }
    }
    return {};
}

Outcome<void, SettingError> read_tls(const Properties& properties, SecuritySettings& into) {
    using Verify = io::TlsClientOptions::Verify;
    if (auto fits = check_store_types(properties); !fits) return fits;
    auto identification = properties.find("ssl.endpoint.identification.algorithm");
    if (identification != properties.end()) {
        std::string algorithm = lower_case(identification->second);
        if (algorithm != "https" && algorithm != "none" && !algorithm.empty())
            return fail(SettingError::bad_value,
                        fmt::format("ssl.endpoint.identification.algorithm={}: 'https' or nothing is known",
                                    identification->second));
        if (algorithm != "https") into.verify = Verify::authority;
    }
    auto verification = value_of(properties, {"enable.ssl.certificate.verification"});
    if (verification && lower_case(*verification) == "false") into.verify = Verify::nothing;
    into.authorities = source_of(properties, {"ssl.ca.pem", "ssl.truststore.certificates"},
                                 {"ssl.ca.location", "ssl.truststore.location"});
    // "probe" is librdkafka's word for the places where systems have them.
    if (into.authorities.path == "probe") into.authorities.path.clear();
    into.certificates = source_of(properties, {"ssl.certificate.pem", "ssl.keystore.certificate.chain"},
                                  {"ssl.certificate.location", "ssl.keystore.location"});
    into.private_key = source_of(properties, {"ssl.key.pem", "ssl.keystore.key"},
                                 {"ssl.key.location", "ssl.keystore.location"});
    into.key_password = value_of(properties, {"ssl.key.password"}).value_or("");
    if (into.certificates.is_set() != into.private_key.is_set())
        return fail(SettingError::missing, into.certificates.is_set()
                                               ? "a certificate is set, and no private key for it"
                                               : "a private key is set, and no certificate for it");
    return {};
}

Outcome<SaslMechanism, SettingError> mechanism_of(const std::string& name) {
    for (auto known : {SaslMechanism::plain, SaslMechanism::scram_sha_256, SaslMechanism::scram_sha_512,
                       SaslMechanism::oauthbearer}) {
        if (lower_case(name) == lower_case(std::string(name_of(known)))) return known;
    }
    return fail(
        SettingError::not_supported,
        fmt::format("sasl.mechanism={}: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 and OAUTHBEARER are spoken here",
                    name));
}

Outcome<void, SettingError> read_sasl(const Properties& properties, SecuritySettings& into) {
    auto name = value_of(properties, {"sasl.mechanism", "sasl.mechanisms"});
    // The default of Kafka's clients, GSSAPI, is not spoken here.
    if (!name)
        return fail(SettingError::missing, "security.protocol has SASL in it, so sasl.mechanism is needed");
    TRY(into.mechanism, mechanism_of(*name));
    Properties jaas;
    if (auto text = value_of(properties, {"sasl.jaas.config"})) { TRY(jaas, parse_jaas(*text)); }
    if (into.mechanism == SaslMechanism::oauthbearer) return read_oauth(properties, jaas, into);
    auto from_jaas = [&jaas](std::string_view option) { return value_of(jaas, {option}).value_or(""); };
    into.user = value_of(properties, {"sasl.username"}).value_or(from_jaas("username"));
    into.password = value_of(properties, {"sasl.password"}).value_or(from_jaas("password"));
    if (into.user.empty() || into.password.empty())
        return fail(SettingError::missing,
                    fmt::format("sasl.mechanism={} needs a user name and a password, in "
                                "sasl.jaas.config or sasl.username and sasl.password",
                                name_of(into.mechanism)));
    return {};
}

} // namespace

std::optional<std::string> value_of(const Properties& properties, Names names) {
    for (std::string_view name : names) {
        auto found = properties.find(name);
        if (found != properties.end() && !found->second.empty()) return found->second;
    }
    return std::nullopt;
}

std::string_view name_of(SaslMechanism mechanism) {
    switch (mechanism) {
    case SaslMechanism::plain:
        return "PLAIN";
    case SaslMechanism::scram_sha_256:
        return "SCRAM-SHA-256";
    case SaslMechanism::scram_sha_512:
        return "SCRAM-SHA-512";
    case SaslMechanism::oauthbearer:
        return "OAUTHBEARER";
    case SaslMechanism::none:
        break;
    }
    return "none";
}

Outcome<SecuritySettings, SettingError> read_security(const Properties& properties) {
    SecuritySettings settings;
    std::string      protocol = lower_case(value_of(properties, {"security.protocol"}).value_or("plaintext"));
    if (protocol != "plaintext" && protocol != "ssl" && protocol != "sasl_plaintext" &&
        protocol != "sasl_ssl")
        return fail(
            SettingError::bad_value,
            fmt::format("security.protocol={}: it is PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL", protocol));
    settings.tls = protocol.ends_with("ssl");
    if (settings.tls) {
        if (auto read = read_tls(properties, settings); !read) return std::unexpected(read.error());
    }
    if (protocol.starts_with("sasl")) {
        if (auto read = read_sasl(properties, settings); !read) return std::unexpected(read.error());
    }
    return settings;
}

} // namespace riacho::client
