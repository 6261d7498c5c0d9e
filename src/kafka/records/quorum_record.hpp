#pragma once

#include "kafka/messages/kraft_version_record.hpp"
#include "kafka/messages/leader_change_message.hpp"
#include "kafka/messages/snapshot_footer_record.hpp"
#include "kafka/messages/snapshot_header_record.hpp"
#include "kafka/messages/voters_record.hpp"
#include "kafka/records/versioned.hpp"

#include <variant>

/// The control records that a quorum writes into __cluster_metadata and its snapshots:
///
///     key     int16 version 0 | int16 type
///     value   the message, whose first field is its own version
///
/// The markers at the end of a transaction (types 0 and 1) are in kafka/batch/control.hpp.
namespace riacho::kafka {

using QuorumRecord = std::variant<LeaderChangeMessage, SnapshotHeaderRecord, SnapshotFooterRecord,
                                  KRaftVersionRecord, VotersRecord>;

/// A control record's key and value, to be put into a control batch.
struct QuorumRecordBytes {
    Bytes key;
    Bytes value;
};

/// Written in the version that the record's own `version` field says, which must be one that it has.
QuorumRecordBytes encode_quorum_record(const QuorumRecord& record);
/// A version newer than ours is read as our newest: such records only ever grow.
Outcome<QuorumRecord, RecordError> decode_quorum_record(Bytes key, Bytes value);

} // namespace riacho::kafka
