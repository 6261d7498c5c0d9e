#pragma once

#include "kafka/error_code.hpp"

namespace riacho::broker {

/// What a client is told when a coordinator's record could not be written: by the error of the append, and by
/// what a record that is too large means for the request.
inline kafka::ErrorCode coordinator_error_of(kafka::ErrorCode append_error, kafka::ErrorCode too_large) {
    using kafka::ErrorCode;
    switch (append_error) {
    case ErrorCode::unknown_topic_or_partition:
    case ErrorCode::not_enough_replicas:
    case ErrorCode::not_enough_replicas_after_append:
    case ErrorCode::request_timed_out:
    case ErrorCode::kafka_storage_error: // as a failed WAL asks for; Kafka says NOT_COORDINATOR
        return ErrorCode::coordinator_not_available;
    case ErrorCode::not_leader_or_follower:
        return ErrorCode::not_coordinator;
    case ErrorCode::message_too_large:
    case ErrorCode::record_list_too_large:
    case ErrorCode::invalid_fetch_size:
        return too_large;
    default:
        return append_error;
    }
}

} // namespace riacho::broker
