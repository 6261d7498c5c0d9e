// How a link begins, against brokers that speak TLS, want SASL, or are none.
#include "client/link/fake_peer.hpp"
#include "client/link/link.hpp"
#include "io/testing.hpp"
#include "io/tls_testing.hpp"
#include "kafka/messages/metadata.hpp"
#include "kafka/messages/sasl_authenticate.hpp"
#include "kafka/messages/sasl_handshake.hpp"

#include <gtest/gtest.h>

namespace riacho::client {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

const io::Endpoint secure_broker_at{"broker", 9093};

/// A network whose listeners speak TLS; connections go out in clear, for the client to do the same.
class TlsServerNetwork final : public io::Network {
public:
    TlsServerNetwork(io::Network& below, io::TlsServerOptions options)
        : below_(below), context_(*io::TlsContext::server(options)) {}

    std::unique_ptr<io::Listener> listen(io::Shard& shard, io::Endpoint at) override {
        return std::make_unique<TlsListener>(below_.listen(shard, std::move(at)), context_);
    }
    using Network::connect;
    Task<std::unique_ptr<io::Stream>> connect(io::Shard& shard, io::Endpoint to, Time deadline,
                                              io::Cancellation* cancellation) override {
        return below_.connect(shard, std::move(to), deadline, cancellation);
    }

private:
    class TlsListener final : public io::Listener {
    public:
        TlsListener(std::unique_ptr<io::Listener> below, const io::TlsContext& context)
            : below_(std::move(below)), context_(context) {}
        Task<std::unique_ptr<io::Stream>> accept(io::Shard& owner) override {
            while (auto stream = co_await below_->accept(owner)) {
                try {
                    co_return co_await io::TlsStream::open(owner, std::move(stream), context_, "",
                                                           owner.now() + 10s);
                } catch (const io::StreamError&) {} // not this one
            }
            co_return nullptr;
        }
        void         close() override { below_->close(); }
        io::Endpoint local() const override { return below_->local(); }

    private:
        std::unique_ptr<io::Listener> below_;
        const io::TlsContext&         context_;
    };

    io::Network&   below_;
    io::TlsContext context_;
};

/// A broker with SASL, as it is told.
struct SaslBroker {
    std::vector<std::string>              mechanisms{"PLAIN"};
    std::string                           wanted; // what has to come first
    std::int64_t                          session_lifetime_ms = 0;
    std::string                           challenge{}; // what is said instead of yes
    std::optional<std::vector<Bytes>>     operator()(const FakePeer::Asked& asked);
    template <class Response> static auto frame(const FakePeer::Asked& asked, const Response& response) {
        return kafka::response_frame(response, asked.header.request_api_version, asked.header.correlation_id);
    }
};

std::optional<std::vector<Bytes>> SaslBroker::operator()(const FakePeer::Asked& asked) {
    using kafka::ErrorCode;
    if (asked.key() == kafka::ApiKey::api_versions)
        return api_versions_answer(asked,
                                   {kafka::ApiVersionsRequest::api, kafka::MetadataRequest::api,
                                    kafka::SaslHandshakeRequest::api, kafka::SaslAuthenticateRequest::api});
    if (asked.key() == kafka::ApiKey::sasl_handshake) {
        kafka::SaslHandshakeRequest request;
        kafka::Reader               in(asked.body);
        decode(request, in, asked.header.request_api_version);
        kafka::SaslHandshakeResponse response{.mechanisms = mechanisms};
        if (mechanisms.empty())
            response.error_code = ErrorCode::illegal_sasl_state;
        else if (std::ranges::find(mechanisms, request.mechanism) == mechanisms.end())
            response.error_code = ErrorCode::unsupported_sasl_mechanism;
        return frame(asked, response);
    }
    if (asked.key() != kafka::ApiKey::sasl_authenticate)
        return frame(asked, kafka::MetadataResponse{.cluster_id = "in"});
    kafka::SaslAuthenticateRequest request;
    kafka::Reader                  in(asked.body);
    decode(request, in, asked.header.request_api_version);
    kafka::SaslAuthenticateResponse response{.session_lifetime_ms = session_lifetime_ms};
    if (!challenge.empty()) {
        response.auth_bytes = Bytes::copy_of(challenge);
    } else if (as_text(request.auth_bytes.view()) != wanted) {
        response.error_code = ErrorCode::sasl_authentication_failed;
        response.error_message = "Authentication failed: Invalid username or password";
    }
    return frame(asked, response);
}

class LinkSecurityTest : public ::testing::Test {
protected:
    void listen(FakePeer::Answers answers) {
        peer_.emplace(world_.shard(), world_.network(), secure_broker_at, std::move(answers));
    }
    void listen_with_tls(FakePeer::Answers answers, io::TlsServerOptions options) {
        tls_.emplace(world_.network(), std::move(options));
        peer_.emplace(world_.shard(), *tls_, secure_broker_at, std::move(answers));
    }
    /// Connects and asks for the cluster's id; gives that, or why there is none.
    Link::Answer<std::string> ask(Properties properties) {
        auto settings = read_security(properties);
        EXPECT_TRUE(settings) << settings.error().detail;
        security_ = std::move(*world_.run(Security::load(world_.world(), world_.shard(), *settings)));
        return world_.run(ask_once(*this));
    }
    void TearDown() override {
        if (peer_) world_.run(peer_->stop());
    }

