#pragma once

#include "http/fields.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace riacho::http {

/// The methods that routes may have, or be asked for (405); any other is answered with 501.
enum class Method : std::uint8_t { get, head, post, put, patch, remove, options, trace };

enum class Version : std::uint8_t { http_1_0, http_1_1, http_2 };

/// Those that this program gives or looks for; any other number is a Status too.
enum class Status : std::uint16_t {
    continue_sending = 100,
    ok = 200,
    created = 201,
    accepted = 202,
    no_content = 204,
    moved_permanently = 301,
    found = 302,
    not_modified = 304,
    bad_request = 400,
    unauthorized = 401,
    forbidden = 403,
    not_found = 404,
    method_not_allowed = 405,
    not_acceptable = 406,
    request_timeout = 408,
    conflict = 409,
    gone = 410,
    precondition_failed = 412,
    content_too_large = 413,
    uri_too_long = 414,
    unsupported_media_type = 415,
    expectation_failed = 417,
    misdirected_request = 421,
    unprocessable_content = 422,
    too_many_requests = 429,
    fields_too_large = 431,
    internal_error = 500,
    not_implemented = 501,
    bad_gateway = 502,
    service_unavailable = 503,
    gateway_timeout = 504,
    version_not_supported = 505,
};

std::string_view      name_of(Method method); ///< "GET", "DELETE"
std::optional<Method> method_of(std::string_view name);
std::string_view      reason_of(Status status); ///< "Not Found"; empty for a number without a name
inline int            number_of(Status status) { return static_cast<int>(status); }
/// Neither informational, nor 204 or 304.
inline bool may_have_body(Status status) {
    return number_of(status) >= 200 && status != Status::no_content && status != Status::not_modified;
}

/// The beginning of a request, in whichever version it came.
struct RequestHead {
    Method      method = Method::get;
    std::string target = {};    ///< path and query as they came, "*" for the whole server
    std::string authority = {}; ///< host and port that the client means; empty where it says none
    Version     version = Version::http_1_1;
    Fields      fields = {};

    // what the fields say of the message itself
    std::optional<std::uint64_t> content_length = {};
    bool                         has_body = false;
    bool                         keeps_alive = true;
    bool                         expects_continue = false;
};

struct ResponseHead {
    Status  status = Status::ok;
    Fields  fields = {};
    Version version = Version::http_1_1;

    // what the fields say of the message itself
    std::optional<std::uint64_t> content_length = {};
    bool                         has_body = false;
    bool                         keeps_alive = true;
};

} // namespace riacho::http
