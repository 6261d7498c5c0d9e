#include "app/token_issuer.hpp"
#include "client/link/kept_token.hpp"
#include "client/link/sasl.hpp"
#include "http/server_testing.hpp"

namespace riacho::app {
namespace {

using namespace std::chrono_literals;
using client::LinkError;
using client::TokenGrant;

/// What an endpoint was asked, and what it says: one for each test, by the path that is asked.
struct Endpoint {
    std::vector<std::string> asked{};
    http::Status             status = http::Status::ok;
    std::string              answer = R"({"access_token": "a.b.c", "expires_in": 300})";
    Time                     delay{0};
};

class TokenIssuerTest : public http::ServerTest {
protected:
    TokenIssuerTest() {
        router_.add(http::Method::post, "/token",
                    [this](http::Exchange& exchange) { return serve(*this, exchange); });
        grant_ = {.url = "http://server/token", .client_id = "riacho", .client_secret = "s3:cret"};
    }

    static Task<http::Done> serve(TokenIssuerTest& test, http::Exchange& exchange) {
        CO_TRY(std::string body, co_await exchange.read_all());
        const std::string* who = exchange.head().fields.find("Authorization");
        test.endpoint_.asked.push_back((who ? *who : "") + " " + body);
        if (test.endpoint_.delay > Time{0}) co_await exchange.shard().sleep_for(test.endpoint_.delay);
        auto answer = http::response("application/json", test.endpoint_.answer);
        answer.status = test.endpoint_.status;
        co_await exchange.respond(std::move(answer));
        co_return http::Done{};
    }

    Outcome<client::IssuedToken, LinkError> issue(Time within = 5s) {
        return world_.run(issuer_.issue(shard(), world_.network(), grant_, now() + within));
    }

