#include "client/link/oauth_settings.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace riacho::client {
namespace {

constexpr std::string_view endpoint_name = "sasl.oauthbearer.token.endpoint.url";

/// The principal in librdkafka's "principal=alice extension_x=y".
std::string principal_in(std::string_view text) {
    constexpr std::string_view name = "principal=";
    auto                       at = text.find(name);
    if (at == text.npos) return {};
    text.remove_prefix(at + name.size());
    return std::string(text.substr(0, text.find_first_of(" ,")));
}

/// RFC 7628: a name is letters, a value is printable; "auth" is the token's own.
Outcome<void, SettingError> add_extension(std::string_view name, std::string_view value, std::string& into) {
    auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    auto is_allowed = [](char c) { return (c >= 0x20 && c < 0x7F) || c == '\t' || c == '\r' || c == '\n'; };
    if (name.empty() || name == "auth" || !std::ranges::all_of(name, is_letter))
        return fail(SettingError::bad_value,
                    fmt::format("SASL extension '{}': a name is letters, and not auth", name));
    if (!std::ranges::all_of(value, is_allowed))
        return fail(SettingError::bad_value,
                    fmt::format("SASL extension '{}': its value is not printable ASCII", name));
    into += fmt::format("{}={}\x01", name, value);
    return {};
}

/// librdkafka's "a=b,c=d", and `extension_a="b"` of the login module.
Outcome<void, SettingError> read_extensions(const Properties& properties, const Properties& jaas,
                                            std::string& into) {
    std::string      text = value_of(properties, {"sasl.oauthbearer.extensions"}).value_or("");
    std::string_view rest = text;
    while (!rest.empty()) {
        std::string_view one = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(one.size() + 1, rest.size()));
        auto equals = one.find('=');
        if (equals == one.npos)
            return fail(SettingError::bad_value,
                        fmt::format("sasl.oauthbearer.extensions: name=value is expected, not '{}'", one));
        auto added = add_extension(one.substr(0, equals), one.substr(equals + 1), into);
        if (!added) return added;
    }
    constexpr std::string_view prefix = "extension_";
    for (const auto& [name, value] : jaas) {
        if (!name.starts_with(prefix)) continue;
        auto added = add_extension(std::string_view(name).substr(prefix.size()), value, into);
        if (!added) return added;
    }
    return {};
}

Outcome<TokenEndpoint, SettingError> read_endpoint(const Properties& properties, const Properties& jaas,
                                                   std::string url) {
    auto either = [&](std::initializer_list<std::string_view> names, std::string_view of_module) {
        if (auto value = value_of(properties, names)) return *value;
        return value_of(jaas, {of_module}).value_or("");
    };
    TokenEndpoint endpoint{.url = std::move(url)};
    endpoint.client_id =
        either({"sasl.oauthbearer.client.id", "sasl.oauthbearer.client.credentials.client.id"}, "clientId");
    endpoint.client_secret =
        either({"sasl.oauthbearer.client.secret", "sasl.oauthbearer.client.credentials.client.secret"},
               "clientSecret");
    endpoint.scope = either({"sasl.oauthbearer.scope"}, "scope");
    endpoint.url_encodes_header =
        value_of(properties, {"sasl.oauthbearer.header.urlencode"}).value_or("false") == "true";
    endpoint.authorities.text = value_of(properties, {"https.ca.pem"}).value_or("");
    if (endpoint.authorities.text.empty())
        endpoint.authorities.path = value_of(properties, {"https.ca.location"}).value_or("");
    // librdkafka's word for the places where systems have them
    if (endpoint.authorities.path == "probe") endpoint.authorities.path.clear();
    if (endpoint.client_id.empty() || endpoint.client_secret.empty())
        return fail(SettingError::missing,
                    fmt::format("{}={} needs sasl.oauthbearer.client.id and sasl.oauthbearer.client.secret",
                                endpoint_name, endpoint.url));
    return endpoint;
}

} // namespace

Outcome<void, SettingError> read_oauth(const Properties& properties, const Properties& jaas,
                                       SecuritySettings& into) {
    std::string url = value_of(properties, {endpoint_name}).value_or("");
    std::string method = value_of(properties, {"sasl.oauthbearer.method"}).value_or("default");
    if (method != "default" && method != "oidc")
        return fail(SettingError::bad_value,
                    fmt::format("sasl.oauthbearer.method={}: it is default or oidc", method));
    if (auto read = read_extensions(properties, jaas, into.extensions); !read) return read;
    if (url.starts_with("file:")) {
        into.token.path = url.substr(5);
        while (into.token.path.starts_with("//")) into.token.path.erase(0, 1);
    } else if (url.starts_with("http://") || url.starts_with("https://")) {
        TRY(into.token_endpoint, read_endpoint(properties, jaas, url));
        return {};
    } else if (!url.empty()) {
        return fail(SettingError::not_supported,
                    fmt::format("{}={}: tokens come from https://, http:// or file:/", endpoint_name, url));
    }
    if (method == "oidc" && url.empty())
        return fail(SettingError::missing,
                    fmt::format("sasl.oauthbearer.method=oidc needs {}", endpoint_name));
    into.token.text = value_of(properties, {"sasl.oauthbearer.token"}).value_or("");
    into.unsecured_principal = principal_in(value_of(properties, {"sasl.oauthbearer.config"}).value_or(""));
    if (auto subject = value_of(jaas, {"unsecuredLoginStringClaim_sub"})) into.unsecured_principal = *subject;
    if (!into.token.is_set() && into.unsecured_principal.empty())
        return fail(SettingError::missing,
                    fmt::format("sasl.mechanism=OAUTHBEARER needs {}=https://... or file:/..., "
                                "sasl.oauthbearer.token, or a principal for an unsecured token",
                                endpoint_name));
    return {};
}

} // namespace riacho::client
