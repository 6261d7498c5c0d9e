#include "client/link/scram.hpp"

#include <gtest/gtest.h>

namespace riacho::client {
namespace {

using namespace std::string_literals;

// RFC 7677, section 3.
const ScramSettings of_the_rfc{
    .hash = Hash::sha256, .user = "user", .password = "pencil", .nonce = "rOprNGfwEbeRWgbNEkqO"};
const std::string challenge_of_the_rfc =
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

TEST(Scram, plays_the_exchange_of_the_rfc) {
    auto client = scram_client(of_the_rfc);
    EXPECT_EQ(client->begin(), "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
    auto proof = client->answer(challenge_of_the_rfc);
    ASSERT_TRUE(proof) << proof.error().detail;
    EXPECT_EQ(*proof, "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                      "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
    auto end = client->answer("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    ASSERT_TRUE(end) << end.error().detail;
    EXPECT_EQ(*end, std::nullopt);
}

TEST(Scram, a_broker_that_does_not_know_the_password_is_not_trusted) {
    for (std::string said : {"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G5=", "v=", "v=AAAA", "", "x=1"}) {
        auto client = scram_client(of_the_rfc);
        ASSERT_TRUE(client->answer(challenge_of_the_rfc));
        EXPECT_EQ(client->answer(said).error().code, LinkError::untrusted) << said;
    }
}

TEST(Scram, a_refusal_says_why) {
    auto client = scram_client(of_the_rfc);
    ASSERT_TRUE(client->answer(challenge_of_the_rfc));
    auto end = client->answer("e=invalid-proof");
    ASSERT_FALSE(end);
    EXPECT_EQ(end.error().code, LinkError::unauthorized);
    EXPECT_EQ(end.error().detail, "the broker refuses the credentials: invalid-proof");
}

TEST(Scram, a_challenge_that_makes_guessing_easy_or_takes_forever_is_refused) {
    auto error_of = [](std::string challenge) {
        return scram_client(of_the_rfc)->answer(challenge).error().code;
    };
    std::string nonce = "r=rOprNGfwEbeRWgbNEkqOmore";
    EXPECT_EQ(error_of(nonce + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4095"), LinkError::untrusted);
    EXPECT_EQ(error_of(nonce + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=200001"), LinkError::untrusted);
    EXPECT_EQ(error_of("r=another,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"), LinkError::untrusted);
    EXPECT_EQ(error_of("r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"), LinkError::untrusted)
        << "the broker adds its own part";
    for (std::string challenge :
         {""s, "m=ext,"s + nonce, nonce, nonce + ",s=W22ZaJ0SNY7soEsUEjb6gQ==", nonce + ",s=%,i=4096",
          nonce + ",s=W22Z,i=", nonce + ",s=W22Z,i=40x", nonce + ",s=W22Z,i=99999999999999"})
        EXPECT_EQ(error_of(challenge), LinkError::malformed) << challenge;
}

TEST(Scram, names_may_have_commas_and_equal_signs) {
    EXPECT_EQ(scram_client({.user = "a,b=c", .password = {}, .nonce = "x"})->begin(), "n,,n=a=2Cb=3Dc,r=x");
}

TEST(SaslPlain, is_one_message) {
    auto client = plain_client("alice", "secret");
    EXPECT_EQ(client->begin(), "\0alice\0secret"s);
    EXPECT_EQ(client->answer("").value(), std::nullopt);
}

TEST(SaslOauthbearer, a_refusal_is_acknowledged_before_it_ends_the_exchange) {
    auto client = oauthbearer_client("abc.def.");
    EXPECT_EQ(client->begin(), "n,,\x01"
                               "auth=Bearer abc.def.\x01\x01"s);
    EXPECT_EQ(client->answer("").value(), std::nullopt);
    EXPECT_EQ(client->answer(R"({"status":"invalid_token"})").value(), "\x01");
    EXPECT_EQ(client->answer(R"({"status":"invalid_token"})").error().code, LinkError::unauthorized);
}

TEST(SaslOauthbearer, extensions_stand_behind_the_token) {
    EXPECT_EQ(oauthbearer_client("a.b.c")->begin(), "n,,\x01"
                                                    "auth=Bearer a.b.c\x01\x01");
    EXPECT_EQ(oauthbearer_client("a.b.c", "x=1\x01"
                                          "y=2\x01")
                  ->begin(),
              "n,,\x01"
              "auth=Bearer a.b.c\x01"
              "x=1\x01"
              "y=2\x01\x01");
}

TEST(SaslOauthbearer, a_token_that_nobody_signed_says_who_and_how_long) {
    // {"alg":"none"} . {"sub":"ana \"a\"","iat":100,"exp":200}
    EXPECT_EQ(unsecured_token("ana \"a\"", 100, 200),
              "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbmEgXCJhXCIiLCJpYXQiOjEwMCwiZXhwIjoyMDB9.");
}

} // namespace
} // namespace riacho::client
