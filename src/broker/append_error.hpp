#pragma once

#include "kafka/error_code.hpp"
#include "storage/log/log.hpp"

namespace riacho::broker {

/// What a client is told of an append that failed.
inline kafka::ErrorCode error_of(storage::AppendError error) {
    using kafka::ErrorCode;
    switch (error) {
    case storage::AppendError::out_of_order_sequence:
        return ErrorCode::out_of_order_sequence_number;
    case storage::AppendError::invalid_producer_epoch:
        return ErrorCode::invalid_producer_epoch;
    case storage::AppendError::batch_larger_than_segment:
        return ErrorCode::record_list_too_large;
    case storage::AppendError::no_room:
        return ErrorCode::request_timed_out;
    case storage::AppendError::disk_full: // clients take it as "not written", and try again
    case storage::AppendError::offline:
    case storage::AppendError::storage_failed:
        return ErrorCode::kafka_storage_error;
    case storage::AppendError::stopped:
        return ErrorCode::not_leader_or_follower;
    }
    return ErrorCode::unknown_server_error;
}

} // namespace riacho::broker
