#include "client/link/security.hpp"
#include "io/testing.hpp"
#include "io/tls_testing.hpp"

#include <gtest/gtest.h>

namespace riacho::client {
namespace {

using Verify = io::TlsClientOptions::Verify;

SecuritySettings settings_of(Properties properties) {
    auto settings = read_security(properties);
    EXPECT_TRUE(settings) << settings.error().detail;
    return *settings;
}
Failure<SettingError> refusal_of(Properties properties) {
    auto settings = read_security(properties);
    EXPECT_FALSE(settings);
    return settings ? Failure<SettingError>{} : settings.error();
}

TEST(SecuritySettings, nothing_set_is_plaintext) {
    auto settings = settings_of({{"bootstrap.servers", "x"}, {"client.id", "y"}});
    EXPECT_FALSE(settings.tls);
    EXPECT_EQ(settings.mechanism, SaslMechanism::none);
}

TEST(SecuritySettings, takes_the_names_of_java_and_of_librdkafka) {
    auto java =
        settings_of({{"security.protocol", "SASL_SSL"},
                     {"ssl.truststore.location", "/etc/ca.pem"},
                     {"ssl.truststore.type", "PEM"},
                     {"ssl.keystore.location", "/etc/me.pem"},
                     {"ssl.key.password", "open"},
                     {"sasl.mechanism", "SCRAM-SHA-512"},
                     {"sasl.jaas.config", "org.apache.kafka.common.security.scram.ScramLoginModule required "
                                          "username=\"ana\" password='a\"b;c';"}});
    EXPECT_TRUE(java.tls);
    EXPECT_EQ(java.authorities.path, "/etc/ca.pem");
    EXPECT_EQ(java.certificates.path, "/etc/me.pem");
    EXPECT_EQ(java.private_key.path, "/etc/me.pem");
    EXPECT_EQ(java.key_password, "open");
    EXPECT_EQ(java.mechanism, SaslMechanism::scram_sha_512);
    EXPECT_EQ(java.user, "ana");
    EXPECT_EQ(java.password, "a\"b;c");

    auto librdkafka = settings_of({{"security.protocol", "sasl_plaintext"},
                                   {"sasl.mechanisms", "PLAIN"},
                                   {"sasl.username", "ana"},
                                   {"sasl.password", "secret"}});
    EXPECT_FALSE(librdkafka.tls);
    EXPECT_EQ(librdkafka.mechanism, SaslMechanism::plain);
    EXPECT_EQ(librdkafka.password, "secret");
    EXPECT_EQ(settings_of({{"security.protocol", "ssl"}, {"ssl.ca.location", "probe"}}).authorities.path, "");
    EXPECT_EQ(settings_of({{"security.protocol", "ssl"}, {"ssl.ca.pem", "PEM"}}).authorities.text, "PEM");
}

TEST(SecuritySettings, says_what_is_verified) {
    auto verify = [](Properties more) {
        more["security.protocol"] = "SSL";
        return settings_of(more).verify;
    };
    EXPECT_EQ(verify({}), Verify::host_name);
    EXPECT_EQ(verify({{"ssl.endpoint.identification.algorithm", "https"}}), Verify::host_name);
    EXPECT_EQ(verify({{"ssl.endpoint.identification.algorithm", ""}}), Verify::authority) << "as in Java";
    EXPECT_EQ(verify({{"ssl.endpoint.identification.algorithm", "none"}}), Verify::authority);
    EXPECT_EQ(verify({{"enable.ssl.certificate.verification", "false"}}), Verify::nothing);
}

TEST(SecuritySettings, tokens_come_from_where_kafkas_clients_have_them) {
    auto sasl = [](Properties more) {
        more["security.protocol"] = "SASL_PLAINTEXT";
        more["sasl.mechanism"] = "OAUTHBEARER";
        return more;
    };
    std::string endpoint = "sasl.oauthbearer.token.endpoint.url";
    EXPECT_EQ(settings_of(sasl({{endpoint, "file:///run/token"}})).token.path, "/run/token");
    EXPECT_EQ(settings_of(sasl({{endpoint, "file:/run/token"}})).token.path, "/run/token");
    EXPECT_EQ(settings_of(sasl({{"sasl.oauthbearer.token", "a.b.c"}})).token.text, "a.b.c");
    EXPECT_EQ(
        settings_of(sasl({{"sasl.oauthbearer.config", "principal=ana lifeSeconds=60"}})).unsecured_principal,
        "ana");
    EXPECT_EQ(settings_of(sasl({{"sasl.jaas.config", "x.OAuthBearerLoginModule required "
                                                     "unsecuredLoginStringClaim_sub=\"ana\";"}}))
                  .unsecured_principal,
              "ana");
    EXPECT_EQ(refusal_of(sasl({{endpoint, "ftp://login"}})).code, SettingError::not_supported);
    EXPECT_EQ(refusal_of(sasl({{endpoint, "https://login"}})).code, SettingError::missing);
    EXPECT_EQ(refusal_of(sasl({{"sasl.oauthbearer.method", "oidc"}})).code, SettingError::missing);
    EXPECT_EQ(refusal_of(sasl({{"sasl.oauthbearer.method", "saml"}})).code, SettingError::bad_value);
    EXPECT_EQ(refusal_of(sasl({})).code, SettingError::missing);
}

TEST(SecuritySettings, a_token_endpoint_is_named_as_by_librdkafka_or_by_java) {
    Properties librdkafka{{"security.protocol", "SASL_SSL"},
                          {"sasl.mechanisms", "OAUTHBEARER"},
                          {"sasl.oauthbearer.method", "oidc"},
                          {"sasl.oauthbearer.token.endpoint.url", "https://login/token"},
                          {"sasl.oauthbearer.client.id", "riacho"},
                          {"sasl.oauthbearer.client.secret", "secret"},
                          {"sasl.oauthbearer.scope", "kafka"},
                          {"sasl.oauthbearer.extensions", "logicalCluster=lkc-1,identityPoolId=pool-2"},
                          {"https.ca.location", "/etc/ca.pem"}};
    Properties java{
        {"security.protocol", "SASL_SSL"},
        {"sasl.mechanism", "OAUTHBEARER"},
        {"sasl.oauthbearer.token.endpoint.url", "https://login/token"},
        {"sasl.jaas.config",
         "x.OAuthBearerLoginModule required clientId=\"riacho\" clientSecret=\"secret\" scope=\"kafka\" "
         "extension_logicalCluster=\"lkc-1\" extension_identityPoolId=\"pool-2\";"}};
    for (const Properties& properties : {librdkafka, java}) {
        auto settings = settings_of(properties);
        ASSERT_TRUE(settings.token_endpoint);
        EXPECT_EQ(settings.token_endpoint->url, "https://login/token");
        EXPECT_EQ(settings.token_endpoint->client_id, "riacho");
        EXPECT_EQ(settings.token_endpoint->client_secret, "secret");
        EXPECT_EQ(settings.token_endpoint->scope, "kafka");
        EXPECT_NE(settings.extensions.find("logicalCluster=lkc-1\x01"), std::string::npos);
        EXPECT_NE(settings.extensions.find("identityPoolId=pool-2\x01"), std::string::npos);
    }
    EXPECT_EQ(settings_of(librdkafka).token_endpoint->authorities.path, "/etc/ca.pem");
    for (std::string_view extensions : {"auth=x", "a", "a1=x", "=x", "a=\x02"}) {
        librdkafka["sasl.oauthbearer.extensions"] = extensions;
        EXPECT_EQ(refusal_of(librdkafka).code, SettingError::bad_value) << extensions;
    }
}

TEST(SecuritySettings, refuses_what_it_cannot_do_and_says_so) {
    EXPECT_EQ(refusal_of({{"security.protocol", "TLS"}}).code, SettingError::bad_value);
    EXPECT_EQ(refusal_of({{"security.protocol", "SASL_SSL"}}).code, SettingError::missing);
    EXPECT_EQ(refusal_of({{"security.protocol", "SASL_SSL"}, {"sasl.mechanism", "GSSAPI"}}).code,
              SettingError::not_supported);
    EXPECT_EQ(refusal_of({{"security.protocol", "SASL_SSL"}, {"sasl.mechanism", "PLAIN"}}).code,
              SettingError::missing);
    EXPECT_EQ(refusal_of({{"security.protocol", "SSL"}, {"ssl.truststore.type", "JKS"}}).code,
              SettingError::not_supported);
    EXPECT_EQ(refusal_of({{"security.protocol", "SSL"}, {"ssl.keystore.location", "/x/me.P12"}}).code,
              SettingError::not_supported);
    EXPECT_EQ(refusal_of({{"security.protocol", "SSL"}, {"ssl.certificate.location", "/x"}}).code,
              SettingError::missing);
    EXPECT_EQ(
        refusal_of({{"security.protocol", "SSL"}, {"ssl.endpoint.identification.algorithm", "ldaps"}}).code,
        SettingError::bad_value);
}

TEST(Jaas, refuses_what_is_not_whole) {
    EXPECT_EQ(parse_jaas("x.Module required;")->at(""), "x.Module");
    EXPECT_EQ(parse_jaas(" x.Module  required\n a = b c=\"d\\\"e\" ;")->at("c"), "d\"e");
    for (std::string_view text :
         {"", "x.Module", "x.Module perhaps;", "x.Module required", "x.Module required a;",
          "x.Module required a=;", "x.Module required a=b", "x.Module required a=\"b;",
          "x.Module required; y", "x.Module required =b;"})
        EXPECT_FALSE(parse_jaas(text)) << text;
}

TEST(Security, reads_files_and_names_the_one_that_is_missing_or_no_pem) {
    io::RealTestWorld world;
    struct Run {
        static Task<std::string> load(io::RealTestWorld& in, Properties properties) {
            auto loaded = co_await Security::load(in.world(), in.shard(), settings_of(std::move(properties)));
            co_return loaded ? (*loaded)->tls() ? "tls" : "plain" : loaded.error().detail;
        }
        static Task<> save(io::RealTestWorld& in, std::string path, std::string text) {
            co_await io::replace_file(in.disk(), path, Bytes::copy_of(text));
        }
    };
    io::TestAuthority authority;
    auto              me = authority.issue("DNS:me");
    std::string       ca = world.folder() + "/ca.pem";
    std::string       store = world.folder() + "/me.pem";
    world.run(Run::save(world, ca, authority.certificate()));
    world.run(Run::save(world, store, me.private_key + me.certificates));
    auto load = [&](Properties more) {
        more["security.protocol"] = "SSL";
        return world.run(Run::load(world, more));
    };
    EXPECT_EQ(world.run(Run::load(world, {})), "plain");
    EXPECT_EQ(load({{"ssl.ca.location", ca}}), "tls");
    EXPECT_EQ(load({{"ssl.truststore.location", ca}, {"ssl.keystore.location", store}}), "tls");
    std::string gone = world.folder() + "/gone.pem";
    EXPECT_EQ(load({{"ssl.ca.location", gone}}), gone + ": there is no such file");
    world.run(Run::save(world, gone, "no PEM"));
    EXPECT_EQ(load({{"ssl.ca.location", gone}}), gone + ": no authority's certificate in PEM is there");
}

} // namespace
} // namespace riacho::client
