#include "codec/digest.hpp"

#include "base/check.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace riacho {
namespace {

const EVP_MD* method_of(Hash hash) { return hash == Hash::sha256 ? EVP_sha256() : EVP_sha512(); }

std::vector<std::byte> room_for(Hash hash) {
    return std::vector<std::byte>(static_cast<std::size_t>(EVP_MD_get_size(method_of(hash))));
}

unsigned char* raw(std::vector<std::byte>& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }
const unsigned char* raw(ByteView bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

} // namespace

std::vector<std::byte> digest(Hash hash, ByteView of) {
    auto result = room_for(hash);
    int  done = EVP_Digest(of.data(), of.size(), raw(result), nullptr, method_of(hash), nullptr);
    check(done == 1, "a digest cannot fail");
    return result;
}

std::vector<std::byte> hmac(Hash hash, ByteView key, ByteView of) {
    auto        result = room_for(hash);
    const auto  nothing = std::byte{0}; // an empty key has an address all the same
    const void* key_data = key.empty() ? &nothing : key.data();
    auto*       done = HMAC(method_of(hash), key_data, static_cast<int>(key.size()), raw(of), of.size(),
                            raw(result), nullptr);
    check(done != nullptr, "an authentication code cannot fail");
    return result;
}

std::vector<std::byte> pbkdf2(Hash hash, ByteView password, ByteView salt, std::uint32_t iterations) {
    auto result = room_for(hash);
    int  done =
        PKCS5_PBKDF2_HMAC(reinterpret_cast<const char*>(password.data()), static_cast<int>(password.size()),
                          raw(salt), static_cast<int>(salt.size()), static_cast<int>(iterations),
                          method_of(hash), static_cast<int>(result.size()), raw(result));
    check(done == 1, "a key is derived from any password, with one iteration or more");
    return result;
}

bool are_equal_secrets(ByteView one, ByteView other) {
    return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

} // namespace riacho
