#include "kafka/records/metadata_record.hpp"

#include "base/check.hpp"

#include <cstddef>
#include <fmt/core.h>
#include <limits>
#include <utility>

namespace riacho::kafka {

namespace {

constexpr std::uint32_t metadata_frame_version = 1;

using MetadataOutcome = Outcome<MetadataRecord, RecordError>;

template <class M> MetadataOutcome decode_metadata_body(Reader& in, std::uint32_t version) {
    if (version > static_cast<std::uint32_t>(M::api.versions.high))
        return fail(RecordError::unknown_version,
                    fmt::format("{} of unknown version {}", M::api.name, version));
    M m;
    if (!decode(m, in, static_cast<Version>(version)) || !in.done())
        return fail(RecordError::damaged, fmt::format("damaged {} v{}", M::api.name, version));
    return m;
}

/// Tries the alternatives of the variant from `I` on.
template <std::size_t I = 0>
MetadataOutcome decode_metadata_type(std::uint32_t type, std::uint32_t version, Reader& in) {
    if constexpr (I == std::variant_size_v<MetadataRecord>) {
        return fail(RecordError::unknown_type, fmt::format("metadata record of unknown type {}", type));
    } else {
        using M = std::variant_alternative_t<I, MetadataRecord>;
        if (type == static_cast<std::uint32_t>(M::api.key)) return decode_metadata_body<M>(in, version);
        return decode_metadata_type<I + 1>(type, version, in);
    }
}

} // namespace

Bytes encode_metadata_record(const MetadataRecord& record, Version version) {
    Writer out;
    std::visit(
        [&]<class M>(const M& m) {
            check(M::api.versions.contains(version), "a metadata record is written in a version that it has");
            out.unsigned_varint(metadata_frame_version);
            out.unsigned_varint(static_cast<std::uint32_t>(M::api.key));
            out.unsigned_varint(static_cast<std::uint32_t>(version));
            encode(m, out, version);
        },
        record);
    return out.to_bytes();
}

Outcome<MetadataRecord, RecordError> decode_metadata_record(Bytes value) {
    Reader in(std::move(value));
    auto   frame_version = in.unsigned_varint();
    auto   type = in.unsigned_varint();
    auto   version = in.unsigned_varint();
    if (in.failed()) return fail(RecordError::damaged, "metadata record without a frame");
    if (frame_version != metadata_frame_version)
        return fail(RecordError::unknown_version, fmt::format("metadata frame of version {}", frame_version));
    return decode_metadata_type(type, version, in);
}

} // namespace riacho::kafka