    static Task<Link::Answer<std::string>> ask_once(LinkSecurityTest& test) {
        io::Shard&  shard = test.world_.shard();
        LinkOptions options{.broker = secure_broker_at, .security = test.security_.get()};
        auto        link =
            co_await Link::connect(shard, test.world_.network(), std::move(options), shard.now() + 5s);
        if (!link) co_return std::unexpected(link.error());
        test.lasts_ = (*link)->expires_at() - shard.now();
        auto metadata = co_await (*link)->ask(kafka::MetadataRequest{}, shard.now() + 5s);
        co_await (*link)->close();
        if (!metadata) co_return std::unexpected(metadata.error());
        co_return metadata->cluster_id.value_or("");
    }

    io::SimulatedWorld              world_;
    std::optional<TlsServerNetwork> tls_;
    std::optional<FakePeer>         peer_;
    std::unique_ptr<Security>       security_;
    Time                            lasts_{};
    io::TestAuthority               authority_;
};

Properties with_password(std::string mechanism, std::string password) {
    return {{"security.protocol", "SASL_PLAINTEXT"},
            {"sasl.mechanism", std::move(mechanism)},
            {"sasl.username", "ana"},
            {"sasl.password", std::move(password)}};
}

TEST_F(LinkSecurityTest, a_password_opens_the_door) {
    listen(SaslBroker{.wanted = "\0ana\0secret"s});
    auto answer = ask(with_password("PLAIN", "secret"));
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(*answer, "in");
    EXPECT_GT(lasts_, 1000h);
}

TEST_F(LinkSecurityTest, a_wrong_password_is_told_apart_from_a_broker_that_is_away) {
    auto away = ask(with_password("PLAIN", "wrong"));
    EXPECT_EQ(away.error().code, LinkError::unreachable);
    listen(SaslBroker{.wanted = "\0ana\0secret"s});
    auto answer = ask(with_password("PLAIN", "wrong"));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, LinkError::unauthorized);
    EXPECT_EQ(answer.error().detail,
              "broker:9093 refuses the credentials: Authentication failed: Invalid username or password");
}

TEST_F(LinkSecurityTest, a_mechanism_that_the_broker_does_not_take_names_those_that_it_does) {
    listen(SaslBroker{.mechanisms = {"SCRAM-SHA-512", "OAUTHBEARER"}, .wanted = {}});
    auto answer = ask(with_password("PLAIN", "secret"));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, LinkError::unauthorized);
    EXPECT_EQ(answer.error().detail,
              "broker:9093 does not take sasl.mechanism=PLAIN; it takes SCRAM-SHA-512, OAUTHBEARER");
}

TEST_F(LinkSecurityTest, a_port_without_sasl_says_so) {
    listen(SaslBroker{.mechanisms = {}, .wanted = {}});
    EXPECT_EQ(ask(with_password("PLAIN", "secret")).error().code, LinkError::other_protocol);
}

