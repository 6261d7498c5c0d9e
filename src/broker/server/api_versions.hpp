#pragma once

#include "kafka/error_code.hpp"
#include "kafka/messages/api_versions.hpp"

namespace riacho::broker {

/// Every row of the API table. No features: a Java client before 3.9 stops at one whose lowest version is 0.
kafka::ApiVersionsResponse api_versions_response(kafka::ErrorCode error);

} // namespace riacho::broker