    Endpoint        endpoint_;
    HttpTokenIssuer issuer_;
    TokenGrant      grant_;
};

TEST_F(TokenIssuerTest, asks_with_the_clients_own_credentials) {
    start();
    grant_.scope = "kafka read:all";
    auto issued = issue();
    ASSERT_TRUE(issued) << issued.error().detail;
    EXPECT_EQ(issued->token, "a.b.c");
    EXPECT_EQ(issued->lifetime, 300s);
    EXPECT_EQ(endpoint_.asked.at(0),
              "Basic cmlhY2hvOnMzOmNyZXQ= grant_type=client_credentials&scope=kafka%20read%3Aall");
    grant_.header = TokenGrant::Header::url_encoded;
    grant_.scope.clear();
    ASSERT_TRUE(issue());
    EXPECT_EQ(endpoint_.asked.at(1), "Basic cmlhY2hvOnMzJTNBY3JldA== grant_type=client_credentials");
}

TEST_F(TokenIssuerTest, a_lifetime_is_what_is_said_or_what_the_token_says_itself) {
    start();
    std::string token = client::unsecured_token("ana", 1000, 1600);
    endpoint_.answer = R"({"access_token": ")" + token + R"("})";
    EXPECT_EQ(issue()->lifetime, 600s);
    endpoint_.answer = R"({"access_token": ")" + token + R"(", "expires_in": "60"})";
    EXPECT_EQ(issue()->lifetime, 60s);
    endpoint_.answer = R"({"access_token": "opaque"})";
    EXPECT_EQ(issue()->lifetime, std::nullopt);
}

TEST_F(TokenIssuerTest, a_refusal_names_the_endpoint_and_never_the_secret) {
    start();
    endpoint_.status = http::Status::unauthorized;
    endpoint_.answer = R"({"error": "invalid_client", "error_description": "no\nsuch \u001bclient"})";
    auto refused = issue();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, LinkError::unauthorized);
    EXPECT_EQ(refused.error().detail, "no token from http://server/token: 401 Unauthorized: invalid_client: "
                                      "no such  client");
}

TEST_F(TokenIssuerTest, what_may_pass_is_told_from_what_stays) {
    EXPECT_EQ(issue().error().code, LinkError::unreachable);
    start();
    endpoint_.status = http::Status::service_unavailable;
    EXPECT_EQ(issue().error().code, LinkError::unreachable);
    endpoint_ = {.answer = "<html>"};
    EXPECT_EQ(issue().error().code, LinkError::malformed);
    endpoint_ = {.answer = R"({"token": "x"})"};
    EXPECT_EQ(issue().error().code, LinkError::malformed);
    endpoint_ = {.answer = R"({"access_token": "a\u0001b"})"};
    EXPECT_EQ(issue().error().code, LinkError::malformed);
    grant_.url = "http://user@server/token";
    EXPECT_EQ(issue().error().code, LinkError::unauthorized);
}

TEST_F(TokenIssuerTest, time_and_size_are_bounded) {
    start();
    endpoint_ = {.delay = 1h};
    Time before = now();
    EXPECT_EQ(issue(3s).error().code, LinkError::timed_out);
    EXPECT_LE(now() - before, 4s);
    EXPECT_EQ(issue(2h).error().code, LinkError::timed_out);
    EXPECT_LE(now() - before, 30s);
    endpoint_ = {.answer =
                     R"({"access_token": ")" + std::string(HttpTokenIssuer::answer_bytes_max, 'x') + R"("})"};
    EXPECT_EQ(issue().error().code, LinkError::malformed);
}

class KeptTokenTest : public TokenIssuerTest {
protected:
    /// One after the other, each asked for so much later.
    std::string get(client::KeptToken& kept, Time later = 0s) {
        return world_.run(get_once(shard(), kept, later));
    }
    static Task<std::string> get_once(io::Shard& shard, client::KeptToken& kept, Time later) {
        co_await shard.sleep_for(later);
        auto token = co_await kept.get(shard.now() + 5s);
        co_return token ? *token : "failed: " + token.error().detail;
    }
    static Task<> get_into(io::Shard& shard, client::KeptToken& kept, std::vector<std::string>& into) {
        into.push_back(co_await get_once(shard, kept, 0s));
    }
    static Task<> get_three(io::Shard& shard, client::KeptToken& kept, std::vector<std::string>& into) {
        io::Group group(shard);
        for (int i = 0; i < 3; i++) group.spawn(get_into(shard, kept, into));
        co_await group.join();
    }
};

TEST_F(KeptTokenTest, is_renewed_before_its_time_is_over) {
    start();
    client::KeptToken kept(shard(), world_.network(), issuer_, grant_);
    EXPECT_EQ(get(kept), "a.b.c");
    endpoint_.answer = R"({"access_token": "second", "expires_in": 300})";
    EXPECT_EQ(get(kept, 230s), "a.b.c");
    EXPECT_EQ(get(kept, 15s), "second") << "four fifths of 300 s have passed";
    EXPECT_EQ(endpoint_.asked.size(), 2u);
}

TEST_F(KeptTokenTest, outlives_a_provider_that_is_away_for_a_while) {
    start();
    client::KeptToken kept(shard(), world_.network(), issuer_, grant_);
    EXPECT_EQ(get(kept), "a.b.c");
    endpoint_.status = http::Status::service_unavailable;
    EXPECT_EQ(get(kept, 250s), "a.b.c");
    EXPECT_EQ(get(kept, 60s), "failed: no token from http://server/token: 503 Service Unavailable");
    endpoint_ = {.answer = R"({"access_token": "back", "expires_in": 300})"};
    EXPECT_EQ(get(kept, 1s), "back");
}

TEST_F(KeptTokenTest, one_asks_for_all_who_wait) {
    start();
    endpoint_.delay = 1s;
    client::KeptToken        kept(shard(), world_.network(), issuer_, grant_);
    std::vector<std::string> got;
    world_.run(get_three(shard(), kept, got));
    EXPECT_EQ(got, (std::vector<std::string>{"a.b.c", "a.b.c", "a.b.c"}));
    EXPECT_EQ(endpoint_.asked.size(), 1u);
    kept.forget();
    endpoint_.status = http::Status::forbidden;
    got.clear();
    world_.run(get_three(shard(), kept, got));
    EXPECT_EQ(got, (std::vector<std::string>(3, "failed: no token from http://server/token: 403 Forbidden")));
    EXPECT_EQ(endpoint_.asked.size(), 2u);
}

TEST_F(KeptTokenTest, a_refused_token_is_not_used_again) {
    start();
    client::KeptToken kept(shard(), world_.network(), issuer_, grant_);
    using Outlook = client::KeptToken::Outlook;
    EXPECT_EQ(get(kept), "a.b.c");
    EXPECT_EQ(kept.forget(), Outlook::none) << "it was new, so another one is refused as well";
    endpoint_.answer = R"({"access_token": "other", "expires_in": 300})";
    EXPECT_EQ(get(kept), "other");
    EXPECT_EQ(get(kept), "other");
    EXPECT_EQ(kept.forget(), Outlook::better);
    EXPECT_EQ(kept.forget(), Outlook::none);
}

TEST_F(KeptTokenTest, a_token_whose_lifetime_nobody_knows_is_asked_for_each_time) {
    start();
    endpoint_.answer = R"({"access_token": "opaque"})";
    client::KeptToken kept(shard(), world_.network(), issuer_, grant_);
    EXPECT_EQ(get(kept), "opaque");
    EXPECT_EQ(get(kept), "opaque");
    EXPECT_EQ(endpoint_.asked.size(), 2u);
}

} // namespace
} // namespace riacho::app
