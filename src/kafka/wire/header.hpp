#pragma once

#include "kafka/messages/request_header.hpp"

#include <optional>
#include <string>
#include <vector>

/// What stands in front of requests and responses, and the frames they travel in: an int32 size, a header, a
/// body.
namespace riacho::kafka {

constexpr Version request_header_version(const Api& api, Version version) {
    return version >= api.flexible ? 2 : 1;
}
/// The answer to ApiVersions never has a flexible header: the client does not know yet what the broker
/// speaks.
constexpr Version response_header_version(const Api& api, Version version) {
    return version >= api.flexible && api.key != ApiKey::api_versions ? 1 : 0;
}

/// The API of this key, or null where no schema describes it.
const Api* find_api(ApiKey key);

/// Reads the header of a request and leaves `in` at its body. Nothing if it is cut short. An API or a version
/// that is not spoken here is for the caller to refuse; its header is read as if the version were.
std::optional<RequestHeader> decode_request_header(Reader& in);
/// Reads the header of a response and leaves `in` at its body: the correlation id of the request it answers.
std::optional<std::int32_t> decode_response_header(const Api& api, Version version, Reader& in);

/// Leaves room for the frame's size and writes the header.
void begin_response(const Api& api, Version version, std::int32_t correlation_id, Writer& out);
/// The same for a request; `header` says API and version.
void begin_request(const RequestHeader& header, Writer& out);
/// Fills in the size: the frame's pieces for one gather write.
std::vector<Bytes> finish_frame(Writer& out);

template <class Response>
std::vector<Bytes> response_frame(const Response& response, Version version, std::int32_t correlation_id) {
    Writer out;
    begin_response(Response::api, version, correlation_id, out);
    encode(response, out, version);
    return finish_frame(out);
}

template <class Request>
std::vector<Bytes> request_frame(const Request& request, Version version, std::int32_t correlation_id,
                                 std::optional<std::string> client_id) {
    Writer out;
    begin_request({.request_api_key = static_cast<std::int16_t>(Request::api.key),
                   .request_api_version = version,
                   .correlation_id = correlation_id,
                   .client_id = std::move(client_id)},
                  out);
    encode(request, out, version);
    return finish_frame(out);
}

} // namespace riacho::kafka