TEST_F(LinkSecurityTest, a_session_that_ends_is_renewed_before_the_broker_ends_it) {
    listen(SaslBroker{.wanted = "\0ana\0secret"s, .session_lifetime_ms = 60'000});
    ASSERT_TRUE(ask(with_password("PLAIN", "secret")));
    EXPECT_LE(lasts_, 51s);
    EXPECT_GT(lasts_, 45s);
}

TEST_F(LinkSecurityTest, a_broker_that_cannot_prove_that_it_knows_the_password_is_not_trusted) {
    listen(SaslBroker{.mechanisms = {"SCRAM-SHA-256"}, .wanted = {}, .challenge = "r=mine,s=AAAA,i=4096"});
    EXPECT_EQ(ask(with_password("SCRAM-SHA-256", "secret")).error().code, LinkError::untrusted);
}

TEST_F(LinkSecurityTest, a_token_that_is_refused_says_why) {
    listen(SaslBroker{
        .mechanisms = {"OAUTHBEARER"}, .wanted = {}, .challenge = R"({"status":"invalid_token"})"});
    auto answer = ask({{"security.protocol", "SASL_PLAINTEXT"},
                       {"sasl.mechanism", "OAUTHBEARER"},
                       {"sasl.oauthbearer.token", "a.b.c"}});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, LinkError::unauthorized);
    EXPECT_NE(answer.error().detail.find("invalid_token"), std::string::npos) << answer.error().detail;
}

TEST_F(LinkSecurityTest, tls_and_sasl_go_together) {
    listen_with_tls(SaslBroker{.wanted = "\0ana\0secret"s}, {.identity = authority_.issue("DNS:broker")});
    auto properties = with_password("PLAIN", "secret");
    properties["security.protocol"] = "SASL_SSL";
    properties["ssl.ca.pem"] = authority_.certificate();
    auto answer = ask(properties);
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(*answer, "in");
}

TEST_F(LinkSecurityTest, a_certificate_for_another_host_is_not_trusted) {
    listen_with_tls(SaslBroker{.wanted = {}}, {.identity = authority_.issue("DNS:another")});
    auto answer = ask({{"security.protocol", "SSL"}, {"ssl.ca.pem", authority_.certificate()}});
    EXPECT_EQ(answer.error().code, LinkError::untrusted);
    EXPECT_EQ(answer.error().detail, "the certificate of broker:9093 is not for broker");
}

TEST_F(LinkSecurityTest, a_broker_that_wants_a_certificate_is_told_apart) {
    listen_with_tls(SaslBroker{.wanted = {}},
                    {.identity = authority_.issue("DNS:broker"),
                     .client_identity = io::TlsServerOptions::ClientIdentity::required,
                     .client_authorities = authority_.certificate()});
    Properties properties{{"security.protocol", "SSL"}, {"ssl.ca.pem", authority_.certificate()}};
    EXPECT_EQ(ask(properties).error().code, LinkError::unauthorized);
    auto me = authority_.issue("DNS:me");
    properties["ssl.certificate.pem"] = me.certificates;
    properties["ssl.key.pem"] = me.private_key;
    EXPECT_TRUE(ask(properties));
}

/// Reads a little, says `words` and leaves. Without words: what brokers do with a request of 300 MB, for
/// which they take the first bytes of TLS.
Task<> hang_up(io::Listener& listener, io::Shard& shard, std::string words) {
    auto      stream = co_await listener.accept(shard);
    std::byte first[4];
    co_await stream->read_some(first, Time::max());
    co_await stream->write({as_bytes(words)}, Time::max());
}

class LinkStrangerTest : public LinkSecurityTest {
protected:
    Failure<LinkError> meet(std::string words, Properties properties) {
        auto      listener = world_.network().listen(world_.shard(), secure_broker_at);
        io::Group group(world_.shard());
        group.spawn(hang_up(*listener, world_.shard(), std::move(words)));
        auto answer = ask(std::move(properties));
        EXPECT_FALSE(answer);
        return answer ? Failure<LinkError>{} : answer.error();
    }
};

TEST_F(LinkStrangerTest, tls_to_a_port_in_clear_is_told_apart) {
    auto error = meet("", {{"security.protocol", "SSL"}, {"ssl.ca.pem", authority_.certificate()}});
    EXPECT_EQ(error.code, LinkError::other_protocol) << error.detail;
}

TEST_F(LinkStrangerTest, a_port_with_tls_is_told_apart_from_a_broken_broker) {
    auto error = meet("\x15\x03\x03\x00\x02\x02\x0a"s, {});
    EXPECT_EQ(error.code, LinkError::other_protocol);
    EXPECT_EQ(error.detail, "broker:9093 speaks TLS at this port (security.protocol=SSL or SASL_SSL)");
    error = meet("", {});
    EXPECT_EQ(error.code, LinkError::closed) << "it may be starting";
    EXPECT_EQ(error.detail,
              "broker:9093 closed the connection; perhaps it speaks TLS at this port (security.protocol)");
}

} // namespace
} // namespace riacho::client
