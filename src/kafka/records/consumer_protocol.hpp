#pragma once

#include "kafka/messages/consumer_protocol_assignment.hpp"
#include "kafka/messages/consumer_protocol_subscription.hpp"
#include "kafka/records/versioned.hpp"

/// What members of a classic group of protocol type `consumer` tell each other. Other protocol types
/// (`connect`, `sr`) have bytes of their own that the broker never reads.
namespace riacho::kafka {

inline Outcome<ConsumerProtocolSubscription, RecordError> decode_subscription(Bytes metadata) {
    return decode_versioned<ConsumerProtocolSubscription>(std::move(metadata), Newer::as_ours);
}
inline Outcome<ConsumerProtocolAssignment, RecordError> decode_assignment(Bytes assignment) {
    return decode_versioned<ConsumerProtocolAssignment>(std::move(assignment), Newer::as_ours);
}

} // namespace riacho::kafka
