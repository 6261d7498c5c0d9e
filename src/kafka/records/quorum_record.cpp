#include "kafka/records/quorum_record.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <cstddef>
#include <fmt/core.h>

namespace riacho::kafka {

namespace {

// The alternatives of QuorumRecord in order, from this type on.
constexpr std::int16_t first_quorum_type = 2;
constexpr std::int16_t control_key_version = 0;

template <std::size_t I = 0>
Outcome<QuorumRecord, RecordError> decode_quorum_type(std::int16_t type, Bytes value) {
    if constexpr (I == std::variant_size_v<QuorumRecord>) {
        return fail(RecordError::unknown_type, fmt::format("quorum record of unknown type {}", type));
    } else {
        if (type != first_quorum_type + static_cast<int>(I))
            return decode_quorum_type<I + 1>(type, std::move(value));
        using M = std::variant_alternative_t<I, QuorumRecord>;
        Reader in(std::move(value));
        auto   ahead = in.rest();
        if (ahead.size() < sizeof(Version))
            return fail(RecordError::damaged, fmt::format("{} lacks a version", M::api.name));
        auto version = load_big<Version>(ahead.data());
        if (version < 0)
            return fail(RecordError::unknown_version, fmt::format("{} of version {}", M::api.name, version));
        M m;
        if (!decode(m, in, std::min(version, M::api.versions.high)))
            return fail(RecordError::damaged, fmt::format("damaged {} v{}", M::api.name, version));
        return m;
    }
}

} // namespace

QuorumRecordBytes encode_quorum_record(const QuorumRecord& record) {
    Writer key;
    key.big_endian(control_key_version);
    key.big_endian(static_cast<std::int16_t>(first_quorum_type + static_cast<std::int16_t>(record.index())));
    Writer value;
    std::visit(
        [&]<class M>(const M& m) {
            check(M::api.versions.contains(m.version), "a quorum record is written in a version that it has");
            encode(m, value, m.version);
        },
        record);
    return {key.to_bytes(), value.to_bytes()};
}

Outcome<QuorumRecord, RecordError> decode_quorum_record(Bytes key, Bytes value) {
    Reader in(std::move(key));
    auto   version = in.big_endian<std::int16_t>();
    auto   type = in.big_endian<std::int16_t>();
    if (in.failed() || version < control_key_version)
        return fail(RecordError::damaged, "damaged key of a control record");
    return decode_quorum_type(type, std::move(value));
}

} // namespace riacho::kafka
