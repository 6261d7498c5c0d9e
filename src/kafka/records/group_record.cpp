#include "kafka/records/group_record.hpp"

#include <fmt/core.h>

namespace riacho::kafka {

namespace {

constexpr std::int16_t oldest_offset_type = 0;
constexpr Version      group_key_version = 0;

template <class Key> Outcome<GroupRecordKey, RecordError> decode_group_key_body(Reader& in) {
    Key key;
    if (!decode(key, in, group_key_version))
        return fail(RecordError::damaged, fmt::format("damaged {}", Key::api.name));
    return key;
}

} // namespace

Bytes encode_group_record_key(const GroupRecordKey& key) {
    Writer out;
    std::visit(
        [&]<class Key>(const Key& body) {
            out.big_endian(Key::api.key);
            encode(body, out, group_key_version);
        },
        key);
    return out.to_bytes();
}

Outcome<GroupRecordKey, RecordError> decode_group_record_key(Bytes key) {
    Reader in(std::move(key));
    auto   type = in.big_endian<std::int16_t>();
    if (in.failed()) return fail(RecordError::damaged, "group record key without a type");
    if (type == OffsetCommitKey::api.key || type == oldest_offset_type)
        return decode_group_key_body<OffsetCommitKey>(in);
    if (type == GroupMetadataKey::api.key) return decode_group_key_body<GroupMetadataKey>(in);
    return fail(RecordError::unknown_type, fmt::format("group record of unknown type {}", type));
}

} // namespace riacho::kafka
