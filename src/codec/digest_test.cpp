#include "codec/base64.hpp"
#include "codec/digest.hpp"

#include <gtest/gtest.h>

namespace riacho {
namespace {

// FIPS 180-2, RFC 4231 (case 2), RFC 7914 (section 11).
TEST(Digest, gives_what_the_standards_list) {
    EXPECT_EQ(hex(digest(Hash::sha256, as_bytes("abc"))),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hex(digest(Hash::sha512, as_bytes("abc"))),
              "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
              "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
    EXPECT_EQ(hex(hmac(Hash::sha256, as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(hex(pbkdf2(Hash::sha256, as_bytes("passwd"), as_bytes("salt"), 1)),
              "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc");
}

TEST(Digest, an_empty_key_is_a_key) {
    EXPECT_EQ(hex(hmac(Hash::sha256, {}, {})),
              "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(Digest, secrets_are_equal_or_not) {
    EXPECT_TRUE(are_equal_secrets(as_bytes("abc"), as_bytes("abc")));
    EXPECT_FALSE(are_equal_secrets(as_bytes("abc"), as_bytes("abd")));
    EXPECT_FALSE(are_equal_secrets(as_bytes("abc"), as_bytes("ab")));
}

} // namespace
} // namespace riacho
