#include "console/problem.hpp"

#include "kafka/error_code.hpp"

#include <utility>

namespace riacho::console {
namespace {

using client::LinkError;
using data::Json;
using http::Status;
using kafka::ErrorCode;

Status status_of(ErrorCode error) {
    switch (error) {
    case ErrorCode::unknown_topic_or_partition:
    case ErrorCode::unknown_topic_id:
    case ErrorCode::group_id_not_found:
    case ErrorCode::broker_not_available:
        return Status::not_found;
    case ErrorCode::topic_already_exists:
    case ErrorCode::non_empty_group:
    case ErrorCode::group_subscribed_to_topic:
    case ErrorCode::unknown_member_id:
    case ErrorCode::rebalance_in_progress:
    case ErrorCode::reassignment_in_progress:
        return Status::conflict;
    case ErrorCode::topic_authorization_failed:
    case ErrorCode::group_authorization_failed:
    case ErrorCode::cluster_authorization_failed:
        return Status::forbidden;
    case ErrorCode::request_timed_out:
        return Status::gateway_timeout;
    case ErrorCode::message_too_large:
    case ErrorCode::record_list_too_large:
        return Status::content_too_large;
    default:
        return kafka::is_retriable(error) ? Status::service_unavailable : Status::bad_request;
    }
}

/// The code of what HTTP refuses.
std::string code_of(Status status) {
    switch (status) {
    case Status::unauthorized:
        return "NOT_SIGNED_IN";
    case Status::not_found:
        return "NO_SUCH_PATH";
    case Status::method_not_allowed:
    case Status::not_implemented:
        return "METHOD_NOT_ALLOWED";
    case Status::content_too_large:
        return "TOO_LARGE";
    case Status::unsupported_media_type:
        return "UNSUPPORTED_MEDIA_TYPE";
    default:
        return http::number_of(status) < 500 ? "BAD_REQUEST" : "INTERNAL_ERROR";
    }
}

} // namespace

Problem problem_of(ErrorCode error, std::string message) {
    if (message.empty()) message = kafka::text_of(error);
    return {status_of(error), std::string(kafka::name_of(error)), std::move(message)};
}

Problem problem_of(const Failure<client::NoReply>& failure) {
    switch (failure.code.why) {
    case LinkError::refused:
        return problem_of(failure.code.error, failure.detail);
    case LinkError::timed_out:
        return {Status::gateway_timeout, "CLUSTER_TIMEOUT", failure.detail};
    case LinkError::unsupported:
        return problem_of(ErrorCode::unsupported_version, failure.detail);
    default:
        return {Status::service_unavailable, "CLUSTER_UNREACHABLE", failure.detail};
    }
}

Problem problem_of(const Failure<Status>& failure) {
    std::string detail = failure.detail.empty() ? std::string(http::reason_of(failure.code)) : failure.detail;
    return {failure.code, code_of(failure.code), std::move(detail)};
}

Json json_of(const Problem& problem) {
    Json::Object body{{"type", "about:blank"},
                      {"title", http::reason_of(problem.status)},
                      {"status", http::number_of(problem.status)},
                      {"detail", problem.detail},
                      {"code", problem.code}};
    if (problem.position) body.push_back({"position", *problem.position});
    if (!problem.hint.empty()) body.push_back({"hint", problem.hint});
    return body;
}

http::Response response_of(const Problem& problem) {
    auto response =
        http::response("application/problem+json", data::write_json(json_of(problem)), problem.status);
    if (problem.status == Status::too_many_requests) response.fields.add("Retry-After", "1");
    if (problem.status == Status::unauthorized) response.fields.add("WWW-Authenticate", "Bearer");
    return response;
}

} // namespace riacho::console
