#pragma once

#include "kafka/messages/group_metadata_key.hpp"
#include "kafka/messages/group_metadata_value.hpp"
#include "kafka/messages/offset_commit_key.hpp"
#include "kafka/messages/offset_commit_value.hpp"
#include "kafka/records/versioned.hpp"

#include <variant>

/// The records of __consumer_offsets:
///
///     key     int16 type | body, always in version 0      type 0 and 1 a committed offset, 2 a classic group
///     value   int16 version | body                         no value: the offset or the group is gone
///
/// Other types belong to KIP-848 groups and later kinds.
namespace riacho::kafka {

using GroupRecordKey = std::variant<OffsetCommitKey, GroupMetadataKey>;

Bytes                                encode_group_record_key(const GroupRecordKey& key);
Outcome<GroupRecordKey, RecordError> decode_group_record_key(Bytes key);

/// `Value` is OffsetCommitValue or GroupMetadataValue. Bytes behind its end are not looked at, as in Kafka.
template <class Value> Bytes encode_group_record_value(const Value& value, Version version) {
    return encode_versioned(value, version);
}
template <class Value> Outcome<Value, RecordError> decode_group_record_value(Bytes value) {
    return decode_versioned<Value>(std::move(value));
}

} // namespace riacho::kafka
