#pragma once

#include "base/bytes.hpp"

#include <cstdint>
#include <vector>

namespace riacho {

enum class Hash { sha256, sha512 };

std::vector<std::byte> digest(Hash hash, ByteView of);
/// RFC 2104.
std::vector<std::byte> hmac(Hash hash, ByteView key, ByteView of);
/// RFC 8018: PBKDF2 over HMAC, as many bytes as the hash has. The work grows with `iterations`: some 100,000
/// take 0.1 s.
std::vector<std::byte> pbkdf2(Hash hash, ByteView password, ByteView salt, std::uint32_t iterations);
/// Takes the same time wherever they differ.
bool are_equal_secrets(ByteView one, ByteView other);

} // namespace riacho
