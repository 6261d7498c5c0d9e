#include "http/message.hpp"

#include <array>
#include <utility>

namespace riacho::http {
namespace {

constexpr std::array<std::string_view, 8> method_names{"GET",   "HEAD",   "POST",    "PUT",
                                                       "PATCH", "DELETE", "OPTIONS", "TRACE"};

constexpr std::pair<Status, std::string_view> reasons[] = {
    {Status::continue_sending, "Continue"},
    {Status::ok, "OK"},
    {Status::created, "Created"},
    {Status::accepted, "Accepted"},
    {Status::no_content, "No Content"},
    {Status::moved_permanently, "Moved Permanently"},
    {Status::found, "Found"},
    {Status::not_modified, "Not Modified"},
    {Status::bad_request, "Bad Request"},
    {Status::unauthorized, "Unauthorized"},
    {Status::forbidden, "Forbidden"},
    {Status::not_found, "Not Found"},
    {Status::method_not_allowed, "Method Not Allowed"},
    {Status::not_acceptable, "Not Acceptable"},
    {Status::request_timeout, "Request Timeout"},
    {Status::conflict, "Conflict"},
    {Status::gone, "Gone"},
    {Status::precondition_failed, "Precondition Failed"},
    {Status::content_too_large, "Content Too Large"},
    {Status::uri_too_long, "URI Too Long"},
    {Status::unsupported_media_type, "Unsupported Media Type"},
    {Status::expectation_failed, "Expectation Failed"},
    {Status::misdirected_request, "Misdirected Request"},
    {Status::unprocessable_content, "Unprocessable Content"},
    {Status::too_many_requests, "Too Many Requests"},
    {Status::fields_too_large, "Request Header Fields Too Large"},
    {Status::internal_error, "Internal Server Error"},
    {Status::not_implemented, "Not Implemented"},
    {Status::bad_gateway, "Bad Gateway"},
    {Status::service_unavailable, "Service Unavailable"},
    {Status::gateway_timeout, "Gateway Timeout"},
    {Status::version_not_supported, "HTTP Version Not Supported"},
};

} // namespace

std::string_view name_of(Method method) { return method_names[static_cast<std::size_t>(method)]; }

std::optional<Method> method_of(std::string_view name) {
    for (std::size_t i = 0; i < method_names.size(); ++i)
        if (method_names[i] == name) return static_cast<Method>(i);
    return std::nullopt;
}

std::string_view reason_of(Status status) {
    for (const auto& [known, reason] : reasons)
        if (known == status) return reason;
    return "";
}

} // namespace riacho::http
