#pragma once

#include "base/outcome.hpp"
#include "kafka/wire/message.hpp"

#include <cstdint>
#include <utility>

namespace riacho::kafka {

enum class RecordError : std::uint8_t {
    damaged,         ///< cut short, or not what it says it is
    unknown_type,    ///< of a type that no schema describes
    unknown_version, ///< of a known type, in a version that is newer or older than ours
};

/// A message behind its own version, as Kafka keeps many in records and files: int16 version, body.
template <class M> Bytes encode_versioned(const M& m, Version version) {
    Writer out;
    out.big_endian(version);
    encode(m, out, version);
    return out.to_bytes();
}

enum class Newer : std::uint8_t {
    refuse,
    as_ours, ///< of protocols that only ever append fields: what we do not know is not looked at
};

template <class M> Outcome<M, RecordError> decode_versioned(Bytes bytes, Newer newer = Newer::refuse) {
    Reader  in(std::move(bytes));
    Version version = in.big_endian<Version>();
    if (in.failed()) return fail(RecordError::damaged, std::string(M::api.name) + " lacks a version");
    if (newer == Newer::as_ours && version > M::api.versions.high) version = M::api.versions.high;
    if (!M::api.versions.contains(version))
        return fail(RecordError::unknown_version,
                    std::string(M::api.name) + " of unknown version " + std::to_string(version));
    M m;
    if (!decode(m, in, version))
        return fail(RecordError::damaged,
                    "damaged " + std::string(M::api.name) + " v" + std::to_string(version));
    return m;
}

} // namespace riacho::kafka
