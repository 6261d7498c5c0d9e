#pragma once

#include "kafka/messages/begin_transaction_record.hpp"
#include "kafka/messages/broker_registration_change_record.hpp"
#include "kafka/messages/config_record.hpp"
#include "kafka/messages/end_transaction_record.hpp"
#include "kafka/messages/feature_level_record.hpp"
#include "kafka/messages/fence_broker_record.hpp"
#include "kafka/messages/no_op_record.hpp"
#include "kafka/messages/partition_record.hpp"
#include "kafka/messages/producer_ids_record.hpp"
#include "kafka/messages/register_broker_record.hpp"
#include "kafka/messages/register_controller_record.hpp"
#include "kafka/messages/remove_topic_record.hpp"
#include "kafka/messages/topic_record.hpp"
#include "kafka/messages/unfence_broker_record.hpp"
#include "kafka/records/versioned.hpp"

#include <variant>

/// The values of the records of __cluster_metadata:
///
///     unsigned varint 1 (the frame's version) | unsigned varint type | unsigned varint version | body
namespace riacho::kafka {

using MetadataRecord =
    std::variant<RegisterBrokerRecord, TopicRecord, PartitionRecord, ConfigRecord, FenceBrokerRecord,
                 UnfenceBrokerRecord, RemoveTopicRecord, FeatureLevelRecord, ProducerIdsRecord,
                 BrokerRegistrationChangeRecord, NoOpRecord, BeginTransactionRecord, EndTransactionRecord,
                 RegisterControllerRecord>;

/// `version` must be one of the record's.
Bytes encode_metadata_record(const MetadataRecord& record, Version version);
/// Refuses bytes behind the record's end, as Kafka does.
Outcome<MetadataRecord, RecordError> decode_metadata_record(Bytes value);

} // namespace riacho::kafka
