#pragma once

#include "client/link/sasl.hpp"
#include "codec/digest.hpp"

namespace riacho::client {

struct ScramSettings {
    Hash        hash = Hash::sha256;
    std::string user;
    std::string password;
    std::string nonce; ///< printable, without commas, never used before
    /// What is accepted from a broker: fewer give a listener too easy a guess, more take our time.
    std::uint32_t iterations_min = 4096;
    std::uint32_t iterations_max = 200'000;
};

/// RFC 5802 and 7677, as Kafka speaks it: names and passwords are UTF-8 as they are, and there is no binding
/// to a TLS channel.
std::unique_ptr<SaslClient> scram_client(ScramSettings settings);

} // namespace riacho::client
