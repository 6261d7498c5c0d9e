#pragma once

#include "base/bytes.hpp"
#include "base/outcome.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace riacho {

/// How a record batch is compressed: the numbers are those of the low three attribute bits.
enum class Compression : int { none, gzip, snappy, lz4, zstd };

/// The name that options carry: "none", "gzip", "snappy", "lz4", "zstd".
std::string_view name_of(Compression kind);

enum class CompressionError {
    damaged,   // not what this kind writes, or cut off
    too_large, // what comes out is larger than the caller takes
};

/// Bytes as the Kafka clients of all languages read them: gzip, snappy in the framing of Java's xerial
/// library, an lz4 frame of independent blocks, a zstd frame. `level` is the library's own scale, and its own
/// default where there is none. Fails only on input past 2 GiB.
Outcome<Bytes, CompressionError> compress(Compression kind, ByteView plain, std::optional<int> level = {});

/// Reads all that Kafka's clients send: gzip of several members, snappy raw or in xerial's framing, lz4 and
/// zstd frames, several of them in a row and with or without their content's size. Never gives nor reserves
/// more than `bytes_max` for the result, whatever the input claims; the libraries' own state stays under 9
/// MiB.
Outcome<Bytes, CompressionError> decompress(Compression kind, ByteView packed, std::size_t bytes_max);

} // namespace riacho
