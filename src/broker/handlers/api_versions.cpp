#include "broker/server/api_versions.hpp"

#include "broker/handlers/handlers.hpp"

namespace riacho::broker {
namespace {

bool is_software_text(std::string_view text) {
    auto is_edge = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    if (text.empty() || !is_edge(text.front()) || !is_edge(text.back())) return false;
    for (char c : text)
        if (!is_edge(c) && c != '-' && c != '.') return false;
    return true;
}

} // namespace

kafka::ApiVersionsResponse api_versions_response(kafka::ErrorCode error) {
    kafka::ApiVersionsResponse response;
    response.error_code = error;
    for (const ApiRow& row : api_table()) {
        response.api_keys.push_back({.api_key = static_cast<std::int16_t>(row.api.key),
                                     .min_version = row.advertised_low,
                                     .max_version = row.api.versions.high});
    }
    return response;
}

// ApiVersions, v0-4: what this broker serves.
//   v1 throttle time   v3 flexible, client software (KIP-511); the response header stays v0
Task<kafka::ApiVersionsResponse> api_versions(Call& call, kafka::ApiVersionsRequest request) {
    if (call.version >= 3) {
        if (!is_software_text(request.client_software_name) ||
            !is_software_text(request.client_software_version))
            co_return api_versions_response(kafka::ErrorCode::invalid_request);
        call.session.software_name = std::move(request.client_software_name);
        call.session.software_version = std::move(request.client_software_version);
    }
    co_return api_versions_response(kafka::ErrorCode::none);
}

} // namespace riacho::broker
